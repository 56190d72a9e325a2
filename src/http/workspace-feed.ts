/** The one reader of a workspace's feed in this process, shared by all who listen there. */
import type { Clock } from '../base/time.ts';
import { describeError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import type { Sql } from '../store/db.ts';
import { findHidden, readFeed, type FeedRow } from '../store/feed-read.ts';
import type { HttpLog } from './deps.ts';
import { toFrame } from './sse.ts';
import type { Published, StreamListener } from './stream-listener.ts';

const PAGE = 500;
/** The table is the truth and a notice only a hint: without one it is looked at this often. */
const LOOK_MS = 5000;

export interface FeedDeps {
  db: Sql;
  clock: Clock;
  log: HttpLog;
  workspaceId: Id;
  /** Whether `db` does not see all meetings and people: then news of the others are left out. */
  isNarrowed: boolean;
}

export class WorkspaceFeed {
  readonly listeners = new Set<StreamListener>();
  private readonly deps: FeedDeps;
  /** Everything up to this number was published. */
  private last: number;
  private isLooking = false;
  private hasNews = false;
  private isClosed = false;
  private cancelLook: () => void = () => undefined;

  constructor(deps: FeedDeps, newest: number) {
    this.deps = deps;
    this.last = newest;
    this.lookLater();
  }

  get published(): number {
    return this.last;
  }

  /** Publishes what is new. Hints that come meanwhile are one more look. */
  look(): void {
    this.hasNews = true;
    if (!this.isLooking && !this.isClosed) void this.lookNow();
  }

  /** The rows after `after`, a page at most; undefined where the next one is no longer there. */
  async read(after: number): Promise<Published[] | undefined> {
    const { db, workspaceId, isNarrowed } = this.deps;
    // what is published while the table is read says nothing of what was there when it was
    const published = this.last;
    const rows = await readFeed(db, workspaceId, { after, limit: PAGE });
    const isWhole = rows[0] === undefined ? after >= published : rows[0].number === after + 1;
    if (!isWhole) return undefined;
    const hidden = isNarrowed ? await findHidden(db, workspaceId, rows) : NOTHING;
    return rows.map((row) => toPublished(row, hidden));
  }

  endAll(): void {
    for (const listener of [...this.listeners]) listener.end();
  }

  close(): void {
    this.isClosed = true;
    this.cancelLook();
  }

  private async lookNow(): Promise<void> {
    this.isLooking = true;
    this.cancelLook();
    try {
      while (this.hasNews && !this.isClosed) {
        this.hasNews = false;
        const rows = await this.read(this.last);
        // Whoever comes back with the number of a forgotten row is told to read everything again.
        if (rows === undefined) return this.endAll();
        for (const row of rows) this.publish(row);
        if (rows.length === PAGE) this.hasNews = true;
      }
    } catch (error) {
      this.deps.log.warn('The feed could not be read', { error: describeError(error) });
    } finally {
      this.isLooking = false;
      if (!this.isClosed) this.lookLater();
    }
  }

  private publish(row: Published): void {
    this.last = row.number;
    for (const listener of this.listeners) listener.publish(row);
  }

  private lookLater(): void {
    this.cancelLook = this.deps.clock.after(LOOK_MS, () => this.look());
  }
}

const NOTHING: ReadonlySet<Id> = new Set();

function toPublished(row: FeedRow, hidden: ReadonlySet<Id>): Published {
  const { number, event, data, at, subject_id: id } = row;
  const frame = hidden.has(id) ? null : toFrame({ number, event, data: { ...data, id, at } });
  return { number, frame };
}
