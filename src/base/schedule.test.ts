/** Slots and words of cron schedules. */
import { describe, expect, test } from 'vitest';
import { describeSchedule, nextSlot, scheduleFault, slotAtOrBefore } from './schedule.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['*/15 * * * *', 'every 15 minutes'],
  ['0,15,30,45 * * * *', 'every 15 minutes'],
  ['7,37 * * * *', 'every 30 minutes'],
  ['*/30 * * * *', 'every 30 minutes'],
  ['* * * * *', 'every minute'],
  ['*/1 * * * *', 'every minute'],
  ['0 * * * *', 'every hour'],
  ['*/60 * * * *', 'every hour'],
  ['59 * * * *', 'every hour'],
  ['*/7 * * * *', '*/7 * * * *'],
  ['*/0 * * * *', '*/0 * * * *'],
  ['0,10,30 * * * *', '0,10,30 * * * *'],
  ['*/15 8-18 * * *', '*/15 8-18 * * *'],
  [' 0 6 * * 1-5 ', '0 6 * * 1-5'],
])('the schedule %s is said as “%s”', (cron, words) => {
  expect(describeSchedule(cron)).toBe(words);
});

describe('the slots of every 15 minutes', () => {
  const cron = '*/15 * * * *';
  test.each([
    ['2026-01-01T00:14:59.999Z', '2026-01-01T00:00:00Z', '2026-01-01T00:15:00Z'],
    ['2026-01-01T00:15:00.000Z', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z'],
    ['2026-01-01T00:15:00.001Z', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z'],
    ['2025-12-31T23:59:30.500Z', '2025-12-31T23:45:00Z', '2026-01-01T00:00:00Z'],
  ])('around %s are %s and %s', (now, before, after) => {
    expect(slotAtOrBefore(cron, at(now))).toBe(at(before));
    expect(nextSlot(cron, at(now))).toBe(at(after));
  });
});

test('a daily slot is in UTC, whatever the time zone of the machine', () => {
  expect(nextSlot('0 6 * * *', at('2026-03-29T00:30:00Z'))).toBe(at('2026-03-29T06:00:00Z'));
});

test('a schedule for leap days has slots years apart', () => {
  expect(nextSlot('0 0 29 2 *', at('2026-01-01T00:00:00Z'))).toBe(at('2028-02-29T00:00:00Z'));
  expect(slotAtOrBefore('0 0 29 2 *', at('2026-01-01T00:00:00Z'))).toBe(at('2024-02-29T00:00:00Z'));
});

test('a schedule that never fires is a fault in words and a bug where it is used', () => {
  expect(scheduleFault('0 0 31 2 *')).toBe('never fires');
  expect(() => nextSlot('0 0 31 2 *', 0)).toThrow(
    expect.objectContaining({ code: 'schedule.never_fires' }),
  );
});
