/** Rows 117–122: refusals in Calendly's words and in nobody's. */
import type { CalendlyErrorCode } from '../../src/calendly/errors.ts';
import { BACKOFFS, final, lastPage, passing, persistent } from './case.ts';
import type { UpstreamCase } from './case.ts';
import { json, page, reply } from './replies.ts';

const HTML = '<html><body>error code: 1010</body></html>';
const denied = (message: string): unknown => ({ title: 'Permission Denied', message });
const invalid = (...details: unknown[]): unknown => ({
  title: 'Invalid Argument',
  message: 'The supplied parameters are invalid.',
  ...(details.length === 0 ? {} : { details }),
});
const blames = (parameter: string): unknown => ({ parameter, message: 'is invalid' });

const forbidden: [string, unknown, CalendlyErrorCode][] = [
  [
    'scopes',
    {
      title: 'Insufficient scope',
      message: 'See required_scopes',
      required_scopes: ['webhooks:write'],
    },
    'calendly.scope_missing',
  ],
  [
    'scopes without a list',
    { title: 'Insufficient scope', message: 'No' },
    'calendly.scope_missing',
  ],
  [
    'scopes that are no scopes',
    { title: 'Insufficient scope', required_scopes: [1, { a: 1 }, '<b>'] },
    'calendly.scope_missing',
  ],
  [
    'the plan of old',
    denied('Please upgrade your Calendly account to Professional'),
    'calendly.plan',
  ],
  [
    'the plan before 2026-11',
    denied('Please upgrade your Calendly account to Standard'),
    'calendly.plan',
  ],
  ['the plan of today', denied('Please upgrade to a paid Calendly account.'), 'calendly.plan'],
  [
    'the role',
    denied('You do not have permission to access this resource.'),
    'calendly.forbidden_role',
  ],
  ['the role in short', denied('You do not have permission'), 'calendly.forbidden_role'],
  ['one meeting', denied('You are not allowed to view this event'), 'calendly.forbidden_role'],
  ['a sentence nobody knows', denied('Computer says no'), 'calendly.forbidden_role'],
  [
    'the organization not named',
    denied(
      'Please also specify organization when requesting events for a user within your organization.',
    ),
    'calendly.organization_needed',
  ],
  [
    'a user who left',
    denied('This user is not in your organization'),
    'calendly.user_not_in_organization',
  ],
  ['JSON that says nothing', {}, 'calendly.blocked'],
  ['a list as its body', [], 'calendly.blocked'],
];

const tokenRefusals: [number, string, unknown][] = [
  [400, 'blaming page_token', invalid(blames('page_token'))],
  [400, 'blaming page_token and another', invalid(blames('count'), blames('page_token'))],
  [400, 'blaming nothing', invalid()],
  [400, 'in HTML', undefined],
  [409, 'a conflict', { title: 'Conflict', message: 'No' }],
  [410, 'gone', { title: 'Gone', message: 'No' }],
  [422, 'unprocessable', invalid()],
];

/** `X-RateLimit-Reset` and friends, with the wait in seconds that they come to. */
const waits: [string, Record<string, string>, number][] = [
  ['a reset of 60', { 'x-ratelimit-reset': '60' }, 60],
  ['a reset of 7', { 'x-ratelimit-reset': '7' }, 7],
  ['a reset of 0', { 'x-ratelimit-reset': '0' }, 1],
  ['a reset of an hour', { 'x-ratelimit-reset': '3600' }, 900],
  ['no header', {}, 60],
  ['a reset of -1', { 'x-ratelimit-reset': '-1' }, 60],
  ['a reset of 1e12', { 'x-ratelimit-reset': '1e12' }, 60],
  ['a reset of a million million', { 'x-ratelimit-reset': '1000000000000' }, 60],
  ['an epoch', { 'x-ratelimit-reset': '1772616600' }, 60],
  ['NaN', { 'x-ratelimit-reset': 'NaN' }, 60],
  ['Infinity', { 'x-ratelimit-reset': 'Infinity' }, 60],
  ['words', { 'x-ratelimit-reset': 'in a minute' }, 60],
  ['an empty header', { 'x-ratelimit-reset': '' }, 60],
  ['retry-after in seconds', { 'retry-after': '12' }, 12],
  [
    'retry-after as a date',
    { 'retry-after': 'Wed, 04 Mar 2026 09:30:20 GMT', date: 'Wed, 04 Mar 2026 09:30:00 GMT' },
    20,
  ],
  [
    'retry-after as a date without any Date',
    { 'retry-after': 'Wed, 04 Mar 2026 09:30:15 GMT' },
    15,
  ],
  [
    'retry-after as a date by a clock an hour off',
    { 'retry-after': 'Wed, 04 Mar 2026 10:30:25 GMT', date: 'Wed, 04 Mar 2026 10:30:00 GMT' },
    25,
  ],
  ['retry-after in the past', { 'retry-after': 'Wed, 04 Mar 2020 09:30:00 GMT' }, 1],
  ['retry-after as no date', { 'retry-after': 'Someday, 99 Foo 2026 99:99:99 GMT' }, 60],
  ['reset before retry-after', { 'x-ratelimit-reset': '9', 'retry-after': '500' }, 9],
];

