/** Rows 105–110: answers whose body is not what it should be. */
import { gzipSync } from 'node:zlib';

import type { UpstreamCase } from './case.ts';
import { final, lastPage, passing, persistent } from './case.ts';
import { cut, json, raw, reply, untilClose, zipped } from './replies.ts';

const HTML = '<!doctype html><title>Back soon</title><h1>Maintenance</h1>';
const LIST = '{"collection":[{}],"pagination":{"next_page_token":null}}';
const MIB = 1024 * 1024;

const notJson: [string, Buffer | string][] = [
  ['a maintenance page with status 200', HTML],
  ['an empty body', ''],
  ['white space', ' \r\n'],
  ['JSON and something after it', `${LIST}<!-- served by proxy -->`],
  ['JSONP', `callback(${LIST})`],
  ['a bare NaN', '{"collection":NaN,"pagination":{"next_page_token":null}}'],
  [
    'bytes that are no UTF-8',
    Buffer.concat([Buffer.from('{"collection":["'), Buffer.from([0xff, 0xfe]), Buffer.from('"]}')]),
  ],
  ['JSON in UTF-16', Buffer.from(LIST, 'utf16le')],
  ['JSON in Latin-1', Buffer.from('{"collection":["Zoë"]}', 'latin1')],
];

const shapes: [number, string, unknown][] = [
  [106, 'an empty object', {}],
  [106, 'an empty list', []],
  [106, 'null', null],
  [106, 'a string', 'ok'],
  [106, 'a number', 0],
  [106, 'true', true],
  [107, 'a null collection', { collection: null, pagination: { next_page_token: null } }],
  [
    107,
    'a collection that is an object',
    { collection: {}, pagination: { next_page_token: null } },
  ],
  [
    107,
    'a collection that is a string',
    { collection: 'none', pagination: { next_page_token: null } },
  ],
  [107, 'no collection', { pagination: { next_page_token: null } }],
  [107, 'no pagination', { collection: [] }],
  [107, 'a null pagination', { collection: [], pagination: null }],
  [107, 'a pagination that is a list', { collection: [], pagination: [] }],
  [107, 'an empty pagination', { collection: [], pagination: {} }],
  [107, 'a resource where a list was asked for', { resource: { uri: 'x' } }],
  [107, 'an error with status 200', { title: 'Internal Server Error', message: 'Oops' }],
];

const encodings = [
  'br',
  'deflate',
  'zstd',
  'compress',
  'gzip, gzip',
  'gzip, br, gzip, br, gzip',
  'x',
];

export const bodyCases: UpstreamCase[] = [
  ...notJson.map(([about, body]) =>
    persistent(105, about, { reply: reply(200, body), expect: 'calendly.not_json' }),
  ),
  persistent(105, 'status 204 without a body', {
    reply: raw('HTTP/1.1 204 No Content\r\n\r\n', 'keep'),
    expect: 'calendly.not_json',
  }),
  passing(
    105,
    'a maintenance page, then the list',
    reply(200, HTML, { 'content-type': 'text/html' }),
  ),
  {
    row: 105,
    about: 'JSON behind a byte order mark is read',
    replies: [reply(200, `\uFEFF${LIST}`)],
    expect: 1,
    requests: 1,
  },
  {
    row: 105,
    about: 'JSON called HTML is read',
    replies: [reply(200, LIST, { 'content-type': 'text/html' })],
    expect: 1,
    requests: 1,
  },
  ...shapes.map(([row, about, body]) =>
    final(row, about, { reply: json(200, body), expect: 'calendly.shape' }),
  ),
  final(107, 'a list that only a prototype carries', {
    reply: reply(200, `{"__proto__":${LIST}}`),
    expect: 'calendly.shape',
  }),
  {
    row: 106,
    about: 'a list where a resource was asked for',
    ask: 'resource',
    replies: [reply(200, LIST)],
    expect: 'calendly.shape',
    requests: 1,
  },
  {
    row: 106,
    about: 'a null resource',
    ask: 'resource',
    replies: [json(200, { resource: null })],
    expect: 'calendly.shape',
    requests: 1,
  },
  {
    row: 106,
    about: 'a resource that is a list',
    ask: 'resource',
    replies: [json(200, { resource: [] })],
    expect: 'calendly.shape',
    requests: 1,
  },

  persistent(108, 'a connection that ends before its content-length', {
    reply: cut(lastPage, 90),
    expect: 'calendly.connection_lost',
  }),
  persistent(108, 'a connection reset in the middle of the body', {
    reply: cut(lastPage, 90, 'reset'),
    expect: 'calendly.connection_lost',
  }),
  persistent(108, 'a body cut where only the end of the connection tells', {
    reply: untilClose(LIST.slice(0, 30)),
    expect: 'calendly.not_json',
  }),
  persistent(108, 'a body cut between two items, closed like a whole one', {
    reply: untilClose('{"collection":[{}'),
    expect: 'calendly.not_json',
  }),
  persistent(108, 'gzip cut short', {
    reply: reply(200, gzipSync(LIST).subarray(0, 40), { 'content-encoding': 'gzip' }),
    expect: 'calendly.connection_lost',
  }),
  persistent(108, 'a chunked body without its last chunk', {
    reply: raw(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"col\r\n`),
    expect: 'calendly.connection_lost',
  }),
  passing(108, 'a cut body, then the whole one', cut(lastPage, 100)),
  passing(108, 'a reset before the first byte, then the list', raw('', 'reset')),
  passing(108, 'cut gzip, then the list', cut(zipped(LIST), 120)),
  {
    row: 108,
    about: 'a list whose end is the end of the connection',
    replies: [untilClose(LIST)],
    expect: 1,
    requests: 1,
  },

  ...encodings.map((encoding) =>
    persistent(109, `content-encoding ${encoding}`, {
      reply: reply(200, LIST, { 'content-encoding': encoding }),
      expect: 'calendly.bad_encoding',
    }),
  ),
  persistent(109, 'plain JSON called gzip', {
    reply: reply(200, LIST, { 'content-encoding': 'gzip' }),
    expect: 'calendly.bad_encoding',
  }),
  { row: 109, about: 'honest gzip', replies: [zipped(LIST)], expect: 1, requests: 1 },
  {
    row: 109,
    about: 'honest gzip under its old name',
    replies: [zipped(LIST, { 'content-encoding': 'X-GZIP' })],
    expect: 1,
    requests: 1,
  },
  final(109, 'a few kilobytes of gzip that are 17 MiB', {
    reply: zipped(`["${'a'.repeat(17 * MIB)}"]`),
    expect: 'calendly.too_large',
  }),
  final(110, 'a body of 17 MiB', {
    reply: reply(200, Buffer.alloc(17 * MIB, 0x20)),
    expect: 'calendly.too_large',
  }),
  final(110, 'an endless body', {
    reply: raw(
      Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), Buffer.alloc(20 * MIB, 0x20)]),
      'stall',
    ),
    expect: 'calendly.too_large',
  }),
  {
    row: 110,
    about: 'a page of 15 MiB is still read',
    replies: [reply(200, `${LIST}${' '.repeat(15 * MIB)}`)],
    expect: 1,
    requests: 1,
  },
];
