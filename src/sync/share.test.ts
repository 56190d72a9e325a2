/** The daily proof comes round to every meeting, a like share each day. */
import { expect, test } from 'vitest';
import { isOfDay, ROUND_DAYS, shareOf } from './share.ts';

const MEETINGS = Array.from(
  { length: 3000 },
  (_, number) => `https://api.calendly.com/scheduled_events/${number}`,
);
/** 2026-03-04 */
const TODAY = 20_516;
const days = Array.from({ length: ROUND_DAYS }, (_, number) => TODAY + number);

test('every meeting has its turn exactly once in thirty days in a row, whichever day is the first', () => {
  for (const shift of [0, 7]) {
    const turns = MEETINGS.map((uri) => days.filter((day) => isOfDay(uri, day + shift)).length);
    expect(new Set(turns)).toEqual(new Set([1]));
  }
});

test('no day has more than its like share', () => {
  const sizes = days.map((day) => MEETINGS.filter((uri) => isOfDay(uri, day)).length);
  expect(Math.max(...sizes)).toBeLessThan(150);
  expect(Math.min(...sizes)).toBeGreaterThan(50);
});

test('a share is the same in every process and release', () => {
  expect(MEETINGS.slice(0, 5).map((uri) => shareOf(uri, 30))).toEqual([6, 22, 12, 12, 21]);
});
