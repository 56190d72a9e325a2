/** Secrets are nowhere but where they belong: not in what is written, answered, measured or kept. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { endPrograms } from '../harness/program.ts';
import { type FullRun, runFully } from './full-run.ts';
import { dumpOf, filesBelow } from './places.ts';
import { encoded, ENCODING_NAMES, type Found, type Searcher, searcherFor } from './secrets.ts';

let run: FullRun;
let searcher: Searcher;
let db: Db;
beforeAll(async () => {
  run = await runFully();
  searcher = searcherFor(run.secrets);
  process.stdout.write(`canary: ${run.secrets.length} secrets, ${run.answers.length} answers\n`);
}, 120_000);
afterAll(async () => {
  await db?.close();
  await endPrograms();
});

/** Each place with all that lies in it. */
const PLACES: Readonly<Record<string, () => Uint8Array[] | Promise<Uint8Array[]>>> = {
  'what the program writes': () => [Buffer.from(run.output)],
  'what it answers': () => run.answers.map((answer) => Buffer.from(answer)),
  'its metrics': () => [Buffer.from(run.metrics)],
  'the files of DATA_DIR': () => filesBelow(run.dataDir).map(({ bytes }) => bytes),
};

function failed(error: unknown): void {
  throw error;
}

function found(places: readonly Uint8Array[]): Found[] {
  return places.flatMap((bytes) => searcher.find(bytes));
}

describe('after a full run at trace level', () => {
  it.each(Object.keys(PLACES))('no secret stands in %s', async (place) => {
    const texts = (await PLACES[place]?.()) ?? [];
    expect(texts.length).toBeGreaterThan(0);
    expect(found(texts)).toEqual([]);
  });

  it('was told all that is told at that level', () => {
    for (const words of ['Request answered', '"route":"/api/auth/login"', 'invitee.created']) {
      expect(run.output).toContain(words);
    }
  });

  it('no secret stands in any row of the database', async () => {
    db = await openPglite({
      dir: join(run.dataDir, 'database'),
      schema: 'public',
      onError: failed,
    });
    const dump = await dumpOf(db);
    expect(dump.toString()).toContain('calendly_connections (');
    expect(found([dump])).toEqual([]);
  });
});

describe('what the above is measured by: all secrets, written in each way, are found', () => {
  const all = (): { planted: Buffer; expected: Found[] } => {
    const each = run.secrets.flatMap((secret) =>
      ENCODING_NAMES.map((encoding) => ({ secret, encoding })),
    );
    return {
      planted: Buffer.concat(each.map(({ secret, encoding }) => encoded(secret, encoding, 1))),
      expected: each.map(({ secret, encoding }) => ({ secret: secret.name, encoding })),
    };
  };

  it.each(Object.keys(PLACES))('in %s', async (place) => {
    const { planted, expected } = all();
    if (place.includes('files')) writeFileSync(join(run.dataDir, 'planted'), planted);
    const texts = (await PLACES[place]?.()) ?? [];
    const seen = found(place.includes('files') ? texts : [...texts, planted]);
    expect(seen).toEqual(expect.arrayContaining(expected));
  });

  it('in the database, as text and as bytes', async () => {
    const { planted, expected } = all();
    await db.query('update webhook_deliveries set body = $1', [planted]);
    const inBytes = found([await dumpOf(db)]);
    expect(inBytes).toEqual(expect.arrayContaining(expected));
    await db.query(`update webhook_deliveries set body = ''`);
    const [secret] = run.secrets.slice(-1);
    const text = secret?.bytes.toString() ?? '';
    await db.query('update workspaces set name = $1', [text]);
    const inText = found([await dumpOf(db)]);
    expect(inText).toContainEqual({ secret: secret?.name, encoding: 'plain' });
  });
});
