/** Server-sent events as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html). */

export interface ServerEvent {
  event: string;
  data: Readonly<Record<string, unknown>>;
  /** Place in the feed, which a client gives back as `Last-Event-ID`; left out for what has none. */
  number?: number;
}

/** One event. JSON has no line break of its own, so that it is always one `data` line. */
export function toFrame({ event, data, number }: ServerEvent): Buffer {
  const id = number === undefined ? '' : `id: ${number}\n`;
  return Buffer.from(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A comment: keeps connections open, and no client sees it. */
export const HEARTBEAT = Buffer.from(': heartbeat\n\n');

/**
 * How a stream begins: how soon to come back, and with `number` the place to come back to even where
 * nothing happens before the connection is lost. Without a `data` line it is no event.
 */
export function toOpening(number?: number): Buffer {
  return Buffer.from(`retry: 1000\n${number === undefined ? '' : `id: ${number}\n`}\n`);
}
