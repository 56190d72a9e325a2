/** Rows 111–114: answers that are bad HTTP, late, or lead elsewhere. */
import type { UpstreamCase } from './case.ts';
import { final, lastPage, passing, persistent } from './case.ts';
import { cut, json, raw, reply, silence } from './replies.ts';

const LIST = '{"collection":[{}],"pagination":{"next_page_token":null}}';

const badHttp: [string, string][] = [
  ['a content-length that is no number', `HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n${LIST}`],
  ['a negative content-length', `HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n${LIST}`],
  [
    'a chunk length that is no number',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n${LIST}\r\n0\r\n\r\n`,
  ],
  ['a NUL in a header', `HTTP/1.1 200 OK\r\nx-a: a\0b\r\ncontent-length: 2\r\n\r\n{}`],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['a body without any head', LIST],
];

/** Two lengths contradict each other: whichever is believed, the answer is not whole. */
const contradictions: [string, string][] = [
  [
    'two content-lengths that differ',
    `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{"a":`,
  ],
  [
    'content-length beside transfer-encoding',
    `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
];

const redirects: [number, number, string][] = [
  [113, 301, 'https://evil.example/scheduled_events'],
  [113, 302, '/scheduled_events?again=1'],
  [113, 303, '//evil.example/'],
  [114, 302, 'http://169.254.169.254/latest/meta-data/'],
  [114, 307, 'http://127.0.0.1:1/'],
  [114, 302, 'file:///etc/passwd'],
];

export const httpCases: UpstreamCase[] = [
  ...badHttp.map(([about, bytes]) =>
    persistent(111, about, { reply: raw(bytes), expect: 'calendly.bad_http' }),
  ),
  ...contradictions.map(([about, bytes]) =>
    persistent(111, about, { reply: raw(bytes), expect: 'calendly.connection_lost' }),
  ),
  final(111, 'a header of 1 MB', {
    reply: reply(200, LIST, { 'x-large': 'a'.repeat(1_000_000) }),
    expect: 'calendly.too_large',
  }),
  final(111, 'a thousand cookies', {
    reply: raw(
      `HTTP/1.1 200 OK\r\n${'set-cookie: __cf_bm=abcdefghij; path=/\r\n'.repeat(1000)}content-length: 2\r\n\r\n{}`,
    ),
    expect: 'calendly.too_large',
  }),
  {
    row: 111,
    about: 'two equal rate-limit headers are read once',
    replies: [
      raw(
        `HTTP/1.1 200 OK\r\nx-ratelimit-limit: 500\r\nx-ratelimit-limit: 500\r\ncontent-length: ${LIST.length}\r\n\r\n${LIST}`,
        'keep',
      ),
    ],
    expect: 1,
    requests: 1,
  },
  {
    row: 111,
    about: 'an interim answer before the real one is passed over',
    replies: [
      raw(
        Buffer.concat([
          Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
          Buffer.from(lastPage.bytes),
        ]),
        'keep',
      ),
    ],
    expect: 1,
    requests: 1,
  },
  passing(111, 'a broken head, then the list', raw('HTTP/1.1 200 OK\r\nno colon here\r\n\r\n')),

  persistent(112, 'no answer at all', { reply: silence, expect: 'calendly.timeout' }),
  persistent(112, 'half a head and then nothing', {
    reply: cut(lastPage, 20, 'stall'),
    expect: 'calendly.timeout',
  }),
  persistent(112, 'a head and then nothing', {
    reply: raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n', 'stall'),
    expect: 'calendly.timeout',
  }),
  persistent(112, 'all of the body but the last byte', {
    reply: cut(lastPage, lastPage.bytes.length - 1, 'stall'),
    expect: 'calendly.timeout',
  }),
  passing(112, 'a stall, then the list', silence),
  {
    row: 112,
    about: 'a POST is not repeated after a stall',
    ask: 'post',
    replies: [silence],
    expect: 'calendly.timeout',
    requests: 1,
    waits: [],
  },
  {
    row: 112,
    about: 'a refusal whose words are cut is still that refusal',
    replies: [raw('HTTP/1.1 401 Unauthorized\r\ncontent-length: 100\r\n\r\n{"title"')],
    expect: 'calendly.unauthenticated',
    requests: 1,
  },

  ...[301, 302, 303, 307, 308].map((status) => ({
    row: 113,
    about: `a ${status} to another server, which is not asked`,
    replies: (elsewhere: string) => [
      reply(status, '', { location: `${elsewhere}/scheduled_events` }),
    ],
    expect: 'calendly.redirected' as const,
    requests: 1,
  })),
  ...redirects.map(([row, status, location]) =>
    final(row, `a ${status} to ${location}`, {
      reply: reply(status, '', { location }),
      expect: 'calendly.redirected',
    }),
  ),
  final(113, 'a redirect without an address', {
    reply: reply(302, ''),
    expect: 'calendly.redirected',
  }),
  final(113, 'a 304 that nobody asked for', {
    reply: raw('HTTP/1.1 304 Not Modified\r\n\r\n', 'keep'),
    expect: 'calendly.redirected',
  }),
  final(113, 'a redirect that carries a list', {
    reply: json(
      302,
      { collection: [{}], pagination: { next_page_token: null } },
      { location: '/' },
    ),
    expect: 'calendly.redirected',
  }),
  {
    row: 113,
    about: 'a POST that is redirected',
    ask: 'post',
    replies: [reply(307, '', { location: '/again' })],
    expect: 'calendly.redirected',
    requests: 1,
  },
];
