/** Which subscriptions a connection should have, and what is done about those there are. */
import { describe, expect, it, test } from 'vitest';
import type { Subscription } from '../store/subscriptions.ts';
import {
  type ListedSubscription,
  stepFor,
  subscriptionScope,
  variantsOf,
  wantedSubscriptions,
} from './subscription-plan.ts';

const URI = 'https://api.calendly.com/webhook_subscriptions/ONE';
const PREFIX = 'https://app.example/api/calendly/webhook/';
const [core] = wantedSubscriptions('user');
const EVENTS = core?.events ?? [];
const expected = {
  callbackUrl: (id: string) => PREFIX + id,
  scope: 'user',
  variants: core === undefined ? [] : variantsOf(core),
};

function row(change: Partial<Subscription> = {}): Subscription {
  return {
    workspace_id: 'w',
    id: 'one',
    connection_id: 'c',
    family: 'core',
    calendly_uri: URI,
    callback_url: `${PREFIX}one`,
    scope: 'user',
    events: [...EVENTS],
    key_sealed: 'sealed',
    state: 'live',
    created_at: '2026-01-01T00:00:00.000000Z',
    ended_at: null,
    last_delivery_at: null,
    ...change,
  };
}

function listed(change: Partial<ListedSubscription> = {}): ListedSubscription {
  return {
    uri: URI,
    callbackUrl: `${PREFIX}one`,
    state: 'active',
    events: EVENTS,
    retryStartedAt: null,
    ...change,
  };
}

const foreign = listed({ uri: `${URI}x`, callbackUrl: 'https://other.example/hook' });

describe('one family', () => {
  test('without a row is made, whatever else there is', () => {
    expect(stepFor(undefined, [foreign], expected)).toEqual({ do: 'create' });
  });

  test('that is as it should be is kept, its events in whatever order', () => {
    const one = listed({ events: EVENTS.toReversed() });
    expect(stepFor(row(), [foreign, one], expected)).toEqual({ do: 'keep', listed: one });
  });

  test('that lacks event types, as the token does, is kept', () => {
    const one = listed({ events: EVENTS.filter((event) => event.startsWith('invitee')) });
    expect(stepFor(row(), [one], expected)).toEqual({ do: 'keep', listed: one });
  });

  test('that was asked for and shows up in the list is adopted by its URL', () => {
    const asked = row({ state: 'creating', calendly_uri: null });
    expect(stepFor(asked, [foreign, listed()], expected)).toEqual({
      do: 'adopt',
      listed: listed(),
    });
  });

  it.each([
    ['it is disabled', row(), listed({ state: 'disabled' }), URI, false],
    ['it tells somebody else', row(), listed({ callbackUrl: 'https://x.example/' }), URI, false],
    [
      'our address is another one',
      row(),
      listed({ callbackUrl: 'https://old.example/one' }),
      URI,
      false,
    ],
    ['it tells of too little', row(), listed({ events: ['invitee.created'] }), URI, true],
    ['it tells of too much', row(), listed({ events: [...EVENTS, 'contact.created'] }), URI, true],
    ['it is gone', row(), foreign, null, false],
    [
      'it was asked for and never came',
      row({ state: 'creating', calendly_uri: null }),
      foreign,
      null,
      false,
    ],
    ['it is of the other scope', row({ scope: 'organization' }), foreign, URI, false],
  ] as const)('is replaced where %s', (_why, ours, there, remove, isUsable) => {
    const step = stepFor(ours, [there], expected);
    expect(step).toEqual({ do: 'replace', remove, isUsable, why: expect.any(String) });
  });
});

test('routing forms are asked for in the organization alone, and apart', () => {
  expect(wantedSubscriptions('user').map(({ family }) => family)).toEqual(['core']);
  const both = wantedSubscriptions('organization');
  expect(both.map(({ family }) => family)).toEqual(['core', 'routing']);
  expect(both[1]?.events).toEqual(['routing_form_submission.created']);
});

it.each([
  ['user', 'owner', null, 'user'],
  ['user', 'owner', 'organization+user', 'user'],
  ['organization', 'owner', null, 'organization'],
  ['organization', 'admin', 'organization', 'organization'],
  ['organization', null, null, 'organization'],
  ['organization', 'user', null, 'user'],
  ['organization', 'admin', 'organization+user', 'user'],
  ['organization', 'admin', 'user', 'user'],
] as const)(
  'a connection for the %s of role %s that reads by %s subscribes for the %s',
  (scope, role, read_mode, wanted) => {
    expect(subscriptionScope({ scope, role, read_mode })).toBe(wanted);
  },
);
