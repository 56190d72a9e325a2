/** The bounds of one exchange: connecting, certificates, the whole time, and giving up. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import type { Certificate } from '../../test/hostile/certificate.ts';
import { makeCertificate } from '../../test/hostile/certificate.ts';
import { createTestClock } from '../../test/hostile/clock.ts';
import { json, raw, silence } from '../../test/hostile/replies.ts';
import type { HostileOptions, HostileServer } from '../../test/hostile/server.ts';
import { startHostileServer } from '../../test/hostile/server.ts';
import { clientWorld, outcomeOf } from '../../test/hostile/world.ts';
import type { Transport } from './transport.ts';
import { createTransport, TRANSPORT_LIMITS } from './transport.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function upstream(options: HostileOptions = {}): Promise<HostileServer> {
  const server = await startHostileServer(options);
  server.script([json(200, { resource: {} })]);
  closing.push(() => server.close());
  return server;
}

function transportOf(clock = createTestClock(), ca?: string): Transport {
  const transport = createTransport({ clock, ca });
  closing.push(() => transport.close());
  return transport;
}

/** What one GET of `baseUrl` comes to, and how many requests it took. */
async function reach(baseUrl: string, ca?: string): Promise<[string | number, number]> {
  const clock = createTestClock();
  const { client } = clientWorld({ baseUrl, clock, transport: transportOf(clock, ca) });
  const outcome = await outcomeOf(
    async () => Object.keys(await client.getResource('/users/me')).length,
  );
  return [outcome, client.requests];
}

describe('the certificate (row 115)', () => {
  const good = makeCertificate({ name: 'localhost' });

  it('is accepted where it is valid', async () => {
    const server = await upstream({ certificate: good });
    expect(await reach(server.url, good.cert)).toEqual([0, 1]);
  });

  it.each<[string, Certificate, boolean]>([
    ['self-signed', good, false],
    ['expired', makeCertificate({ name: 'localhost', notAfter: '210101000000Z' }), true],
    ['not valid yet', makeCertificate({ name: 'localhost', notBefore: '480101000000Z' }), true],
    ['of another name', makeCertificate({ name: 'calendly.example' }), true],
  ])('is refused where it is %s, without a second try', async (_what, certificate, trusted) => {
    const server = await upstream({ certificate });
    const outcome = await reach(server.url, trusted ? certificate.cert : undefined);
    expect(outcome).toEqual(['calendly.tls', 1]);
    expect(server.asked).toHaveLength(0);
  });

  it('is refused even where the environment would have it accepted', async () => {
    const server = await upstream({ certificate: good });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await reach(server.url)).toEqual(['calendly.tls', 1]);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('is missed where the server speaks plain HTTP', async () => {
    const server = await upstream({
      take: (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    });
    expect(await reach(server.url.replace('http:', 'https:'))).toEqual(['calendly.tls', 1]);
  });
});

describe('the connection (row 116)', () => {
  it('that nobody listens to is tried five times', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await reach(`http://127.0.0.1:${port}`)).toEqual(['calendly.unreachable', 5]);
  });

  it('to a name that does not exist is tried five times', async () => {
    expect(await reach('http://calendly.invalid')).toEqual(['calendly.unreachable', 5]);
  });

  it('that is never made ends after ten seconds', async () => {
    const clock = createTestClock();
    const begun = clock.now();
    const server = await upstream({ take: () => clock.advance(TRANSPORT_LIMITS.connectMs) });
    const url = `${server.url.replace('http:', 'https:')}/users/me`;
    const sending = transportOf(clock).send({ method: 'GET', url, headers: {} });
    await expect(sending).rejects.toMatchObject({ code: 'calendly.timeout' });
    expect(clock.now() - begun).toBe(10_000);
    expect(clock.pending).toBe(0);
  });

  it('is kept for the next requests', async () => {
    const server = await upstream();
    const transport = transportOf();
    const ports = new Set<number | undefined>();
    for (let index = 0; index < 10; index += 1) {
      const answer = await transport.send({ method: 'GET', url: server.url, headers: {} });
      expect(answer.text).toBe('{"resource":{}}');
      ports.add(server.ports.at(-1));
    }
    // undici may open a second one while it still puts the first away
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('the whole time of an exchange (row 112)', () => {
  it('ends a refusal whose words never come with that refusal', async () => {
    const server = await upstream();
    server.script([raw('HTTP/1.1 401 No\r\ncontent-length: 100\r\n\r\n{"title"', 'stall')]);
    const clock = createTestClock();
    const answer = await transportOf(clock).send({
      method: 'GET',
      url: server.url,
      headers: {},
      heard: () => clock.advance(TRANSPORT_LIMITS.requestMs),
    });
    expect(answer).toMatchObject({ status: 401, text: undefined });
  });

  it('ends an answer that stalls behind its head', async () => {
    const server = await upstream();
    server.script([raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"resource"', 'stall')]);
    const clock = createTestClock();
    const sending = transportOf(clock).send({
      method: 'GET',
      url: server.url,
      headers: {},
      heard: () => clock.advance(TRANSPORT_LIMITS.requestMs),
    });
    await expect(sending).rejects.toMatchObject({ code: 'calendly.timeout' });
  });

  it('is cut short by who asked, with their reason and no second try', async () => {
    const server = await upstream();
    const reason = new Error('shutting down');
    const stop = new AbortController();
    server.script([silence], () => stop.abort(reason));
    const { client } = clientWorld({ baseUrl: server.url, signal: stop.signal });
    await expect(client.get('/users/me')).rejects.toBe(reason);
    expect(client.requests).toBe(1);
    await client.close();
  });
});
