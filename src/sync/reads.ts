/** Working off the reads that are owed: invitees of changed meetings, doubtful meetings, unlisted event types. */
import { CalendlyError } from '../calendly/errors.ts';
import { addCounts } from './counts.ts';
import { type ChangeCounts, NO_CHANGES } from '../domain/observation.ts';
import { type Timestamp, timestampFromMs, timestampToMs } from '../domain/timestamp.ts';
import { meetingFingerprints } from '../store/meetings.ts';
import { nextReads, postponeRead, type QueuedRead } from '../store/reads.ts';
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

/** Reads asked for at once; their answers are committed together. */
const BATCH = 16;
/** Batches under way at the same time, so that Calendly and the database work side by side. */
const LANES = 2;
/** Temporary failures in a row after which Calendly is taken to be down for this run. */
const PATIENCE = 5;
const HOUR_MS = 3_600_000;

/**
 * Reads everything that is due, each read at most once in a run. A read that fails stays owed and keeps
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
  #temporaryInARow = 0;
  #stopped = false;

  constructor(context: RunContext) {
    this.#context = context;
  }

  async lane(): Promise<void> {
    try {
      while (!this.#stopped) {
        const batch = await this.#take();
        if (batch.length === 0) return;
        await this.#work(batch);
      }
    } catch (error) {
      this.#stopped = true;
      throw error;
    }
  }

  /** The next reads that no lane has tried: nothing is awaited between asking and marking. */
  async #take(): Promise<QueuedRead[]> {
    const { db } = this.#context;
    const at = await db.clock();
    const ask = { at, limit: BATCH * LANES, tried: [...this.#tried] };
    const due = await nextReads(db, ownerOf(this.#context), ask);
    const mine = due.filter((read) => !this.#tried.has(keyOf(read))).slice(0, BATCH);
    for (const read of mine) this.#tried.add(keyOf(read));
    return mine;
  }

  async #work(batch: readonly QueuedRead[]): Promise<void> {
    const { db, connection } = this.#context;
    const readStartedAt = await db.clock();
    const uris = batch.filter((read) => read.kind === 'invitees').map((read) => read.uri);
    const fingerprints = await meetingFingerprints(db, connection.workspace_id, uris);
    const answers = await Promise.all(
      batch.map((read) => this.#fetch(read, { readStartedAt, fingerprints })),
    );
    const good = answers.filter((answer) => answer !== undefined);
    if (good.length === 0) return;
    const { counts, malformed } = await commitReads(this.#context, good);
    this.result.counts = addCounts(this.result.counts, counts);
    this.result.malformed += malformed;
    // what is owed again from now on is news of this run; the rest was tried
    for (const { read } of good.filter(
      (answer) => answer.read.kind === 'invitees' && isClean(answer),
    ))
      this.#tried.delete(keyOf(read));
  }

  async #fetch(
    read: QueuedRead,
    known: { readStartedAt: string; fingerprints: ReadonlyMap<string, string> },
  ): Promise<Answer | undefined> {
    try {
      const answer = await fetchRead(this.#context, read, known);
      this.#temporaryInARow = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof CalendlyError) || error.class === 'auth' || error.class === 'scope') {
        throw error;
      }
      await this.#postpone(read, { error, readStartedAt: known.readStartedAt });
      return undefined;
    }
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

function keyOf(read: { kind: string; uri: string }): string {
  return `${read.kind} ${read.uri}`;
}
