/** The throw-away cluster itself: a crash loses nothing that was committed, and nothing is left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { openPostgres } from '../../src/store/postgres.ts';
import { startPostgres } from './postgres-server.ts';

describe('a throw-away cluster', () => {
  test('keeps through a crash what was committed, and is gone after its end', async () => {
    const server = await startPostgres({ fsync: true });
    const open = { url: server.url('postgres'), schema: 'public', onError: () => undefined };
    const db = await openPostgres(open);
    await db.script('create table kept (id int); insert into kept values (1)');
    await server.crash();
    await expect(db.query('select 1')).rejects.toMatchObject({ code: 'database.connection_lost' });
    await server.start();
    expect((await db.query('select id from kept')).rows).toEqual([{ id: 1 }]);
    await db.close();
    await server.stop();
    await server.stop();
    expect(existsSync(server.dir)).toBe(false);
  });

  test('ends with the process that started it, however that ends', async () => {
    const starter = fileURLToPath(new URL('start-server.ts', import.meta.url));
    const child = spawn(process.execPath, [starter], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = await once(child.stdout, 'data');
    const dir = String(said).trim();
    expect(existsSync(dir)).toBe(true);
    child.kill('SIGKILL');
    await vi.waitUntil(() => !existsSync(dir), { timeout: 10_000 });
  });
});
