/** Deliveries over real HTTP: what is taken in, what is refused and how, each row of the table a case. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { sendRaw, type RawAnswer, type RawRequest } from '../../test/harness/raw-http.ts';
import { isSigned, parseSignature } from '../calendly/signature.ts';
import type { IncomingDelivery } from './deps.ts';

const ID = '01890000-0000-7000-8000-000000000000';
const PATH = `/api/calendly/webhook/${ID}`;
const KEY = 'key of the subscription';
const BODY = '{"event":"invitee.created","payload":{}}';
const CONTENT_TYPE = ['content-type', 'application/json'] as const;

let world: HttpWorld;
const stored: IncomingDelivery[] = [];

/** Stands for the real one: looks at path and signature, and keeps the bytes. */
async function receive(delivery: IncomingDelivery): Promise<'stored' | 'refused'> {
  const known = delivery.path === null || delivery.path === ID;
  const signature = parseSignature(delivery.headers['calendly-webhook-signature']);
  if (!known || signature === undefined || !isSigned(signature, delivery.body, [KEY])) {
    return 'refused';
  }
  stored.push(delivery);
  return 'stored';
}

beforeAll(async () => {
  world = await startHttpWorld({ deps: { receive } });
});
beforeEach(() => {
  stored.length = 0;
});
afterAll(() => world.close());

function signature(body: string | Uint8Array, key = KEY): [string, string] {
  const mac = createHmac('sha256', key).update('1700000000.').update(body).digest('hex');
  return ['Calendly-Webhook-Signature', `t=1700000000,v1=${mac}`];
}

function send(request: Partial<RawRequest>): Promise<RawAnswer> {
  const { body = BODY } = request;
  const headers = [CONTENT_TYPE, signature(body)];
  return sendRaw(world.port, { method: 'POST', path: PATH, body, headers, ...request });
}

