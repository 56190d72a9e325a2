/** Instants are taken at their word, to the microsecond, or not at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseTimestamp, timestampFromMs, timestampToMs } from './timestamp.ts';

describe('an instant', () => {
  it.each([
    ['2025-05-14T15:30:00.421314Z', '2025-05-14T15:30:00.421314Z'],
    ['2025-05-14T15:30:00Z', '2025-05-14T15:30:00.000000Z'],
    ['2025-05-14t15:30:00.5z', '2025-05-14T15:30:00.500000Z'],
    ['2025-05-14T15:30:00.1234567Z', '2025-05-14T15:30:00.123456Z'],
    ['2025-05-14T15:30:00.999999999Z', '2025-05-14T15:30:00.999999Z'],
    ['2025-05-14T15:30:00+02:00', '2025-05-14T13:30:00.000000Z'],
    ['2025-05-14T15:30:00.000001-00:30', '2025-05-14T16:00:00.000001Z'],
    ['2025-01-01T00:30:00+14:00', '2024-12-31T10:30:00.000000Z'],
    ['2025-01-01T00:00:00+15:59', '2024-12-31T08:01:00.000000Z'],
    ['2025-01-01T00:00:00-00:00', '2025-01-01T00:00:00.000000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
    ['2100-12-31T23:59:59.999999Z', '2100-12-31T23:59:59.999999Z'],
    ['1969-12-31T23:30:00-01:00', '1970-01-01T00:30:00.000000Z'],
  ])('written %s is %s', (text, expected) => {
    expect(parseTimestamp(text)).toBe(expected);
  });

  it.each([
    'now',
    'yesterday',
    'infinity',
    '-infinity',
    'epoch',
    '',
    '2025-05-14',
    '2025-05-14T15:30Z',
    '2025-05-14 15:30:00Z',
    '2025-05-14T15:30:00',
    '2025-05-14T15:30:00.Z',
    '2025-05-14T15:30:00,5Z',
    '2025-05-14T15:30:00+0200',
    '2025-05-14T15:30:00+02',
    '2025-05-14T15:30:00 UTC',
    '2025-05-14T15:30:00Z\n',
    ' 2025-05-14T15:30:00Z',
    '2025-05-14T15:30:00Z; drop table meetings',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2025-04-31T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-00-10T00:00:00Z',
    '2025-01-00T00:00:00Z',
    '2025-01-01T24:00:00Z',
    '2025-01-01T23:60:00Z',
    '2016-12-31T23:59:60Z',
    '2025-01-01T00:00:00+16:00',
    '2025-01-01T00:00:00-23:59',
    '2025-01-01T00:00:00+01:60',
    '1969-12-31T23:59:59Z',
    '2101-01-01T00:00:00Z',
    '0025-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '1970-01-01T00:30:00+01:00',
    '2100-12-31T23:30:00-01:00',
    '٢٠٢٥-01-01T00:00:00Z',
  ])('is not what %j says', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it.each([null, undefined, 0, 1_747_236_600_000, {}, [], true])('is not %j', (value) => {
    expect(parseTimestamp(value)).toBeUndefined();
  });
});

describe('instants and milliseconds', () => {
  const MS = fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) - 1 });

  it('go into each other and back', () => {
    fc.assert(
      fc.property(MS, (ms) => {
        const timestamp = timestampFromMs(ms);
        expect(parseTimestamp(timestamp)).toBe(timestamp);
        expect(timestampToMs(timestamp)).toBe(ms);
      }),
    );
  });

  it('keep microseconds and any offset when they are read', () => {
    const micros = fc.integer({ min: 0, max: 999_999 });
    // from the second day on, so that no offset leads out of the range
    const inside = fc.integer({ min: 86_400, max: Date.UTC(2100, 11, 30) / 1000 });
    fc.assert(
      fc.property(inside, micros, fc.integer({ min: -959, max: 959 }), (second, micro, offset) => {
        const fraction = String(micro).padStart(6, '0');
        const local = timestampFromMs((second + offset * 60) * 1000).slice(0, 19);
        const size = Math.abs(offset);
        const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
        const zone = `${offset < 0 ? '-' : '+'}${pad(size / 60)}:${pad(size % 60)}`;
        const expected = `${timestampFromMs(second * 1000).slice(0, 19)}.${fraction}Z`;
        expect(parseTimestamp(`${local}.${fraction}${zone}`)).toBe(expected);
      }),
    );
  });

  it('sort alike', () => {
    fc.assert(
      fc.property(MS, MS, (a, b) => {
        expect(timestampFromMs(a) < timestampFromMs(b)).toBe(a < b);
      }),
    );
  });
});
