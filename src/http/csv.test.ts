/** Comma-separated values for spreadsheets. */
import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['Ünï ✓', 'Ünï ✓'],
  ['1-2', '1-2'],
])('%j is the field %j', (value, field) => {
  expect(csvLine([value])).toBe(`${field}\r\n`);
});

it.each(['=1+1', '+49 30 1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '＝1', '\u0000=1', '\t1'])(
  '%j is shown and not run',
  (value) => {
    expect(csvLine([value]).replace(/^"/, '')).toMatch(/^'/);
  },
);

it('numbers, truths and nothing stay what they are', () => {
  expect(csvLine([-3, true, null, ''])).toBe('-3,true,,\r\n');
});
