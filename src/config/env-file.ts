/** Reads the text of a `.env` file. */
import { parseEnv } from 'node:util';

/** The variables of a `.env` text: quotes around values are taken off, `#` begins a comment. */
export function parseEnvFile(text: string): Record<string, string> {
  const entries = Object.entries(parseEnv(text.replace(/^\uFEFF/, '')));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}
