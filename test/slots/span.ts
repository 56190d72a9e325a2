/** A process of its own, in a time zone of its own: plays spans of the schedule and says how they went, as JSON. */
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import type { Db } from '../../src/store/db.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { createDice } from '../../simulator/dice.ts';
import { createFleet } from './fleet.ts';
import { heldDb } from './held-db.ts';
import { judge, type Verdict } from './judge.ts';
import { createSharedTime, type SharedTime } from './shared-time.ts';
import { planStory, type StoryCounts } from './story.ts';

export interface SpanReport extends Verdict, StoryCounts {
  /** Differences from UTC that the host's time had meanwhile, in minutes. */
  offsets: number[];
  /** Slots that the database has kept. */
  kept: number;
}

const [url = '', from = '', to = '', seed = ''] = process.argv.slice(2);
console.log(JSON.stringify(await play(Date.parse(from), Date.parse(to))));

async function play(fromMs: number, toMs: number): Promise<SpanReport> {
  const time = createSharedTime(fromMs);
  const clock = (): Promise<string> => Promise.resolve(timestampFromMs(time.now()));
  const db = await openPostgres({ url, schema: 'public', onError, clock, max: 3 });
  const dice = createDice(seed);
  const fleet = createFleet({ db: ofTheSpan(db, time), time, dice }, 3);
  const counts = planStory({ time, dice, fleet, from: fromMs, to: toMs });
  await time.passTo(toMs - 1);
  await fleet.close();
  const { rows } = await db.query<{ kept: number }>('select count(*) as kept from schedule_slots');
  await db.close();
  return {
    offsets: offsetsOf(fromMs, toMs),
    kept: rows[0]?.kept ?? 0,
    ...counts,
    ...judge({ from: fromMs, to: toMs }, fleet.runs, fleet.awake),
  };
}

/** Signs of life, three a minute and process, are no part of this: they are taken for said. */
function ofTheSpan(db: Db, time: SharedTime): Db {
  const held = heldDb(db, time);
  return {
    ...held,
    clock: () => db.clock(),
    query: (text, params) =>
      text.includes('insert into processes')
        ? Promise.resolve({ rows: [], count: 1 })
        : held.query(text, params),
  };
}

function offsetsOf(fromMs: number, toMs: number): number[] {
  const offsets = new Set<number>();
  for (let ms = fromMs; ms < toMs; ms += 3_600_000) offsets.add(-new Date(ms).getTimezoneOffset());
  return [...offsets].sort((a, b) => a - b);
}

function onError(error: unknown): void {
  throw error;
}
