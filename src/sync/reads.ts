/** Working off the reads that are owed: invitees of changed meetings, doubtful meetings, unlisted event types. */
import { CalendlyError } from '../calendly/errors.ts';
import { answersAbsence } from './absence.ts';
import { addCounts } from './counts.ts';
import { type ChangeCounts, NO_CHANGES } from '../domain/observation.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { nextReads, postponeRead, type QueuedRead } from '../store/reads.ts';
import { refreshStatistics } from '../store/statistics.ts';
import { commitReads, fetchRead, isClean, type Answer } from './answers.ts';
import { ownerOf, type RunContext } from './lease.ts';

export interface ReadsResult {
  /** Reads that failed and are still owed. */
  failed: number;
  /** Items in the answers that could not be read. */
  malformed: number;
  counts: ChangeCounts;
  /** What made the first read fail. */
  error: CalendlyError | null;
}

/** Batches under way at the same time, so that Calendly and the database work side by side. */
export const LANES = 2;
/** Reads that each lane asks for at once. */
const AT_ONCE = 16;
/** The answers of a batch are committed together. A crash costs each lane two batches at most. */
const SMALLEST_BATCH = 16;
export const LARGEST_BATCH = 64;
/** Batches grow while they take less, and shrink while they take longer. */
const BRIEF_MS = 500;
const LONG_MS = 2000;
/** How often one run reads the same invitees: after that what is still doubtful waits for the next run. */
const MOST_TRIES = 3;
/** Temporary failures in a row after which Calendly is taken to be down for this run. */
const PATIENCE = 5;
const HOUR_MS = 3_600_000;

/**
 * Reads everything that is due; what is owed again meanwhile, a few times in a run. A read that fails stays owed and keeps
 * what its rows held; the run goes on with the others.
 * Throws `CalendlyError` only where every further read would fail too (auth, scope), and `run.lost`.
 */
export async function workOffReads(context: RunContext): Promise<ReadsResult> {
  const work = new Work(context);
  const lanes = Array.from({ length: LANES }, () => work.lane());
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return work.result;
}

class Work {
  readonly result: ReadsResult = { failed: 0, malformed: 0, counts: NO_CHANGES, error: null };
  readonly #context: RunContext;
  readonly #tried = new Set<string>();
  readonly #answered = new Map<string, number>();
  #taking: Promise<unknown> = Promise.resolve();
  #temporaryInARow = 0;
  #stopped = false;
  #hasStatistics = false;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Batch after batch; each is committed while the next one is fetched. */
  async lane(): Promise<void> {
    let size = SMALLEST_BATCH;
    let before: string | undefined;
    let commit: Promise<void> | undefined;
    try {
      while (!this.#stopped) {
        // one look at the clock for the whole batch: earlier than each of its requests
        const readStartedAt = await this.#context.db.clock();
        if (before !== undefined) size = paced(size, { before, now: readStartedAt });
        before = readStartedAt;
        const batch = await this.#take(readStartedAt, size);
        if (batch.length === 0) {
          if (commit === undefined) return;
          // it may have queued more
          await commit;
          commit = undefined;
          continue;
        }
        const { answers, refusal } = await this.#fetchAll(batch, readStartedAt);
        await commit;
        commit = this.#commit(answers);
        // a failure is met when the commit is awaited
        commit.catch(() => undefined);
        if (refusal !== undefined) {
          await commit;
          throw refusal;
        }
      }
      await commit;
    } catch (error) {
      this.#stopped = true;
      // nothing of a run goes on after its end
      await commit?.catch(() => undefined);
      throw error;
    }
  }

  /** The next reads that no lane has tried; lanes ask one after another, so that no two get the same. */
  #take(at: string, size: number): Promise<QueuedRead[]> {
    const taken = this.#taking.then(async () => {
      const ask = { at, limit: size, tried: [...this.#tried] };
      const due = await nextReads(this.#context.db, ownerOf(this.#context), ask);
      for (const read of due) this.#tried.add(keyOf(read));
      return due;
    });
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  async #commit(answers: readonly Answer[]): Promise<void> {
    if (answers.length === 0) return;
    const { counts, malformed } = await commitReads(this.#context, answers);
    this.result.counts = addCounts(this.result.counts, counts);
    this.result.malformed += malformed;
    // what is owed again from now on is news of this run; the rest was tried
    for (const answer of answers) {
      if (answer.read.kind !== 'invitees' || !isClean(answer)) continue;
      const key = keyOf(answer.read);
      const times = (this.#answered.get(key) ?? 0) + 1;
      this.#answered.set(key, times);
      if (times < MOST_TRIES) this.#tried.delete(key);
    }
    if (!this.#hasStatistics) {
      this.#hasStatistics = true;
      await refreshStatistics(this.#context.db);
    }
  }

  /** What was answered before a refusal of everything is an answer all the same. */
  async #fetchAll(
    batch: readonly QueuedRead[],
    readStartedAt: string,
  ): Promise<{ answers: Answer[]; refusal: CalendlyError | undefined }> {
    const answers: Answer[] = [];
    let refusal: CalendlyError | undefined;
    const left = batch.values();
    const fetchNext = async (): Promise<void> => {
      for (const read of left) {
        if (this.#stopped) return;
        try {
          answers.push(await fetchRead(this.#context, read, readStartedAt));
          this.#temporaryInARow = 0;
        } catch (error) {
          if (!(error instanceof CalendlyError)) throw error;
          if (error.class === 'auth' || error.class === 'scope') {
            this.#stopped = true;
            refusal ??= error;
            return;
          }
          if (await answersAbsence(this.#context, read, { error, readStartedAt })) continue;
          await this.#postpone(read, { error, readStartedAt });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
    return { answers, refusal };
  }

  async #postpone(
    read: QueuedRead,
    failure: { error: CalendlyError; readStartedAt: string },
  ): Promise<void> {
    const { error } = failure;
    this.result.failed += 1;
    this.result.error ??= error;
    if (error.class === 'temporary') {
      this.#temporaryInARow += 1;
      if (this.#temporaryInARow >= PATIENCE) this.#stopped = true;
    }
    const notBefore = timestampToMs(failure.readStartedAt as Timestamp) + pauseMs(error);
    await postponeRead(this.#context.db, ownerOf(this.#context), {
      kind: read.kind,
      uri: read.uri,
      notBefore: timestampFromMs(notBefore),
      code: error.code,
    });
  }
}

/** Temporary trouble and bad answers are asked again by the next run; what is refused or gone, once a day. */
function pauseMs(error: CalendlyError): number {
  return error.class === 'temporary' || error.class === 'malformed' ? 0 : 24 * HOUR_MS;
}

function paced(size: number, { before, now }: { before: string; now: string }): number {
  const tookMs = timestampToMs(now as Timestamp) - timestampToMs(before as Timestamp);
  if (tookMs < BRIEF_MS) return Math.min(size * 2, LARGEST_BATCH);
  return tookMs > LONG_MS ? Math.max(size / 2, SMALLEST_BATCH) : size;
}

function keyOf(read: { kind: string; uri: string }): string {
  return `${read.kind} ${read.uri}`;
}