export const refusalCases: UpstreamCase[] = [
  final(117, '401 on the first page', {
    reply: json(401, { title: 'Unauthenticated', message: 'The access token is invalid' }),
    expect: 'calendly.unauthenticated',
  }),
  final(117, '401 without words', { reply: reply(401, ''), expect: 'calendly.unauthenticated' }),
  final(117, '401 in HTML', { reply: reply(401, HTML), expect: 'calendly.unauthenticated' }),
  {
    row: 117,
    about: '401 on the third page',
    replies: [page('a'), page('b'), reply(401, '')],
    expect: 'calendly.unauthenticated',
    requests: 3,
  },
  ...forbidden.map(([about, body, expect]) =>
    final(118, `403 for ${about}`, { reply: json(403, body), expect }),
  ),
  final(118, "403 of a wall's own", { reply: reply(403, HTML), expect: 'calendly.blocked' }),
  {
    row: 118,
    about: '403 on the second page',
    replies: [page('a'), json(403, denied('You do not have permission'))],
    expect: 'calendly.forbidden_role',
    requests: 2,
  },
  final(119, '404 on a list', {
    reply: json(404, {
      title: 'Resource Not Found',
      message: 'The server could not find the requested resource.',
    }),
    expect: 'calendly.not_found',
  }),
  {
    row: 119,
    about: '404 on one resource',
    ask: 'resource',
    replies: [reply(404, HTML)],
    expect: 'calendly.not_found',
    requests: 1,
  },
  {
    row: 119,
    about: '404 on the second page',
    replies: [page('a'), reply(404, '')],
    expect: 'calendly.not_found',
    requests: 2,
  },
  {
    row: 119,
    about: '410 on one resource',
    ask: 'resource',
    replies: [reply(410, '')],
    expect: 'calendly.gone',
    requests: 1,
  },

  ...tokenRefusals.map(([status, about, body]): UpstreamCase => ({
    row: 120,
    about: `${status} ${about} on the second page`,
    replies: [page('a'), body === undefined ? reply(status, HTML) : json(status, body)],
    expect: 'calendly.page_token_refused',
    requests: 2,
  })),
  {
    row: 120,
    about: '400 on the second page that blames another parameter alone',
    replies: [page('a'), json(400, invalid(blames('user')))],
    expect: 'calendly.bad_request',
    requests: 2,
  },
  final(120, '400 without a page token', {
    reply: json(400, invalid(blames('user'))),
    expect: 'calendly.bad_request',
  }),
  final(120, '400 about a page token that was never sent', {
    reply: json(400, invalid(blames('page_token'))),
    expect: 'calendly.bad_request',
  }),
  final(120, '409 without a page token', {
    reply: json(409, { title: 'Already Exists' }),
    expect: 'calendly.conflict',
  }),
  final(120, '422 without a page token', { reply: reply(422, ''), expect: 'calendly.bad_request' }),
  final(120, '418', { reply: reply(418, ''), expect: 'calendly.bad_request' }),

  ...waits.map(([about, headers, seconds]): UpstreamCase => ({
    row: 121,
    about: `429 with ${about}`,
    replies: [json(429, null, headers), lastPage],
    expect: 1,
    requests: 2,
    // one half of the two seconds that are spread over
    waits: [seconds * 1000 + 1000],
  })),
  {
    row: 121,
    about: '429 for ever',
    replies: [reply(429, '', { 'x-ratelimit-reset': '5' })],
    expect: 'calendly.rate_limited',
    requests: 5,
    waits: [6000, 6000, 6000, 6000],
  },
  {
    row: 121,
    about: '429 on a POST',
    ask: 'post',
    replies: [reply(429, '')],
    expect: 'calendly.rate_limited',
    requests: 1,
    waits: [],
  },

  ...[500, 502, 503, 504, 520, 599].flatMap((status) => [
    passing(122, `${status} once`, reply(status, HTML)),
    persistent(122, `${status} for ever`, {
      reply: reply(status, HTML),
      expect: 'calendly.server_error',
    }),
  ]),
  passing(122, '408 once', reply(408, '')),
  {
    row: 122,
    about: '503 four times',
    replies: [...Array.from({ length: 4 }, () => reply(503, '')), lastPage],
    expect: 1,
    requests: 5,
    waits: BACKOFFS,
  },
  {
    row: 122,
    about: '500 on the second page, once',
    replies: [page('a', [{}]), reply(500, ''), lastPage],
    expect: 2,
    requests: 3,
    waits: [500],
  },
  {
    row: 122,
    about: '500 on a POST',
    ask: 'post',
    replies: [reply(500, '')],
    expect: 'calendly.server_error',
    requests: 1,
    waits: [],
  },
  {
    row: 122,
    about: '500 on a DELETE',
    ask: 'delete',
    replies: [reply(500, '')],
    expect: 'calendly.server_error',
    requests: 1,
    waits: [],
  },
];
