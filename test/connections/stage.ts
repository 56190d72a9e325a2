/** A server without an environment's token, a simulated Calendly, and people who link their accounts. */
import { issueToken } from '../../src/accounts/tokens.ts';
import { addUser, type User } from '../../src/accounts/users.ts';
import { newId } from '../../src/domain/id.ts';
import { findRuns, type Run } from '../../src/store/runs.ts';
import { addToken } from '../../simulator/accounts.ts';
import type { Tier } from '../../simulator/records.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf, userNamed } from '../../simulator/world.ts';
import { freshDatabase } from '../harness/database.ts';
import type { Env } from '../harness/program.ts';
import {
  sharedSettings,
  startWebhookProcess,
  type WebhookProcess,
} from '../harness/webhook-process.ts';

export interface Person {
  user: User;
  token: string;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // The tests say what they expect of it; there is no type to promise here.
  body: unknown;
}

export interface Stage extends WebhookProcess {
  env: Env;
  simulator: Simulator;
  admin: Person;
  member: Person;
  /** Admin of another workspace. */
  foreigner: Person;
  /** One request as somebody. */
  ask(path: string, request?: AskOptions): Promise<Reply>;
  /** A good token of somebody in the story. */
  tokenOf(key: string): string;
  /** A new token of somebody, with these scopes alone. */
  newToken(key: string, options?: { scopes?: string[]; tier?: Tier }): string;
  uriOf(key: string): string;
  /** Links and waits for the first run. */
  link(person: Person, json: { token: string; scope?: string }): Promise<{ id: string; run: Run }>;
  /** Waits until every run that is queued has ended. */
  idle(): Promise<void>;
  rows(sql: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  /** A user of a workspace. */
  addPerson(email: string, role: 'admin' | 'member', workspaceId: string): Promise<Person>;
}

export interface AskOptions {
  as?: Person;
  method?: string;
  json?: unknown;
  headers?: Record<string, string>;
}

export async function startStage(
  options: { story?: string; env?: Env; publicUrl?: null } = {},
): Promise<Stage> {
  const world = createWorld({ story: options.story ?? 'firm' });
  const simulator = await startSimulator({ world, rateLimit: 90_000 });
  const { db, url, drop } = await freshDatabase('postgres');
  const env: Env = {
    ...sharedSettings(url ?? ''),
    CALENDLY_API_URL: simulator.url,
    CALENDLY_AUTH_URL: simulator.url,
    SYNC_RATE_SHARE: '1',
    ...options.env,
  };
  const { publicUrl } = options;
  const server = await startWebhookProcess({
    env,
    ...(publicUrl === undefined ? {} : { publicUrl }),
  });
  const { core } = server;

  async function addPerson(
    email: string,
    role: 'admin' | 'member',
    workspaceId: string,
  ): Promise<Person> {
    return db.tx(async (tx) => {
      const user = await addUser(tx, { workspaceId, email, role }, core.ids);
      const keys = { secret: core.secrets.jwt, ids: core.ids };
      return { user, token: (await issueToken(tx, { user, days: 1 }, keys)).token };
    });
  }

  async function addWorkspace(): Promise<string> {
    const id = newId(core.ids);
    await db.query(`insert into workspaces (id, name, created_at) values ($1, 'W', $2)`, [
      id,
      await db.clock(),
    ]);
    return id;
  }

  const workspaceId = await addWorkspace();
  const admin = await addPerson('admin@example.com', 'admin', workspaceId);
  const member = await addPerson('member@example.com', 'member', workspaceId);
  const foreigner = await addPerson('foreigner@example.com', 'admin', await addWorkspace());

  async function ask(path: string, request: AskOptions = {}): Promise<Reply> {
    const { as = admin, method = 'GET', json, headers } = request;
    const response = await fetch(`${server.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${as.token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? null : JSON.stringify(json),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  }

  async function idle(): Promise<void> {
    for (;;) {
      const { rows } = await db.query<{ id: string }>(
        `select id from sync_runs where state in ('queued', 'running')`,
      );
      if (rows.length === 0) return;
      await server.waitFor(rows.map(({ id }) => id));
    }
  }

  return {
    ...server,
    env,
    simulator,
    admin,
    member,
    foreigner,
    ask,
    addPerson,
    idle,
    tokenOf: (key) => tokenOf(world, key),
    newToken: (key, { scopes, tier } = {}) =>
      addToken(world, {
        user: userNamed(world, key).uri,
        ...(scopes === undefined ? {} : { scopes }),
        ...(tier === undefined ? {} : { tier }),
      }),
    uriOf: (key) => userNamed(world, key).uri,
    async link(person, json) {
      const { status, body } = await ask('/api/connections', {
        as: person,
        method: 'POST',
        json,
      });
      if (status !== 201) throw new Error(`Linking answered ${status}: ${JSON.stringify(body)}`);
      const { id } = body as { id: string };
      await idle();
      const { rows } = await db.query<{ id: string }>(
        `select id from sync_runs where connection_id = $1 order by queued_at limit 1`,
        [id],
      );
      const [run] = await findRuns(db, [rows[0]?.id ?? '']);
      if (run === undefined) throw new Error('Linking queued no run');
      return { id, run };
    },
    rows: async (sql, params = []) => (await db.query<Record<string, unknown>>(sql, params)).rows,
    async close() {
      await server.close();
      await simulator.close();
      await drop();
    },
  };
}
