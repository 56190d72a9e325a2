/** The embedded database's directory: one owner, complete or not there, alive after kill -9. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase } from '../../test/harness/database.ts';
import { openDatabase } from './open.ts';
import { openPglite } from './pglite.ts';
import type { PgliteDb } from './pglite-db.ts';

const OPENER = fileURLToPath(new URL('../../test/harness/open-embedded.ts', import.meta.url));

describe('the embedded database', () => {
  let root: string;
  let dir: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'calendly-sync-embedded-'));
    dir = join(root, 'data', 'database');
    const db = await open();
    await db.script('create table counted (id int primary key); insert into counted values (1)');
    await db.close();
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  function open(at = dir): Promise<PgliteDb> {
    return openPglite({
      dir: at,
      schema: 'public',
      onError: (error) => expect.fail(String(error)),
    });
  }

  /** A process that opens the directory and says `open` or the code of what refused it. */
  async function opener(...args: string[]): Promise<{ said: string; child: ChildProcess }> {
    const child = spawn(process.execPath, [OPENER, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const [said] = await once(child.stdout, 'data');
    return { said: String(said).trim(), child };
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null) return;
    const over = once(child, 'exit');
    child.kill('SIGKILL');
    await over;
  }

  test('keeps what was written, and says what it does not promise', async () => {
    const db = await open();
    expect((await db.query('select id from counted')).rows).toEqual([{ id: 1 }]);
    expect(db.warnings).toEqual([expect.stringContaining('power failure')]);
    await db.close();
  });

  test('is what the settings mean when no server is named', async () => {
    const settings = { dataDir: join(root, 'data'), schema: 'public', onError: () => undefined };
    const db = await openDatabase({ ...settings, url: null });
    expect([db.engine, (await db.query('select id from counted')).count]).toEqual(['pglite', 1]);
    await db.close();
    const { url, drop } = await freshDatabase('postgres', { migrated: false });
    const server = await openDatabase({ ...settings, url, max: 1 });
    expect(server.engine).toBe('postgres');
    await server.close();
    await drop();
  });

  test('is refused to a second opener in one sentence that names the directory', async () => {
    const db = await open();
    await expect(open()).rejects.toMatchObject({
      kind: 'conflict',
      code: 'database.in_use',
      message: `Another process uses the embedded database in ${dir}`,
    });
    expect((await opener(dir)).said).toBe('database.in_use');
    expect((await db.query('select id from counted')).count).toBe(1);
    await db.close();
  });

  test('is free again as soon as its owner is killed, with everything that was acknowledged', async () => {
    const { said, child } = await opener(dir, 'insert into counted values (2)');
    expect(said).toBe('open');
    await expect(open()).rejects.toMatchObject({ code: 'database.in_use' });
    await kill(child);
    const db = await open();
    expect((await db.query('select id from counted order by id')).rows).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    await db.close();
  });

  test('has exactly one winner when several start at once', async () => {
    const openers = await Promise.all([opener(dir), opener(dir), opener(dir)]);
    expect(openers.map(({ said }) => said).toSorted()).toEqual([
      'database.in_use',
      'database.in_use',
      'open',
    ]);
    await Promise.all(openers.map(({ child }) => kill(child)));
  });

  test('is made anew when its making was interrupted', async () => {
    const half = join(root, 'half', 'database');
    mkdirSync(join(`${half}.new`, 'base'), { recursive: true });
    writeFileSync(join(`${half}.new`, 'PG_VERSION'), '18');
    const db = await open(half);
    expect((await db.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await db.close();
    expect(existsSync(`${half}.new`)).toBe(false);
  });

  test('does not take a directory that holds something else', async () => {
    const papers = join(root, 'papers');
    mkdirSync(papers);
    writeFileSync(join(papers, 'letter.txt'), 'keep me');
    await expect(open(papers)).rejects.toMatchObject({ code: 'database.directory_not_usable' });
    expect(existsSync(join(papers, 'letter.txt'))).toBe(true);
  });

  test('does not grow without end while rows are rewritten', async () => {
    const { db, drop } = await freshDatabase('pglite', { migrated: false });
    await db.script(
      `create table rewritten (id int primary key, filler text);
       insert into rewritten select n, repeat('x', 1000) from generate_series(1, 500) n`,
    );
    const size = async (): Promise<number> => {
      await db.upkeep();
      const { rows } = await db.query<{ bytes: number }>(
        `select pg_total_relation_size('rewritten') as bytes`,
      );
      return rows[0]?.bytes ?? 0;
    };
    await db.query(`update rewritten set filler = repeat('y', 1000)`);
    const before = await size();
    for (let round = 0; round < 3; round += 1) {
      await db.query(`update rewritten set filler = repeat('z', 1000)`);
      await db.upkeep();
    }
    expect(await size()).toBeLessThanOrEqual(before);
    await drop();
  });

  test('lets its log go although nobody asks for it', async () => {
    const { db, drop } = await freshDatabase('pglite', { migrated: false });
    await db.script(
      `create table filled (n int, body text);
       alter table filled alter body set storage external;
       insert into filled values (0, repeat('0123456789', 20000))`,
    );
    for (let n = 1; n <= 500; n += 1) {
      await db.query('insert into filled select $1, body from filled where n = 0', [n]);
    }
    const { rows } = await db.query<{ bytes: number }>(
      `select sum(size)::int8 as bytes from pg_ls_waldir()`,
    );
    expect(rows[0]?.bytes).toBeLessThan(96 * 1024 * 1024);
    await drop();
  });
});
