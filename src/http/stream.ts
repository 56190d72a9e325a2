/** The live stream: who listens where, the hints that wake their readers, and the end of all of it. */
import type { ServerResponse } from 'node:http';
import { describeError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import { timestampFromMs, type Timestamp } from '../domain/timestamp.ts';
import { FEED_CHANNEL } from '../store/feed.ts';
import { isFeedKept, newestFeedNumber } from '../store/feed-read.ts';
import type { HttpDeps, StreamNews } from './deps.ts';
import { toFrame, toOpening } from './sse.ts';
import { StreamListener } from './stream-listener.ts';
import { WorkspaceFeed } from './workspace-feed.ts';

export interface Listening {
  workspaceId: Id;
  /** The user to whose meetings the news are narrowed; undefined: all of the workspace. */
  onlyOf: Id | undefined;
  /** As the client gave it; empty counts as none. */
  lastEventId: string | undefined;
  /** Whether the user may still listen; asked every minute. */
  isWelcome(): Promise<boolean>;
  /** Takes the connection over and sends the headers; asked when nothing can be refused any more. */
  open(): ServerResponse;
}

const KEPT_MS = 7 * 24 * 3600 * 1000;

/** All who see the same: a workspace, or what one user of it sees. */
interface Room {
  workspaceId: Id;
  feed: WorkspaceFeed;
  /** Ends the news that are in no table. */
  leaveNews: () => void;
}

export class LiveStream {
  private readonly deps: Pick<HttpDeps, 'tenants' | 'clock' | 'log' | 'streamExtras'>;
  private readonly closing: AbortSignal;
  private readonly rooms = new Map<string, Room>();
  private hints: Promise<() => Promise<void>> | undefined;

  /** All connections end as soon as `closing` is aborted. */
  constructor(
    deps: Pick<HttpDeps, 'tenants' | 'clock' | 'log' | 'streamExtras'>,
    closing: AbortSignal,
  ) {
    this.deps = deps;
    this.closing = closing;
    closing.addEventListener('abort', () => this.endAll(), { once: true });
  }

  /**
   * Begins one connection: after `Last-Event-ID`, or with what happens from now on. What cannot be resumed
   * begins with `reset`. Rejects, with nothing sent, while the database is away.
   */
  async join(listening: Listening): Promise<void> {
    const { workspaceId, onlyOf } = listening;
    await this.hear();
    const newest = await newestFeedNumber(this.deps.tenants.of(workspaceId), workspaceId);
    const place = await this.placeOf(listening);
    const response = listening.open();
    if (this.closing.aborted || response.destroyed) {
      response.end();
      return;
    }
    const room = this.enter(listening, newest);
    const listener = new StreamListener(
      {
        response,
        clock: this.deps.clock,
        read: (after) => room.feed.read(after),
        published: () => room.feed.published,
        isWelcome: () => listening.isWelcome(),
        onEnd: () => this.leave(roomName({ workspaceId, onlyOf }), listener),
      },
      typeof place === 'number' ? place : newest,
    );
    room.feed.listeners.add(listener);
    const reset = toFrame({
      event: 'reset',
      number: newest,
      data: { id: workspaceId, at: this.now() },
    });
    if (place === 'reset') listener.start([toOpening(), reset]);
    else listener.start([toOpening(place === 'new' ? newest : undefined)]);
  }

  /** Ends all connections and the hearing of hints. */
  async close(): Promise<void> {
    this.endAll();
    const stop = await this.hints;
    this.hints = undefined;
    await stop?.();
  }

  /** The number to go on from; `reset` where that is not possible; `new` for who asks for nothing. */
  private async placeOf({
    workspaceId,
    lastEventId = '',
  }: Listening): Promise<number | 'reset' | 'new'> {
    if (lastEventId === '') return 'new';
    if (!/^\d{1,15}$/.test(lastEventId)) return 'reset';
    const after = Number(lastEventId);
    const { tenants, clock } = this.deps;
    const since = timestampFromMs(clock.now() - KEPT_MS);
    return (await isFeedKept(tenants.of(workspaceId), workspaceId, { after, since }))
      ? after
      : 'reset';
  }

  private enter(
    { workspaceId, onlyOf }: Pick<Listening, 'workspaceId' | 'onlyOf'>,
    newest: number,
  ): Room {
    const name = roomName({ workspaceId, onlyOf });
    const known = this.rooms.get(name);
    if (known !== undefined) return known;
    const { tenants, clock, log, streamExtras } = this.deps;
    const db = tenants.of(workspaceId, onlyOf);
    const isNarrowed = onlyOf !== undefined;
    const feed = new WorkspaceFeed({ db, clock, log, workspaceId, isNarrowed }, newest);
    const leaveNews = streamExtras?.subscribe(workspaceId, (news) => this.tell(feed, news));
    const room = { workspaceId, feed, leaveNews: leaveNews ?? (() => undefined) };
    this.rooms.set(name, room);
    return room;
  }

  private leave(name: string, listener: StreamListener): void {
    const room = this.rooms.get(name);
    if (room === undefined) return;
    room.feed.listeners.delete(listener);
    if (room.feed.listeners.size > 0) return;
    this.rooms.delete(name);
    room.feed.close();
    room.leaveNews();
  }

  private tell(feed: WorkspaceFeed, { event, id, data }: StreamNews): void {
    const frame = toFrame({ event, data: { ...data, id, at: this.now() } });
    for (const listener of feed.listeners) listener.tell(frame);
  }

  /** Resolves once hints are heard. Without them the readers still look by themselves. */
  private async hear(): Promise<void> {
    this.hints ??= this.deps.tenants.system
      .listen(FEED_CHANNEL, (workspaceId) => this.hint(workspaceId))
      .catch((error: unknown) => {
        this.hints = undefined;
        this.deps.log.warn('No notices of the feed', { error: describeError(error) });
        return async () => undefined;
      });
    await this.hints;
  }

  /** An empty payload: notices may have been lost. */
  private hint(workspaceId: string): void {
    for (const room of this.rooms.values()) {
      if (workspaceId === '' || room.workspaceId === workspaceId) room.feed.look();
    }
  }

  private endAll(): void {
    for (const { feed } of [...this.rooms.values()]) feed.endAll();
  }

  private now(): Timestamp {
    return timestampFromMs(this.deps.clock.now());
  }
}

function roomName({ workspaceId, onlyOf }: Pick<Listening, 'workspaceId' | 'onlyOf'>): string {
  return `${workspaceId} ${onlyOf ?? ''}`;
}
