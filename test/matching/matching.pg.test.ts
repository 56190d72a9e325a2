/** The table of who is who: each case with what is expected of it and why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { addressCases } from './cases-address.ts';
import { neverCases } from './cases-never.ts';
import { phoneCases } from './cases-phone.ts';
import { decidedCases, seriesCases } from './cases-series.ts';
import { playCase } from './stage.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase('postgres');
});
afterAll(() => fresh.drop());

describe.each([
  ['the address', addressCases],
  ['nobody’s client', neverCases],
  ['the phone number', phoneCases],
  ['the series, and links by hand', seriesCases],
  ['what users decide', decidedCases],
])('%s', (_of, cases) => {
  it.each(cases)('$title: $reason', async (one) => {
    const { told, again } = await playCase(fresh.db, one);
    expect(told).toEqual(one.expected);
    // looked at anew everybody is whose he was; what was concluded from a number is known by its address then
    expect(clientsOf(again)).toEqual(clientsOf(told));
  });
});

function clientsOf(told: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(told).map(([label, text]) => [label, text.split(' ')[0] ?? '']),
  );
}
