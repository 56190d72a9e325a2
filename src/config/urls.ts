/** Parsers of settings that are URLs; a fault never repeats the URL, which may hold a password. */
import { Secret } from '../base/secret.ts';
import { isLoopback, isQuoted } from './parsers.ts';
import { bad, good, type Read } from './setting.ts';

/** An http(s) base, loopback too: no user, query or fragment; comes out without a trailing slash. */
export function httpBase(text: string): Read<string> {
  const url = parseUrl(text);
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    return bad('must be an http:// or https:// address');
  }
  if (url.username !== '' || url.password !== '') return bad('must not hold a user or password');
  if (/[?#]/.test(text)) return bad('must not have a query or a fragment');
  return good(`${url.origin}${url.pathname}`.replace(/\/+$/, ''));
}

/** Like `httpBase`, but http only on loopback. */
export function secureBase(text: string): Read<string> {
  const read = httpBase(text);
  if (!read.ok) return read;
  return isPlainOutside(read.value) ? bad('must be https:// (http:// is for loopback only)') : read;
}

/** Whether this base sends what it is given unencrypted over a network. */
export function isPlainOutside(base: string): boolean {
  return base.startsWith('http:') && !isLoopback(new URL(base).hostname);
}

/** An https URL (http on loopback), query allowed; secret because such hooks carry their key in the path. */
export function secretHook(text: string): Read<Secret> {
  const url = parseUrl(text);
  const isGood =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  return isGood ? good(new Secret(text)) : bad('must be an https:// address');
}

export function smtpUrl(text: string): Read<Secret> {
  const url = parseUrl(text);
  return url !== undefined && /^smtps?:$/.test(url.protocol) && url.hostname !== ''
    ? good(new Secret(text))
    : bad('must be smtp://user:password@host:port or smtps://…');
}

/** A PostgreSQL URL as `pg` takes it, sockets (`postgres://user@/db?host=/run`) included. */
export function databaseUrl(text: string): Read<Secret> {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    return bad('must begin with postgres:// or postgresql://');
  }
  // WHATWG URLs refuse a user without a host, which means a socket to PostgreSQL.
  const url = parseUrl(text.replace('@/', '@socket/'));
  if (url === undefined) {
    return bad('is no valid URL (special characters in the password must be percent-encoded)');
  }
  return /^\/[^/]+$/.test(url.pathname)
    ? good(new Secret(text))
    : bad('must name a database, for example postgres://user:password@host:5432/calendly_sync');
}

/** Whether a database URL points to the usual port of a pooler that breaks sessions (PgBouncer, Supavisor). */
export function isTransactionPooler(url: Secret): boolean {
  return parseUrl(url.reveal().replace('@/', '@socket/'))?.port === '6543';
}

export type DocumentPlace =
  /** `dir` null: the folder under DATA_DIR. */
  { kind: 'disk'; dir: string | null } | { kind: 's3'; bucket: string; prefix: string };

/** `file:` with an optional folder, or `s3://bucket/prefix`. */
export function documentPlace(text: string): Read<DocumentPlace> {
  const s3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#\s]*))?$/.exec(text);
  const bucket = s3?.[1];
  if (bucket !== undefined) {
    const prefix = (s3?.[2] ?? '').replace(/^\/+|\/+$/g, '');
    return /(^|\/)\.\.?(\/|$)/.test(prefix)
      ? bad('must not have . or .. in its prefix')
      : good({ kind: 's3', bucket, prefix });
  }
  const file = /^file:(?:\/\/(?=\/))?([^?#]*)$/.exec(text);
  if (file === null || text.trim() !== text || text.includes('\0')) {
    return bad('must be file:FOLDER or s3://bucket/prefix');
  }
  const dir = file[1] ?? '';
  if (/^\/*$/.test(dir) && dir !== '') return bad('must not be the root folder');
  return good({ kind: 'disk', dir: dir === '' ? null : dir });
}

function parseUrl(text: string): URL | undefined {
  if (text.trim() !== text || isQuoted(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}
