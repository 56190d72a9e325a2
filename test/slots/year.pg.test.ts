/** Every slot once: three processes whose clocks are set, which pause and restart, in five host time zones. */
import { afterAll, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { endPrograms, runProgram } from '../harness/program.ts';
import type { SpanReport } from './span.ts';

/** `SLOTS=full`: the whole year; else the days around each zone's two changes of the clock. */
const isFull = process.env['SLOTS'] === 'full';
const YEAR = { from: '2026-01-01T00:00Z', to: '2027-01-01T00:00Z' };
const SPAN = new URL('span.ts', import.meta.url).pathname;

const zones = [
  { zone: 'Australia/Lord_Howe', offsets: [630, 660], changes: ['2026-04-04', '2026-10-03'] },
  { zone: 'America/New_York', offsets: [-300, -240], changes: ['2026-03-08', '2026-11-01'] },
  { zone: 'Europe/Berlin', offsets: [60, 120], changes: ['2026-03-29', '2026-10-25'] },
  { zone: 'Asia/Kolkata', offsets: [330], changes: ['2026-12-31'] },
  { zone: 'UTC', offsets: [0], changes: ['2026-02-28'] },
];

const databases: FreshDatabase[] = [];
afterAll(async () => {
  await endPrograms();
  for (const { drop } of databases) await drop();
});

async function play(zone: string, span: { from: string; to: string }): Promise<SpanReport> {
  const fresh = await freshDatabase('postgres', { max: 1 });
  databases.push(fresh);
  const seed = `${zone} ${span.from}`;
  const ended = await runProgram([], {
    command: [process.execPath, SPAN, fresh.url ?? '', span.from, span.to, seed],
    env: { TZ: zone },
  });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as SpanReport;
}

/** The day of the change, in UTC, with half a day before and after it. */
function around(day: string): { from: string; to: string } {
  const at = Date.parse(day);
  const from = new Date(at - 43_200_000).toISOString();
  return { from, to: new Date(at + 3 * 43_200_000).toISOString() };
}

// years side by side take minutes; the short form leaves a core to the other tests
(isFull ? it.concurrent : it).each(zones)(
  'on hosts in $zone each slot has one run, and an outage is caught up with one',
  { timeout: isFull ? 1_800_000 : 60_000 },
  async ({ zone, offsets, changes }) => {
    const spans = isFull ? [YEAR] : changes.map(around);
    const reports = await Promise.all(spans.map((span) => play(zone, span)));
    for (const report of reports) {
      expect(report).toMatchObject({ offsets, faults: [], outages: 1 });
      expect(report.slots).toBe(isFull ? 35_040 : 2 * 96);
      expect(report.served + report.missed).toBe(report.slots);
      // what is left are the outage and times when by chance all were away
      expect(report.missed).toBeLessThan(isFull ? report.slots / 50 : 48);
      expect(report.caughtUp).toBeGreaterThan(0);
      for (const count of [report.clocksSet, report.pauses, report.restarts]) {
        expect(count).toBeGreaterThan(isFull ? 500 : 1);
      }
      // a week, and what runs that still go on will forget
      expect(report.kept).toBeLessThanOrEqual(7 * 96 + 10);
    }
  },
);
