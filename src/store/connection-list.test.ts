/** How fresh a connection's rows are said to be. */
import { describe, expect, it } from 'vitest';
import { timestampFromMs, type Timestamp } from '../domain/timestamp.ts';
import { freshnessOf, requestsOf, type ConnectionView } from './connection-list.ts';

const SLOT_MS = 900_000;
const NOW = Date.UTC(2026, 0, 15, 12);

function freshness(
  state: ConnectionView['state'],
  completeAgoMs: number | null,
  errorCode: string | null,
): string {
  const complete = completeAgoMs === null ? null : timestampFromMs(NOW - completeAgoMs);
  const row = { state, last_complete_at: complete, error_code: errorCode };
  return freshnessOf(row, { slotMs: SLOT_MS, nowMs: NOW });
}

const LOST = 'calendly.connection_lost';

describe('a connection', () => {
  it.each([
    ['never', 'active', null, null],
    ['never', 'active', null, LOST],
    ['fresh', 'active', 0, null],
    ['fresh', 'active', 2 * SLOT_MS, null],
    ['stale', 'active', 2 * SLOT_MS + 1, null],
    ['failing', 'active', 2000, LOST],
    ['failing', 'active', 3 * SLOT_MS, LOST],
    ['failing', 'needs_reauth', 1000, null],
    ['failing', 'forbidden', 1000, null],
    ['stale', 'paused', 3 * SLOT_MS, null],
  ] as const)(
    'is %s: %s, complete %s ms ago, last error %s',
    (expected, state, complete, error) => {
      expect(freshness(state, complete, error)).toBe(expected);
    },
  );

  it('whose clock was set back is not fresh for longer, nor after a failure', () => {
    expect(freshness('active', -2 * SLOT_MS, null)).toBe('fresh');
    expect(freshness('active', -2 * SLOT_MS - 1, null)).toBe('stale');
    expect(freshness('active', -1000, LOST)).toBe('failing');
  });
});

describe('the requests that a connection shows', () => {
  const row = { requests_used: 40, requests_left: 400, requests_limit: 500 };
  const seen = (agoMs: number): typeof row & { requests_seen_at: Timestamp } => ({
    ...row,
    requests_seen_at: timestampFromMs(NOW - agoMs),
  });
  const over = { used: 0, left: 500, limit: 500 };

  it('are those of all processes where they are known', () => {
    const budget = { used: 250, left: 120, limit: 500 };
    expect(requestsOf(seen(0), budget, NOW)).toEqual(budget);
  });

  it("are the last run's for a minute, and then none", () => {
    expect(requestsOf(seen(59_999), undefined, NOW)).toEqual({ used: 40, left: 400, limit: 500 });
    expect(requestsOf(seen(60_000), undefined, NOW)).toEqual(over);
    expect(requestsOf({ ...row, requests_seen_at: null }, undefined, NOW)).toEqual(over);
  });

  it("are the last run's while no process has heard Calendly's limit", () => {
    const budget = { used: 1, left: null, limit: null };
    expect(requestsOf(seen(60_000), budget, NOW)).toEqual(over);
  });

  it('are unknown before the first answer', () => {
    const none = { used: null, left: null, limit: null };
    const never = { requests_used: null, requests_left: null, requests_limit: null };
    expect(requestsOf({ ...never, requests_seen_at: null }, undefined, NOW)).toEqual(none);
  });
});
