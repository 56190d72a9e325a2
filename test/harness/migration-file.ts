/** One migration file run as an operator would run it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { inject } from 'vitest';

/** With psql as an operator would; where npm's binaries lack it, the same text through the driver, rows counted. */
export async function runFile(url: string, path: string): Promise<string> {
  const { psql } = inject('postgres');
  if (psql !== null) {
    const { stdout } = await promisify(execFile)(psql, [
      '-X',
      '-v',
      'ON_ERROR_STOP=1',
      '-f',
      path,
      url,
    ]);
    return stdout;
  }
  return runThroughDriver(url, path);
}

async function runThroughDriver(url: string, path: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const results = [await client.query(readFileSync(path, 'utf8'))].flat();
    return results
      .filter((result) => result.fields.length > 0)
      .map((result) => `(${result.rows.length} rows)`)
      .join('\n');
  } finally {
    await client.end();
  }
}
