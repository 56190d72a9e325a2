/** A reader of /api/stream over real HTTP that collects what comes and can be waited on. */
import type { HttpWorld, Member } from './http-world.ts';

export interface StreamEvent {
  /** As text; undefined for an event that has no place in the feed. */
  id: string | undefined;
  event: string;
  data: Record<string, unknown>;
}

export interface EventStream {
  response: Response;
  events: StreamEvent[];
  comments: string[];
  /** What a client would send as `Last-Event-ID` now. */
  lastEventId(): string;
  /** Resolves once `isThere` holds for what came so far; rejects when the stream ends before. */
  until(isThere: () => boolean): Promise<void>;
  /** Resolves when the server or `close` has ended it. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/** Connects; resolves once the headers are there. */
export async function openStream(
  world: Pick<HttpWorld, 'url' | 'admin'>,
  options: { as?: Member; lastEventId?: string } = {},
): Promise<EventStream> {
  const { as = world.admin, lastEventId } = options;
  const leaving = new AbortController();
  const response = await fetch(`${world.url}/api/stream`, {
    headers: {
      authorization: `Bearer ${as.token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: leaving.signal,
  });
  const events: StreamEvent[] = [];
  const comments: string[] = [];
  const waiting = new Set<() => void>();
  let last = lastEventId ?? '';
  let isOver = false;

  function take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) comments.push(line.slice(1).trim());
      const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name !== undefined) fields.set(name, value);
    }
    last = fields.get('id') ?? last;
    const data = fields.get('data');
    if (data === undefined) return;
    const parsed: Record<string, unknown> = { ...Object(JSON.parse(data)) };
    events.push({ id: fields.get('id'), event: fields.get('event') ?? 'message', data: parsed });
  }

  async function read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) take(block);
      for (const look of waiting) look();
    }
  }

  const ended = read()
    .catch(() => undefined)
    .then(() => {
      isOver = true;
      for (const look of waiting) look();
    });
  return {
    response,
    events,
    comments,
    lastEventId: () => last,
    ended,
    until(isThere) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (!isThere() && !isOver) return;
          waiting.delete(look);
          if (isThere()) resolve();
          else reject(new Error(`The stream ended after ${events.length} events`));
        };
        waiting.add(look);
        look();
      });
    },
    async close() {
      leaving.abort();
      await ended;
    },
  };
}
