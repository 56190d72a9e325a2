/** Fifteen ways in which one answer of a listing is cut, spoiled or refused, and one that cannot be told from the truth. */
import { gzipSync } from 'node:zlib';
import type { CalendlyErrorCode } from '../../src/calendly/errors.ts';
import type { ConnectionState } from '../../src/store/connections.ts';
import type { Honest } from '../harness/spoiling-proxy.ts';
import { cut, json, raw, reply, silence, untilClose } from './replies.ts';
import type { Reply } from './server.ts';

export interface Cut {
  way: string;
  reply: (honest: Honest) => Reply;
  /** How the run ends; null: Calendly seemed to have nothing more. */
  code: CalendlyErrorCode | null;
  /** The connection's state afterwards. */
  connection: ConnectionState;
}

const HTML = '<!doctype html><title>Just a moment...</title>';

export const cuts: readonly Cut[] = [
  broken('a reset', 'calendly.connection_lost', () => raw('', 'reset')),
  broken('an end between two items', 'calendly.not_json', ({ body }) =>
    untilClose(body.slice(0, itemEnd(body))),
  ),
  broken('a wrong content-length', 'calendly.connection_lost', ({ body }) => {
    const short = Math.floor(body.length / 2);
    return cut(reply(200, body), short);
  }),
  broken('gzip cut short', 'calendly.connection_lost', ({ body }) => {
    const packed = gzipSync(body);
    const half = packed.subarray(0, Math.floor(packed.length / 2));
    return reply(200, half, { 'content-encoding': 'gzip' });
  }),
  broken('a page of HTML', 'calendly.not_json', () => reply(200, HTML)),
  broken('an empty object', 'calendly.shape', () => json(200, {})),
  broken('a bare empty collection', 'calendly.shape', () => json(200, { collection: [] })),
  broken('an empty page token', 'calendly.shape', ({ body }) => {
    const page = JSON.parse(body) as { pagination: object };
    return json(200, { ...page, pagination: { ...page.pagination, next_page_token: '' } });
  }),
  broken('500', 'calendly.server_error', () => reply(500, HTML)),
  {
    ...broken('401', 'calendly.unauthenticated', () => json(401, { title: 'Unauthenticated' })),
    connection: 'needs_reauth',
  },
  {
    ...broken('403', 'calendly.forbidden_role', () =>
      json(403, { title: 'Permission Denied', message: 'You do not have permission' }),
    ),
    connection: 'forbidden',
  },
  broken('429', 'calendly.rate_limited', () => reply(429, '', { 'x-ratelimit-reset': '30' })),
  broken('404', 'calendly.not_found', () => json(404, { title: 'Resource Not Found' })),
  broken('a redirect', 'calendly.redirected', () => reply(302, '', { location: '/elsewhere' })),
  broken('no answer in time', 'calendly.timeout', () => silence),
  {
    ...broken('an empty page that claims to be the last', 'calendly.shape', () =>
      json(200, { collection: [], pagination: { count: 0, next_page_token: null } }),
    ),
    code: null,
  },
];

function broken(way: string, code: CalendlyErrorCode, spoil: Cut['reply']): Cut {
  return { way, reply: spoil, code, connection: 'active' };
}

/** Behind the first item of a list, before its comma. */
function itemEnd(body: string): number {
  const comma = body.indexOf('},{"');
  return comma < 0 ? body.length - 3 : comma + 1;
}
