/** Bad inputs 23 to 30: methods, paths, lengths, encodings, types, floods. */
import { expect } from 'vitest';
import type { RawRequest } from '../harness/raw-http.ts';
import { signed, type WebhookWorld } from '../harness/webhook-world.ts';
import { harmless, IGNORED, JSON_TYPE, PATH, type WebhookCase } from './case.ts';

/** A genuine delivery but for what `change` says, which is no delivery any more. */
function closed(
  row: number,
  about: string,
  { status, change }: { status: number; change: Partial<RawRequest> },
): WebhookCase {
  return {
    row,
    about,
    send(world) {
      const body = harmless();
      const headers = [JSON_TYPE, signed(body, world.key), ...(change.headers ?? [])];
      return { body, ...change, headers };
    },
    status,
  };
}

/** A delivery under another name: what counts is the signature. */
function typed(about: string, type: string | undefined, good: boolean): WebhookCase {
  return {
    row: 28,
    about: `${about}, ${good ? 'well' : 'badly'} signed`,
    send(world) {
      const body = harmless();
      const named = type === undefined ? [] : [['content-type', type] as const];
      return { body, headers: [...named, signed(body, good ? world.key : 'key of another')] };
    },
    ...(good ? { status: 200, ends: IGNORED } : { status: 401 }),
  };
}

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS'].map((method) =>
  closed(23, method, { status: 405, change: { method } }),
);

const paths = [
  ['a slash at the end', `${PATH}/`],
  ['two slashes', `/api/calendly//webhook`],
  ['two slashes in front', `/${PATH}`],
  ['upper case', PATH.toUpperCase()],
  ['%2e%2e', `${PATH}/%2e%2e`],
  ['%2e%2e in between', `/api/calendly/%2e%2e/calendly/webhook`],
  ['a segment more', `${PATH}/a/b`],
].map(([about = '', path = '']) => closed(24, about, { status: 404, change: { path } }));

/** Row 30: a thousand forged ones at once; a genuine one among them passes, and so does the next. */
const flood: WebhookCase = {
  row: 30,
  about: 'a good one behind 1,000 bad ones',
  async send(world: WebhookWorld) {
    const counts = new Map<number, number>();
    const forge = async (): Promise<void> => {
      const init = { method: 'POST', body: '{}', headers: { 'calendly-webhook-signature': 'x' } };
      const { status } = await fetch(`${world.url}${PATH}`, init);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    };
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 50 }, forge));
    }
    expect([...counts.keys()].toSorted()).toEqual([401, 429]);
    expect(counts.get(429)).toBeGreaterThan(700);
    const body = harmless();
    return { body, headers: [JSON_TYPE, signed(body, world.key)] };
  },
  status: 200,
  ends: IGNORED,
};

export const httpCases: readonly WebhookCase[] = [
  ...methods,
  ...paths,
  closed(25, 'both lengths', {
    status: 400,
    change: {
      headers: [
        ['transfer-encoding', 'chunked'],
        ['content-length', '5'],
      ],
    },
  }),
  closed(27, 'gzip', { status: 415, change: { headers: [['content-encoding', 'gzip']] } }),
  closed(27, 'br', { status: 415, change: { headers: [['content-encoding', 'br']] } }),
  ...[true, false].flatMap((good) => [
    typed('text', 'text/plain', good),
    typed('nothing', undefined, good),
    typed('multipart', 'multipart/form-data; boundary=x', good),
    typed('a form', 'application/x-www-form-urlencoded', good),
  ]),
];

/** Last of all: what it does to the address is felt by later bad signatures. */
export const floodCases: readonly WebhookCase[] = [flood];
