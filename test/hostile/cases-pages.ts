/** Rows 123–126: lists that go round in circles, end badly or have holes. */
import type { UpstreamCase } from './case.ts';
import { final } from './case.ts';
import { json, page } from './replies.ts';

const tokens: [string, unknown][] = [
  ['an empty string', ''],
  ['a number', 7],
  ['zero', 0],
  ['an object', { token: 'a' }],
  ['a list', ['a']],
  ['true', true],
  ['5,000 characters', 'a'.repeat(5000)],
];

export const pageCases: UpstreamCase[] = [
  {
    row: 123,
    about: 'a token that leads to itself',
    replies: [page('a', [{}]), page('a', [{}])],
    expect: 'calendly.token_loop',
    requests: 2,
  },
  {
    row: 123,
    about: 'two tokens that lead to each other',
    replies: [page('a'), page('b'), page('a')],
    expect: 'calendly.token_loop',
    requests: 3,
  },
  {
    row: 123,
    about: 'a circle of twenty pages',
    replies: [...Array.from({ length: 20 }, (_, index) => page(`t${index}`)), page('t0')],
    expect: 'calendly.token_loop',
    requests: 21,
  },
  {
    row: 123,
    about: 'a list that never ends',
    replies: Array.from({ length: 2001 }, (_, index) => page(`t${index}`)),
    expect: 'calendly.endless_list',
    requests: 2000,
  },
  ...tokens.map(([about, token]) =>
    final(124, `a next_page_token that is ${about}`, {
      reply: page(token),
      expect: 'calendly.shape',
    }),
  ),
  final(124, 'no next_page_token beside a next_page', {
    reply: json(200, {
      collection: [{}],
      pagination: { next_page: 'https://api.calendly.com/scheduled_events?page_token=a' },
    }),
    expect: 'calendly.shape',
  }),
  {
    row: 124,
    about: 'a next_page on another server, which is not asked',
    replies: (elsewhere) => [
      json(200, {
        collection: [{}],
        pagination: {
          next_page: `${elsewhere}/scheduled_events?page_token=a`,
          next_page_token: 'a',
        },
      }),
      page(null, [{}]),
    ],
    expect: 2,
    requests: 2,
  },
  {
    row: 124,
    about: 'a next_page although the token says that this is the end',
    replies: (elsewhere) => [
      json(200, {
        collection: [{}],
        pagination: { next_page: `${elsewhere}/more`, next_page_token: null },
      }),
    ],
    expect: 1,
    requests: 1,
  },
  {
    row: 124,
    about: 'a token made of signs that a URL takes for its own',
    replies: [page('a&status=active#?=%00 ä'), page(null, [{}])],
    expect: 1,
    requests: 2,
  },
  {
    row: 126,
    about: 'an empty page in the middle',
    replies: [page('a', [{}, {}]), page('b'), page(null, [{}])],
    expect: 3,
    requests: 3,
  },
  {
    row: 126,
    about: 'an empty page at the end',
    replies: [page('a', [{}]), page(null)],
    expect: 1,
    requests: 2,
  },
  { row: 126, about: 'an empty list', replies: [page(null)], expect: 0, requests: 1 },
];
