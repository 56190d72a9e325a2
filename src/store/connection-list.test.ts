/** How fresh a connection's rows are said to be. */
import { describe, expect, it } from 'vitest';
import { timestampFromMs } from '../domain/timestamp.ts';
import { freshnessOf, type ConnectionView } from './connection-list.ts';

const SLOT_MS = 900_000;
const NOW = Date.UTC(2026, 0, 15, 12);

function freshness(
  state: ConnectionView['state'],
  completeAgoMs: number | null,
  errorAgoMs: number | null,
): string {
  const at = (agoMs: number | null): ReturnType<typeof timestampFromMs> | null =>
    agoMs === null ? null : timestampFromMs(NOW - agoMs);
  const row = { state, last_complete_at: at(completeAgoMs), last_error_at: at(errorAgoMs) };
  return freshnessOf(row, { slotMs: SLOT_MS, nowMs: NOW });
}

describe('a connection', () => {
  it.each([
    ['never', 'active', null, null],
    ['never', 'active', null, 1000],
    ['fresh', 'active', 0, null],
    ['fresh', 'active', 2 * SLOT_MS, null],
    ['stale', 'active', 2 * SLOT_MS + 1, null],
    ['fresh', 'active', 1000, 2000],
    ['failing', 'active', 2000, 1000],
    ['failing', 'active', 3 * SLOT_MS, 1000],
    ['failing', 'needs_reauth', 1000, null],
    ['failing', 'forbidden', 1000, 2000],
    ['stale', 'paused', 3 * SLOT_MS, null],
  ] as const)(
    'is %s: %s, complete %s ms ago, failed %s ms ago',
    (expected, state, complete, failed) => {
      expect(freshness(state, complete, failed)).toBe(expected);
    },
  );
});
