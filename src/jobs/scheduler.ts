/** When: every slot of the schedule once, however many processes share the database. */
import type { Log } from '../base/log.ts';
import { describeSchedule, nextSlot, slotAtOrBefore } from '../base/schedule.ts';
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import type { Db } from '../store/db.ts';
import { beat, claimSlot, forgetSlots, leave } from '../store/slots.ts';
import type { ProcessIdentity } from './process.ts';
import type { SlotRequest } from './slot-run.ts';

export interface SchedulerDeps {
  /** Its clock says which slot it is. */
  db: Db;
  /** For waiting alone. */
  clock: Clock;
  log: Log;
  self: ProcessIdentity;
  /** Five-field cron in UTC. */
  cron: string;
  /** Syncs everybody who is due and waits for the end (`slot-run`). */
  sync(request: SlotRequest): Promise<void>;
}

export interface Scheduler {
  stop(): Promise<void>;
}

const SLOT_NAME = 'calendly-sync';
/** The first run: after the server is up, so that a start is not a storm. */
const FIRST_RUN_MS = 5000;
const BEAT_MS = 20_000;
/** A timer stands still while a laptop sleeps, and knows nothing of the database's clock: look this often. */
const LONGEST_SLEEP_MS = 30_000;
const KEEP_SLOTS_MS = 7 * 24 * 3_600_000;

/** Starts the schedule; logs the three sentences of its start. */
export async function startScheduler(deps: SchedulerDeps): Promise<Scheduler> {
  const { clock, cron, db, log, self } = deps;
  const stopping = new AbortController();
  const under = new Set<Promise<void>>();
  log.info('🚀 Starting automatic sync scheduler...');
  const alive = { id: self.id, host: self.host, pid: self.pid, scheduler: true };
  await beat(db, alive);
  log.info('✅ Sync scheduler started successfully');
  log.info(`📅 Calendly sync will run ${describeSchedule(cron)}`);
  const loops = [every(BEAT_MS, () => beat(db, alive)), firstRun(), slots(await present())];

  return {
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      await Promise.allSettled([...loops, ...under]);
      await leave(db, self.id).catch(() => undefined);
    },
  };

  /** The time that all processes share: their own clocks differ, and are set. */
  async function present(): Promise<number> {
    return timestampToMs((await db.clock()) as Timestamp);
  }

  async function firstRun(): Promise<void> {
    await sleep(FIRST_RUN_MS);
    if (stopping.signal.aborted) return;
    await guarded(async () => {
      const slot = slotAtOrBefore(cron, await present());
      // where nobody has served it this run does, and who wakes later leaves it alone
      await claim(slot);
      await runAndAnnounce({
        trigger: 'start',
        notSince: timestampFromMs(slot),
        signal: stopping.signal,
      });
    });
  }

  async function slots(startedAt: number): Promise<void> {
    let seen = startedAt;
    let slot = nextSlot(cron, seen);
    let pause = slot - seen;
    while (!stopping.signal.aborted) {
      await sleep(Math.min(pause, LONGEST_SLEEP_MS));
      if (stopping.signal.aborted) return;
      // where the database is away the slot is looked at again, and so is a claim that it did not take
      pause = LONGEST_SLEEP_MS;
      await guarded(async () => {
        const now = await present();
        if (now >= slot) {
          // of slots that were slept through only the last is served
          const due = slotAtOrBefore(cron, now);
          if (await claim(due)) begin(guarded(() => serve(due)));
          slot = nextSlot(cron, now);
        } else if (now < seen) {
          // set back: there are other slots before this one
          slot = nextSlot(cron, now);
        }
        seen = now;
        pause = slot - now;
      });
    }
  }

  /** True for one process. */
  async function claim(slot: number): Promise<boolean> {
    const at = await db.clock();
    return claimSlot(db, { name: SLOT_NAME, slot: timestampFromMs(slot), owner: self.id, at });
  }

  /** Nothing waits for it but the stop. */
  function begin(run: Promise<void>): void {
    const work = run.finally(() => under.delete(work));
    under.add(work);
  }

  async function serve(slot: number): Promise<void> {
    await runAndAnnounce({ trigger: 'schedule', signal: stopping.signal });
    await forgetSlots(db, timestampFromMs(slot - KEEP_SLOTS_MS));
  }

  async function runAndAnnounce(request: SlotRequest): Promise<void> {
    await deps.sync(request);
    const now = await present();
    const minutes = Math.ceil((nextSlot(cron, now) - now) / 60_000);
    log.info(`⏰ Next sync in ${minutes} minutes`);
  }

  async function every(ms: number, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(ms);
      if (!stopping.signal.aborted) await guarded(work);
    }
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.error('The scheduler met a fault and goes on', { ...describeError(error) });
    }
  }

  async function sleep(ms: number): Promise<void> {
    await clock.sleep(ms, stopping.signal).catch(() => undefined);
  }
}
