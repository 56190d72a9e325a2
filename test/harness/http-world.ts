/** A real HTTP server over a real database, with two workspaces, their users and tokens. */
import { Registry } from 'prom-client';
import { issueToken } from '../../src/accounts/tokens.ts';
import { addUser, type User } from '../../src/accounts/users.ts';
import { systemRandom } from '../../src/base/random.ts';
import { systemClock, type Clock } from '../../src/base/time.ts';
import { newId, type IdSource } from '../../src/domain/id.ts';
import type { HttpDeps, SyncActions } from '../../src/http/deps.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { Db } from '../../src/store/db.ts';
import { freshDatabase, type Engine } from './database.ts';
import { type Tenants, tenantsOf } from '../../src/store/tenants.ts';

export interface Member {
  user: User;
  token: string;
}

export interface HttpWorld {
  db: Db;
  port: number;
  url: string;
  ids: IdSource;
  jwtSecret: Uint8Array;
  admin: Member;
  member: Member;
  /** Of another workspace. */
  foreigner: Member;
  /** Lines that the server logged as errors. */
  errors: unknown[];
  close(): Promise<void>;
}

export interface HttpWorldOptions {
  engine?: Engine;
  actions?: Partial<SyncActions>;
  settings?: Partial<HttpDeps['settings']>;
  deps?: Partial<HttpDeps>;
  /** The place for documents, made on the world's own database. */
  documents?: (made: { tenants: Tenants; ids: IdSource }) => HttpDeps['documents'];
  /** What the server takes for now, in milliseconds. */
  now?: () => number;
}

/** Starts it on a free port. */
export async function startHttpWorld(options: HttpWorldOptions = {}): Promise<HttpWorld> {
  const { db, drop } = await freshDatabase(options.engine ?? 'postgres');
  const clock: Clock = { ...systemClock, now: options.now ?? (() => systemClock.now()) };
  const ids: IdSource = { now: () => clock.now(), bytes: (length) => systemRandom.bytes(length) };
  const jwtSecret = systemRandom.bytes(32);
  const [workspace, otherWorkspace] = [await addWorkspace(db, ids), await addWorkspace(db, ids)];
  const add = (workspaceId: string, email: string, role: 'admin' | 'member'): Promise<Member> =>
    db.tx(async (tx) => {
      const user = await addUser(tx, { workspaceId, email, role }, ids);
      const issued = await issueToken(tx, { user, days: 30 }, { secret: jwtSecret, ids });
      return { user, token: issued.token };
    });
  const errors: unknown[] = [];
  const tenants = tenantsOf(db);
  const documents = options.documents?.({ tenants, ids });
  const server = await createHttpServer({
    tenants,
    clock,
    random: systemRandom,
    log: {
      debug: () => {},
      warn: () => {},
      error: (message, fields) => errors.push({ message, ...fields }),
    },
    metrics: new Registry(),
    secrets: { jwt: jwtSecret, cursor: systemRandom.bytes(32) },
    settings: {
      version: '0',
      publicUrl: null,
      trustProxy: 0,
      metricsToken: null,
      demo: false,
      ...options.settings,
    },
    actions: { ...idleActions, ...options.actions },
    phase: () => 'ready',
    ...(documents && { documents }),
    ...options.deps,
  });
  const people = {
    admin: await add(workspace, 'admin@example.com', 'admin'),
    member: await add(workspace, 'member@example.com', 'member'),
    foreigner: await add(otherWorkspace, 'foreigner@example.com', 'admin'),
  };
  const { url, port } = await server.listen('127.0.0.1', 0);
  return {
    db,
    port,
    url,
    ids,
    jwtSecret,
    errors,
    ...people,
    async close() {
      await server.close();
      await drop();
    },
  };
}

async function addWorkspace(db: Db, ids: IdSource): Promise<string> {
  const id = newId(ids);
  await db.query('insert into workspaces (id, name, created_at) values ($1, $2, $3)', [
    id,
    'Workspace',
    await db.clock(),
  ]);
  return id;
}

const idleActions: SyncActions = {
  requestSync: async () => ({ runIds: [] }),
  waitForRuns: async () => true,
  triggerAll: async () => ({ runIds: [] }),
  proveDrift: async () => true,
  schedulerStatus: async () => ({
    isRunning: true,
    schedule: 'Every 15 minutes',
    cron: '*/15 * * * *',
    slotMs: 900_000,
    nextRunAt: null,
    lastRunAt: null,
    calendlyConfigured: true,
  }),
  testConnection: async () => ({
    name: 'Ada Host',
    email: 'ada@example.com',
    uri: 'https://api.calendly.com/users/ADA',
  }),
};

export interface JsonAnswer {
  status: number;
  headers: Headers;
  // The tests say what they expect of it; there is no type to promise here.
  body: unknown;
}

/** One request with a token, its JSON read. */
export async function call(
  world: HttpWorld,
  path: string,
  request: { method?: string; as?: Member; json?: unknown; headers?: Record<string, string> } = {},
): Promise<JsonAnswer> {
  const { method = 'GET', as = world.admin, json, headers } = request;
  const response = await fetch(`${world.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${as.token}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? null : JSON.stringify(json),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** All pages of a list, one after the other; the ones after `cursor` where it is given. */
export async function readPages(
  world: HttpWorld,
  path: string,
  cursor: string | null = null,
): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  let next = cursor;
  do {
    const { status, body } = await call(world, next === null ? path : `${path}&cursor=${next}`);
    if (status !== 200) throw new Error(`A page answered ${status}: ${JSON.stringify(body)}`);
    const page = body as { data: { id: string }[]; next_cursor: string | null };
    ids.push(...page.data.map((row) => row.id));
    next = page.next_cursor;
    pages += 1;
  } while (next !== null);
  return { ids, pages };
}
