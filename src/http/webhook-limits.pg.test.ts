/** Deliveries at the limits: too large, too slow, too many, and a database that does not store. */
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { steppedClock } from '../../test/harness/stepped-clock.ts';
import { startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { AppError } from '../domain/errors.ts';
import { systemClock } from '../base/time.ts';
import type { HttpDeps } from './deps.ts';

const PATH = '/api/calendly/webhook';
const LIMIT = 256 * 1024;
let world: HttpWorld | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function start(deps: Partial<HttpDeps>, requestsPerMinute?: number): Promise<HttpWorld> {
  const settings = requestsPerMinute === undefined ? {} : { requestsPerMinute };
  world = await startHttpWorld({ deps, settings });
  return world;
}

/** Opens a connection, sends `text` and leaves it open. */
async function begin(
  port: number,
  text: string,
): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const chunks: Buffer[] = [];
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString()));
  });
  socket.write(text);
  return { socket, answer };
}

function head(...lines: string[]): string {
  return [`POST ${PATH} HTTP/1.1`, 'host: localhost', ...lines, '', ''].join('\r\n');
}

describe('a body over 256 KiB', () => {
  it('is 413 before any of it was sent, and the connection is closed', async () => {
    const { port } = await start({ receive: async () => 'stored' });
    const { answer } = await begin(port, head(`content-length: ${LIMIT + 1}`));
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('in chunks is 413 as soon as it is over', async () => {
    const { port } = await start({ receive: async () => 'stored' });
    const { answer } = await begin(port, head('transfer-encoding: chunked'));
    const part = `${(LIMIT + 1).toString(16)}\r\n${' '.repeat(LIMIT + 1)}\r\n`;
    const whole = await begin(port, head('transfer-encoding: chunked') + part);
    expect(await whole.answer).toMatch(/^HTTP\/1\.1 413 /);
    await world?.close();
    world = undefined;
    await answer;
  });

  it('is 413 for an ordinary client too, every time, and its connection is not reset', async () => {
    const { url } = await start({ receive: async () => 'stored' });
    const statuses = new Set<number>();
    for (let round = 0; round < 30; round += 1) {
      const body = Buffer.alloc(round % 2 === 0 ? LIMIT + 1 : 4 * LIMIT, 0x20);
      const response = await fetch(`${url}${PATH}`, { method: 'POST', body });
      statuses.add(response.status);
    }
    expect([...statuses]).toEqual([413]);
  });
});

describe('a body that does not come', () => {
  it.each([
    ['26 half of it', head('content-length: 20') + '{"event":'],
    ['29 nothing after 100-continue', head('content-length: 20', 'expect: 100-continue')],
    ['26 a chunk without end', head('transfer-encoding: chunked') + '5\r\nabc'],
  ])('is 408 after 10 seconds: %s', async (_name, text) => {
    const clock = steppedClock(systemClock.now());
    const { port } = await start({ clock, receive: async () => 'stored' });
    const { answer } = await begin(port, text);
    await clock.whenSet(10_000);
    clock.pass(10_000);
    expect(await answer).toMatch(/HTTP\/1\.1 408 [^]*connection: close/);
  });
});

describe('a delivery that cannot be stored', () => {
  it('58 is 503 with the time to wait, and the log has the reason', async () => {
    const lost = new AppError({
      kind: 'upstream',
      code: 'database.connection_lost',
      message: 'No',
    });
    const { url, errors } = await start({ receive: () => Promise.reject(lost) });
    const response = await fetch(`${url}${PATH}`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: 'webhook.not_stored' });
    expect(errors).toMatchObject([{ cause: { code: 'database.connection_lost' } }]);
  });

  it('60 is 503 for any other fault too, and shows nothing of it', async () => {
    const secret = 'row of ada@example.com';
    const { url, errors } = await start({ receive: () => Promise.reject(new Error(secret)) });
    const response = await fetch(`${url}${PATH}`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain(secret);
    expect(JSON.stringify(errors)).not.toContain(secret);
  });

  it('59 is 503 after 8 seconds while the database is slow; storing it later harms nothing', async () => {
    const clock = steppedClock(systemClock.now());
    const slow = Promise.withResolvers<'stored'>();
    const { url } = await start({ clock, receive: () => slow.promise });
    const answer = fetch(`${url}${PATH}`, { method: 'POST', body: '{}' });
    await clock.whenSet(8000);
    clock.pass(8000);
    const response = await answer;
    expect(response.status).toBe(503);
    slow.resolve('stored');
    expect(await response.json()).toMatchObject({ code: 'webhook.not_stored' });
  });

  it('is 503 while the database is being prepared, and without anybody to receive it', async () => {
    const starting = await start({ phase: () => 'starting', receive: async () => 'stored' });
    expect((await fetch(`${starting.url}${PATH}`, { method: 'POST' })).status).toBe(503);
    await starting.close();
    const without = await start({});
    expect((await fetch(`${without.url}${PATH}`, { method: 'POST' })).status).toBe(503);
  });
});

describe('many deliveries', () => {
  it('30 with bad signatures are 429 beyond 100, then 5 a second; good ones always pass', async () => {
    const clock = steppedClock(systemClock.now());
    const { url } = await start(
      { clock, receive: async ({ body }) => (body.length === 0 ? 'stored' : 'refused') },
      10,
    );
    const post = (body: string): Promise<Response> =>
      fetch(`${url}${PATH}`, { method: 'POST', body });
    const count = async (times: number): Promise<Record<number, number>> => {
      const answers = await Promise.all(Array.from({ length: times }, () => post('forged')));
      const counts: Record<number, number> = {};
      for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
      return counts;
    };
    expect(await count(150)).toEqual({ 401: 100, 429: 50 });
    const limited = await post('forged');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
    for (let index = 0; index < 20; index += 1) expect((await post('')).status).toBe(200);
    clock.pass(1000);
    expect(await count(10)).toEqual({ 401: 5, 429: 5 });
    clock.pass(60_000);
    expect(await count(101)).toEqual({ 401: 100, 429: 1 });
  });
});
