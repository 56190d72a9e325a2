/** Parsers of secrets: they refuse what is plainly no secret, and no fault repeats a value. */
import { parseKeyring } from '../base/box.ts';
import { Secret } from '../base/secret.ts';
import { AppError } from '../domain/errors.ts';
import { hasControls, isQuoted } from './parsers.ts';
import { bad, good, type Read } from './setting.ts';

/** Texts that people leave in from an example. */
const PLACEHOLDER = /change[-_ ]?me|^(your|my)[-_ ]|^<.*>$|^(secret|password|example|todo|x+)$/i;

/** Any secret: one line, no quotes or spaces around it, not what an example says. */
export function secretText(text: string): Read<Secret> {
  if (text.trim() === '') return bad('is blank');
  if (text.trim() !== text) return bad('has spaces or line ends around it');
  if (isQuoted(text)) return bad('has quotes around it');
  if (hasControls(text)) return bad('must be one line');
  if (PLACEHOLDER.test(text)) return bad('still holds a placeholder');
  return good(new Secret(text));
}

/** A secret of 32 bytes or more: RFC 7518 §3.2 asks that much of an HS256 key. */
export function longSecret(text: string): Read<Secret> {
  const read = secretText(text);
  if (!read.ok || Buffer.byteLength(text) >= 32) return read;
  return bad('must be 32 bytes or longer');
}

/** `id:base64,…`, 32 bytes each, ids and keys unique. */
export function keyringText(text: string): Read<Secret> {
  const read = secretText(text);
  if (!read.ok) return read;
  try {
    parseKeyring(text);
    return read;
  } catch (error) {
    // @NOTE parseKeyring's messages name positions, never ids or keys.
    return bad(error instanceof AppError ? error.message : 'is no keyring');
  }
}

/** The single keys that a secret's text holds, for the rule that no key serves two purposes. */
export function keyTexts(name: string, text: string): string[] {
  if (name !== 'ENCRYPTION_KEYS') return [text];
  return [text, ...text.split(',').map((part) => part.slice(part.indexOf(':') + 1))];
}
