/** What was asked of the simulator: the last requests one by one, and counts by route for ever. */

/** Older entries are forgotten beyond this many, so that a demo may run for months. */
const KEPT = 100_000;

export interface LoggedRequest {
  method: string;
  path: string;
  /** Without the question mark. */
  query: string;
  /** 0: no answer was given (reset, hang). */
  status: number;
  /** By the simulator's clock, in milliseconds since 1970. */
  at: number;
  /** For example `GET /scheduled_events/{}/invitees`. */
  route: string;
}

export interface RequestLog {
  entries: LoggedRequest[];
  counts: Map<string, number>;
  add(entry: LoggedRequest): void;
  clear(): void;
}

export function createRequestLog(): RequestLog {
  const log: RequestLog = {
    entries: [],
    counts: new Map(),
    add(entry) {
      log.entries.push(entry);
      if (log.entries.length > KEPT) log.entries.splice(0, KEPT / 2);
      log.counts.set(entry.route, (log.counts.get(entry.route) ?? 0) + 1);
    },
    clear() {
      log.entries.length = 0;
      log.counts.clear();
    },
  };
  return log;
}
