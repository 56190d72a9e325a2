/** Which version this is, and how it names itself to Calendly. */
import { readFileSync } from 'node:fs';

export const VERSION = readVersion();

/** Cloudflare in front of Calendly refuses requests without a name of their own. */
export const USER_AGENT = `calendly-sync/${VERSION} (self-hosted)`;

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const read: unknown = JSON.parse(text);
  return typeof read === 'object' && read !== null && 'version' in read
    ? String(read.version)
    : 'unknown';
}
