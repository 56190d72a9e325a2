/** What the simulator's tests share: a clock that stands still, a started simulator, short questions. */
import { onTestFinished } from 'vitest';
import type { Clock } from '../../simulator/clock.ts';
import type { Json, JsonObject } from '../../simulator/records.ts';
import { startSimulator } from '../../simulator/server.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/server.ts';
import { createWorld, tokenOf, userNamed } from '../../simulator/world.ts';
import type { WorldOptions } from '../../simulator/world.ts';

/** The present of all these tests: a Wednesday. */
export const NOW = Date.UTC(2026, 10, 25, 9, 0, 0);

export interface StandingClock extends Required<Clock> {
  /** Lets so many milliseconds pass; timers that are due run on the way, each at its time. */
  pass(ms: number): void;
  /** How long it is to the next timer; `undefined` where none is set. */
  toNext(): number | undefined;
}

export function standingClock(): StandingClock {
  let now = NOW;
  const timers = new Set<{ at: number; run: () => void }>();
  const first = () =>
    [...timers].reduce((a, b) => (b.at < a.at ? b : a), { at: Infinity, run() {} });
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass(ms) {
      const end = now + ms;
      for (let timer = first(); timer.at <= end; timer = first()) {
        timers.delete(timer);
        now = timer.at;
        timer.run();
      }
      now = end;
    },
    toNext: () => (timers.size === 0 ? undefined : first().at - now),
  };
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON, `null` where it is empty. */
  json: JsonObject;
}

export interface Stage {
  simulator: Simulator;
  clock: StandingClock;
  /** `me` is the story's `host` unless `as` names somebody else. */
  ask(path: string, options?: AskOptions): Promise<Reply>;
  /** `organization=…&user=…` of a user, encoded. */
  scope(key?: string): string;
}

export interface AskOptions {
  method?: string;
  as?: string;
  token?: string;
  body?: Json;
  headers?: Record<string, string>;
}

/** A simulator telling `story` on a free port, without limits unless asked, closed when the test ends. */
export async function openStage(
  story: string,
  options: Partial<WorldOptions & SimulatorOptions> & { isLimited?: boolean } = {},
): Promise<Stage> {
  const unlimited = options.isLimited === true ? {} : { rateLimit: 100_000 };
  const clock = standingClock();
  const world = createWorld({ story, now: NOW, clock, ...options });
  const simulator = await startSimulator({ ...unlimited, ...options, world });
  onTestFinished(() => simulator.close());
  return {
    simulator,
    clock,
    scope(key = 'host') {
      const { uri, current_organization: organization } = userNamed(world, key);
      return new URLSearchParams({ organization, user: uri }).toString();
    },
    async ask(path, { method = 'GET', as = 'host', token, body, headers = {} } = {}) {
      const response = await fetch(`${simulator.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token ?? tokenOf(world, as)}`,
          'user-agent': 'simulator-test',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
      const json: unknown = isJson ? JSON.parse(text) : {};
      return { status: response.status, headers: response.headers, text, json: toObject(json) };
    },
  };
}

/** A JSON value that must be an object. */
export function toObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`No object: ${JSON.stringify(value)}`);
  }
  return value as JsonObject;
}

/** The one thing of an answer. */
export function resourceOf(reply: Reply): JsonObject {
  return toObject(reply.json['resource']);
}

/** The rows of a page. */
export function rowsOf(reply: Reply): JsonObject[] {
  const rows = reply.json['collection'];
  if (!Array.isArray(rows)) throw new Error(`No list: ${reply.status} ${reply.text.slice(0, 300)}`);
  return rows.map(toObject);
}

/** The texts under `name` of rows. */
export function column(rows: JsonObject[], name: string): Json[] {
  return rows.map((row) => row[name] ?? null);
}

/** The token of the next page, `null` on the last one. */
export function nextToken(reply: Reply): string | null {
  const token = toObject(reply.json['pagination'])['next_page_token'];
  return typeof token === 'string' ? token : null;
}

/** All rows of a listing, page by page; `path` holds its query. */
export async function readAll(stage: Stage, path: string, as = 'host'): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  let token: string | null = null;
  do {
    const more: string = token === null ? path : `${path}&page_token=${token}`;
    const reply = await stage.ask(more, { as });
    rows.push(...rowsOf(reply));
    token = nextToken(reply);
  } while (token !== null);
  return rows;
}

/** The path of a URI in the data. */
export function pathOf(uri: Json | undefined): string {
  if (typeof uri !== 'string') throw new Error('No URI');
  return new URL(uri).pathname;
}
