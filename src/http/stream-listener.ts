/** One open connection of the live stream: first what it missed, from the table, then what is published. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/time.ts';
import { HEARTBEAT } from './sse.ts';

/** A row of the feed, ready to be sent. */
export interface Published {
  number: number;
  /** Null: news that this listener's room may not hear. */
  frame: Buffer | null;
}

export interface ListenerDeps {
  response: ServerResponse;
  clock: Clock;
  /** The rows after a number, in order; none when there is nothing more, undefined where some are gone. */
  read(after: number): Promise<readonly Published[] | undefined>;
  /** The number up to which everything was published to those who are live. */
  published(): number;
  /** Whether the user may still listen. */
  isWelcome(): Promise<boolean>;
  /** Called once, when the connection has ended for whatever reason. */
  onEnd(): void;
}

const HEARTBEAT_MS = 15_000;
const BEATS_PER_CHECK = 4;
/** What a slow client may have waiting here before it is sent nothing more. */
const WAITING_BYTES = 256 * 1024;
/** A client that takes nothing for so long is cut off; it resumes with its `Last-Event-ID`. */
const STUCK_MS = 20_000;

/**
 * 1. behind: reads the table from its own place, a page at a time, and hears nothing of what is published.
 * 2. live: as soon as its place is the published one. Nothing is awaited between that look and the switch,
 *    and a published row at or before its place is skipped: no gap, nothing twice.
 * 3. A client that takes too little goes back to 1 instead of being remembered here.
 */
export class StreamListener {
  private readonly deps: ListenerDeps;
  private readonly gone = new AbortController();
  private place: number;
  private isLive = false;
  private beats = 0;
  private cancelBeat: () => void = () => undefined;

  constructor(deps: ListenerDeps, place: number) {
    this.deps = deps;
    this.place = place;
  }

  /** Sends `frames`, then everything after its place, for as long as the connection lasts. */
  start(frames: readonly Buffer[]): void {
    const { response } = this.deps;
    response.once('close', () => this.end());
    response.on('error', () => this.end());
    for (const frame of frames) response.write(frame);
    this.waitForBeat();
    void this.catchUp();
  }

  publish(row: Published): void {
    if (!this.isLive || row.number <= this.place || this.gone.signal.aborted) return;
    this.write(row);
    if (!this.isFull()) return;
    this.isLive = false;
    void this.catchUp();
  }

  /** Sends what has no place in the feed; who is behind or full goes without. */
  tell(frame: Buffer): void {
    if (this.isLive && !this.isFull() && !this.gone.signal.aborted) {
      this.deps.response.write(frame);
    }
  }

  /** Ends the connection, in good order where the client keeps up. Idempotent. */
  end(): void {
    if (this.gone.signal.aborted) return;
    this.gone.abort();
    this.cancelBeat();
    const { response } = this.deps;
    if (this.isFull()) response.destroy();
    else response.end();
    this.deps.onEnd();
  }

  private async catchUp(): Promise<void> {
    try {
      while (!this.isLive) {
        if (this.isFull()) await this.drained();
        const rows = await this.deps.read(this.place);
        if (this.gone.signal.aborted) return;
        if (rows === undefined) return this.end();
        for (const row of rows) this.write(row);
        this.isLive = !this.isFull() && this.place >= this.deps.published();
      }
    } catch {
      // @NOTE a stuck client, or a database that is away: the client comes back and goes on where it was.
      this.end();
    }
  }

  private async drained(): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.gone.signal]);
    try {
      await Promise.race([
        once(this.deps.response, 'drain', { signal }),
        this.deps.clock.sleep(STUCK_MS, signal).then(() => Promise.reject(new Error('stuck'))),
      ]);
    } finally {
      over.abort();
    }
  }

  private write(row: Published): void {
    if (row.frame !== null) this.deps.response.write(row.frame);
    this.place = row.number;
  }

  private isFull(): boolean {
    return this.deps.response.writableLength > WAITING_BYTES;
  }

  private waitForBeat(): void {
    this.cancelBeat = this.deps.clock.after(HEARTBEAT_MS, () => void this.beat());
  }

  private async beat(): Promise<void> {
    if (!this.isFull()) this.deps.response.write(HEARTBEAT);
    this.beats += 1;
    // While the database is away nobody is sent off.
    const isWelcome =
      this.beats % BEATS_PER_CHECK !== 0 || (await this.deps.isWelcome().catch(() => true));
    if (this.gone.signal.aborted) return;
    if (isWelcome) this.waitForBeat();
    else this.end();
  }
}