describe('a genuine delivery', () => {
  it.each([PATH, '/api/calendly/webhook', `${PATH}?a=1`])('is stored from %s', async (path) => {
    const answer = await send({ path });
    expect([answer.status, answer.text]).toEqual([200, '{"received":true}']);
    expect(stored).toHaveLength(1);
    expect(stored[0]?.path).toBe(path.startsWith(PATH) ? ID : null);
    expect(stored[0]?.headers['content-type']).toBe('application/json');
  });

  it.each([
    ['28 text/plain', 'text/plain'],
    ['28 no content type', undefined],
    ['28 multipart', 'multipart/form-data; boundary=x'],
    ['28 no type at all', 'nonsense'],
    ['28 an empty type', ''],
    ['28 utf-16', 'application/json; charset=utf-16'],
  ])('is stored whatever it is called: %s', async (_name, type) => {
    const headers: [string, string][] = type === undefined ? [] : [['content-type', type]];
    const answer = await send({ headers: [...headers, signature(BODY)] });
    expect(answer.status).toBe(200);
    expect(stored[0]?.headers['content-type']).toBe(type);
    const forged = await send({ headers: [...headers, signature(BODY, 'another key')] });
    expect(forged.status).toBe(401);
  });

  it.each([
    ['31 of no bytes', new Uint8Array()],
    ['32 no JSON', Buffer.from('{"event":')],
    ['32 a byte order mark', Buffer.from('\uFEFF{}')],
    ['32 no UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])],
    ['35 nested 5,000 deep', Buffer.from('['.repeat(5000) + ']'.repeat(5000))],
    ['36 nested 100,000 deep', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
    ['34 of exactly 256 KiB', Buffer.alloc(256 * 1024, 0x20)],
  ])('is stored to the byte: %s', async (_name, body) => {
    expect((await send({ body })).status).toBe(200);
    expect(Buffer.compare(stored[0]?.body ?? Buffer.from('none'), body)).toBe(0);
  });

  it('is stored without a body where neither length nor type is given', async () => {
    const headers = [signature(''), ['content-length', '0'] as const];
    expect((await send({ body: '', headers })).status).toBe(200);
    expect((await send({ body: '', headers: [signature(''), CONTENT_TYPE] })).status).toBe(200);
    expect(stored.map(({ body }) => body.length)).toEqual([0, 0]);
  });

  it('is stored from chunks, and with an encoding that is none', async () => {
    const chunked = await send({
      body: `5\r\n${BODY.slice(0, 5)}\r\n${(BODY.length - 5).toString(16)}\r\n${BODY.slice(5)}\r\n0\r\n\r\n`,
      headers: [
        signature(BODY),
        ['transfer-encoding', 'chunked'],
        ['content-encoding', 'Identity'],
      ],
    });
    expect(chunked.status).toBe(200);
    expect(Buffer.from(stored[0]?.body ?? []).toString()).toBe(BODY);
  });
});

const refused: [name: string, request: Partial<RawRequest>][] = [
  ['1 no signature', { headers: [CONTENT_TYPE] }],
  ['2 an empty one', { headers: [CONTENT_TYPE, ['calendly-webhook-signature', '']] }],
  ['9 two headers', { headers: [signature(BODY), signature(BODY, 'another key')] }],
  ['13 another byte', { body: `${BODY} `, headers: [signature(BODY)] }],
  ['16 signed with the key of another', { headers: [signature(BODY, 'another key')] }],
  ['22 an unknown id', { path: PATH.replace('0189', '0190') }],
  ['22 no id', { path: '/api/calendly/webhook/x' }],
  ['22 test, which is a page', { path: '/api/calendly/webhook/test' }],
  ['22 an id with ../', { path: '/api/calendly/webhook/..%2f..%2fx' }],
  ['22 an id with encoded ../', { path: '/api/calendly/webhook/%2e%2e%2fx' }],
  ['22 an id with NUL', { path: `${PATH}%00` }],
  ['22 an id of 4 kB', { path: `/api/calendly/webhook/${'a'.repeat(4096)}` }],
  ['31 an unsigned empty body', { body: '', headers: [] }],
];

describe('what is not genuine', () => {
  const bodies = new Set<string>();

  it.each(refused)('is 401: %s', async (_name, request) => {
    const answer = await send(request);
    expect(answer.status).toBe(401);
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(stored).toEqual([]);
    answer.headers.delete('date');
    answer.headers.delete('x-request-id');
    bodies.add(JSON.stringify([[...answer.headers], answer.text]));
  });

  it('is answered with the same bytes, whatever is wrong', () => {
    expect(bodies.size).toBe(1);
    process.stdout.write(`webhook refusals: ${refused.length + closed.length} cases\n`);
  });
});

const closed: [name: string, status: number, request: Partial<RawRequest>][] = [
  ...['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS'].flatMap(
    (method): [string, number, Partial<RawRequest>][] => [
      [`23 ${method}`, 405, { method }],
      [`23 ${method} without id`, 405, { method, path: '/api/calendly/webhook' }],
    ],
  ),
  ['24 trailing slash', 404, { path: `${PATH}/` }],
  ['24 trailing slash without id', 404, { path: '/api/calendly/webhook/' }],
  ['24 double slash', 404, { path: `/api/calendly/webhook//${ID}` }],
  ['24 double slash in front', 404, { path: `/${PATH}` }],
  ['24 upper case', 404, { path: `/API/CALENDLY/WEBHOOK/${ID}` }],
  ['24 %2e%2e', 404, { path: '/api/calendly/webhook/%2e%2e' }],
  ['24 ..', 404, { path: '/api/calendly/webhook/..' }],
  ['24 %2e%2e in between', 404, { path: `/api/calendly/%2e%2e/calendly/webhook/${ID}` }],
  ['24 a segment more', 404, { path: `${PATH}/x` }],
  [
    '25 both lengths',
    400,
    {
      headers: [
        ['transfer-encoding', 'chunked'],
        ['content-length', '5'],
      ],
    },
  ],
  ['27 gzip', 415, { headers: [signature(BODY), ['content-encoding', 'gzip']] }],
  ['27 br', 415, { headers: [signature(BODY), ['content-encoding', 'identity, br']] }],
  ['12 a header of 20 kB', 431, { headers: [['calendly-webhook-signature', 'x'.repeat(20_000)]] }],
  ['34 a byte more than 256 KiB', 413, { body: Buffer.alloc(256 * 1024 + 1, 0x20) }],
];

describe('what is no delivery at all', () => {
  it.each(closed)('%s → %i, and never a redirect', async (_name, status, request) => {
    const answer = await send(request);
    expect(answer.status).toBe(status);
    expect(answer.headers.has('location')).toBe(false);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
    expect(stored).toEqual([]);
  });
});
