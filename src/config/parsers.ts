/** Parsers of setting values that hold no secret; a fault never repeats the text it was given. */
import { bad, good, type Read } from './setting.ts';

/** A whole number in plain digits from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => Read<number> {
  return (text) => {
    const value = Number(text);
    return /^\d{1,9}$/.test(text) && value >= least && value <= most
      ? good(value)
      : bad(`must be a whole number from ${least} to ${most}`);
  };
}

/** A TCP port; 0 takes any free one, which tests need. */
export function port(text: string): Read<number> {
  const read = wholeNumber(0, 65_535)(text);
  return read.ok ? read : bad('must be a port from 1 to 65535, or 0 for any free one');
}

/** A decimal number above 0 and up to 1. */
export function share(text: string): Read<number> {
  const value = Number(text);
  return /^(0|1|0?\.\d{1,6}|1\.0{1,6})$/.test(text) && value > 0
    ? good(value)
    : bad('must be a number above 0 and up to 1, for example 0.5');
}

/** Exactly one of `words`. */
export function oneOf<const W extends readonly string[]>(
  words: W,
): (text: string) => Read<W[number]> {
  return (text) => {
    const word = words.find((known) => known === text);
    return word === undefined ? bad(`must be one of ${words.join(', ')}`) : good(word);
  };
}

/** Exactly `true` or `false`. */
export function truth(text: string): Read<boolean> {
  return text === 'true' || text === 'false' ? good(text === 'true') : bad('must be true or false');
}

/** Text without control characters or spaces around it. */
export function plainText(text: string): Read<string> {
  if (text.trim() !== text) return bad('has spaces around it');
  if (isQuoted(text)) return bad('has quotes around it');
  return hasControls(text) || text.length > 1_000 ? bad('must be one short line') : good(text);
}

/** A folder: any path but the root of the disk. */
export function folder(text: string): Read<string> {
  const read = plainText(text);
  if (!read.ok) return read;
  return /^([A-Za-z]:)?[\\/]+$/.test(text) ? bad('must not be the root folder') : read;
}

/** A host name or an address to listen on; no scheme, no port. */
export function host(text: string): Read<string> {
  const isName = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);
  const isIpv4Shaped = /^[\d.]+$/.test(text);
  const isIpv4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text);
  const isIpv6 = text.includes(':') && URL.canParse(`http://[${text}]/`);
  return isIpv6 || isIpv4 || (isName && !isIpv4Shaped)
    ? good(text)
    : bad('must be a host name or an address, without scheme and port');
}

/** Whether a host listens on, or a URL's host points to, this machine alone. */
export function isLoopback(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** A name that SQL takes without quotes, short enough to add `_jobs`; none of PostgreSQL's own. */
export function schemaName(text: string): Read<string> {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(text)) {
    return bad('must be 1 to 41 of a-z, 0-9 and _, not beginning with a digit');
  }
  return text.startsWith('pg_') || text === 'information_schema'
    ? bad("must not be one of PostgreSQL's own schemas")
    : good(text);
}

export function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

export function isQuoted(text: string): boolean {
  return /^(["'`]).*\1$/.test(text) && text.length > 1;
}
