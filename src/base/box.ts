/** A box for secrets at rest: AES-256-GCM under a keyring, bound to the row and column it lies in. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../domain/errors.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export interface Keyring {
  /** The id of the key that new boxes are sealed with: the first. */
  readonly sealsWith: string;
  readonly ids: readonly string[];
  /**
   * Seals `text` under the first key as `keyId:base64(iv, tag, ciphertext)`.
   * `aad` names the place, for example `calendly_connections.token:ROW_ID`: the box opens only there.
   */
  seal(text: string, aad: string): string;
  /** The text of a box made by `seal` with the same `aad`; throws `box.cannot_open` for all else. */
  open(sealed: string, aad: string): string;
  /** Whether a box was sealed under another key than the first, so that a rotation re-seals it. */
  isOutdated(sealed: string): boolean;
}

/**
 * Reads a keyring `id:base64,…`: the first key seals, all open. Each key is 32 bytes in base64
 * (the URL-safe alphabet too), ids and keys are unique. Throws `box.bad_keyring`; its messages
 * tell positions, never ids or keys.
 */
export function parseKeyring(text: string): Keyring {
  const keys = new Map<string, Buffer>();
  for (const [index, part] of text.split(',').entries()) {
    const colon = part.indexOf(':');
    const id = part.slice(0, Math.max(colon, 0));
    const key = decodeKey(part.slice(colon + 1));
    const place = `its key ${index + 1}`;
    if (!KEY_ID.test(id)) throw badKeyring(`${place} has no id (the form is id:base64)`);
    if (key === undefined) throw badKeyring(`${place} is not base64`);
    if (key.length !== KEY_BYTES) throw badKeyring(`${place} is not ${KEY_BYTES} bytes long`);
    if (keys.has(id)) throw badKeyring(`${place} has an id that an earlier one has`);
    if ([...keys.values()].some((other) => other.equals(key))) {
      throw badKeyring(`${place} is the same as an earlier one`);
    }
    keys.set(id, key);
  }
  return keyringOf(keys);
}

/** A new keyring of one random key, as text for `parseKeyring`. */
export function generateKeyring(): string {
  return `k1:${randomBytes(KEY_BYTES).toString('base64')}`;
}

function keyringOf(keys: ReadonlyMap<string, Buffer>): Keyring {
  const ids = [...keys.keys()];
  const sealsWith = ids[0] ?? '';
  return {
    sealsWith,
    ids,
    seal(text, aad) {
      const key = keys.get(sealsWith);
      if (key === undefined) throw badKeyring('holds no key');
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(aad));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${sealsWith}:${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`;
    },
    open(sealed, aad) {
      const colon = sealed.indexOf(':');
      const key = keys.get(sealed.slice(0, Math.max(colon, 0)));
      const bytes = Buffer.from(sealed.slice(colon + 1), 'base64');
      if (key === undefined || bytes.length < IV_BYTES + TAG_BYTES) throw cannotOpen();
      try {
        const iv = bytes.subarray(0, IV_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(aad));
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const body = bytes.subarray(IV_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw cannotOpen(cause);
      }
    },
    isOutdated: (sealed) => !sealed.startsWith(`${sealsWith}:`),
  };
}

function decodeKey(text: string): Buffer | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  return BASE64.test(plain) ? Buffer.from(plain, 'base64') : undefined;
}

function badKeyring(message: string): AppError {
  return new AppError({ kind: 'invalid', code: 'box.bad_keyring', message });
}

function cannotOpen(cause?: unknown): AppError {
  return new AppError({
    kind: 'bug',
    code: 'box.cannot_open',
    message: 'A stored secret cannot be opened with the present ENCRYPTION_KEYS',
    action: 'Put the key it was sealed with back into ENCRYPTION_KEYS, behind the first one.',
    cause,
  });
}
