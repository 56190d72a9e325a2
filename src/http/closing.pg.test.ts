/** Ending the server: quickly, with connections open, and without cutting an answer that is being made. */
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';

const LONGEST_CLOSE_MS = 2000;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection on which one request was answered and that stays open. */
function keepAlive(world: HttpWorld): Promise<Socket> {
  return open(world, `GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n`);
}

/** Sends `bytes` and resolves at the first thing that comes back, at once for no bytes. */
function open(world: HttpWorld, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.port, '127.0.0.1');
    sockets.push(socket);
    socket.once('error', reject);
    socket.once('connect', () => {
      if (bytes === '') resolve(socket);
      else socket.write(bytes);
    });
    socket.once('data', () => resolve(socket));
  });
}

async function closeTime(world: HttpWorld): Promise<number> {
  const before = performance.now();
  await world.close();
  return performance.now() - before;
}

describe('close()', () => {
  it('ends within 2 s with 200 connections open, used ones and silent ones', async () => {
    const world = await startHttpWorld();
    await Promise.all(Array.from({ length: 100 }, () => keepAlive(world)));
    await Promise.all(Array.from({ length: 100 }, () => open(world, '')));
    expect(await closeTime(world)).toBeLessThan(LONGEST_CLOSE_MS);
  });

  it('ends within 2 s while a client sends half a request', async () => {
    const world = await startHttpWorld();
    const socket = await open(world, '');
    await new Promise<void>((resolve) => {
      socket.write(
        'POST /api/calendly/sync HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{',
        () => resolve(),
      );
    });
    expect(await closeTime(world)).toBeLessThan(LONGEST_CLOSE_MS);
  });

  it('lets a sync that is waited for answer 202 at once, and closes its connection', async () => {
    const waiting = Promise.withResolvers<void>();
    const world = await startHttpWorld({
      actions: {
        requestSync: async () => ({ runIds: ['01890000-0000-7000-8000-000000000000'] }),
        waitForRuns: (_ids, _ms, signal) => {
          waiting.resolve();
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(false), { once: true });
          });
        },
      },
    });
    const answer = fetch(`${world.url}/api/calendly/sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.admin.token}` },
    });
    await waiting.promise;
    const [took, response] = await Promise.all([closeTime(world), answer]);
    expect(response.status).toBe(202);
    expect(response.headers.get('connection')).toBe('close');
    expect(took).toBeLessThan(LONGEST_CLOSE_MS);
  });

  it('cuts an answer that does not come, after a second and a half', async () => {
    const waiting = Promise.withResolvers<void>();
    const world = await startHttpWorld({
      actions: {
        waitForRuns: () => {
          waiting.resolve();
          return new Promise(() => {});
        },
      },
    });
    const answer = fetch(`${world.url}/api/calendly/sync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.admin.token}` },
    }).catch(() => 'cut');
    await waiting.promise;
    expect(await closeTime(world)).toBeLessThan(LONGEST_CLOSE_MS + 500);
    expect(await answer).toBe('cut');
  });

  it('may be called twice', async () => {
    const world = await startHttpWorld();
    await Promise.all([world.close(), world.close()]);
    await expect(fetch(`${world.url}/health`)).rejects.toThrow('fetch failed');
  });
});
