/** The receiving side as one process would run it, in this one: server, worker and runs on a given database. */
import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { createLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { systemClock, type Clock } from '../../src/base/time.ts';
import { createActions } from '../../src/app/actions.ts';
import { createMeetingChanges } from '../../src/app/changing-meetings.ts';
import { openDocuments } from '../../src/app/documents.ts';
import { createPeopleActions } from '../../src/app/people.ts';
import {
  createConnectionActions,
  createOAuthActions,
  createWorkspaceActions,
} from '../../src/app/connection-actions.ts';
import { type Core, openCore } from '../../src/app/core.ts';
import { prepare } from '../../src/app/prepare.ts';
import { startSyncRunner } from '../../src/app/sync-runner.ts';
import { startWebhooks } from '../../src/app/webhooks.ts';
import { loadConfig } from '../../src/config.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { listDueConnections } from '../../src/store/connections.ts';
import type { Run } from '../../src/store/runs.ts';
import { queueRuns } from '../../src/sync/request.ts';
import { type Env, makeFolder } from './program.ts';
import type { LogLine } from './serving.ts';

export interface WebhookProcess {
  core: Core;
  port: number;
  url: string;
  /** What it has logged so far. */
  /** Removes stored bytes that belong to no document. */
  sweepDocuments(): Promise<void>;
  lines: LogLine[];
  /** Deliveries that this process worked: event and state. */
  worked: { event: string; state: string }[];
  /** Resolves at the next line of its log or the next delivery that it has worked. */
  news(): Promise<void>;
  /** From now on Calendly reaches it under this address; null: not at all. */
  reachAt(publicUrl: string | null): void;
  /** Queues or joins a run of every connection that is due and waits for their end. */
  sync(): Promise<Run[]>;
  /** Waits until these runs have ended. */
  waitFor(runIds: readonly string[]): Promise<Run[]>;
  close(): Promise<void>;
}

export interface ProcessOptions {
  env: Env;
  /** Under which address Calendly reaches it; left out: its own; null: none. */
  publicUrl?: string | null;
  /** Times the HTTP server alone. */
  httpClock?: Clock;
}

/** Settings that processes on one database share. */
export function sharedSettings(databaseUrl: string): Env {
  return {
    DATABASE_URL: databaseUrl,
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  };
}

export async function startWebhookProcess(options: ProcessOptions): Promise<WebhookProcess> {
  const lines: LogLine[] = [];
  const worked: WebhookProcess['worked'] = [];
  let next = Promise.withResolvers<void>();
  const tell = (): void => {
    next.resolve();
    next = Promise.withResolvers();
  };
  const log = createLog({
    level: 'debug',
    format: 'json',
    write(line) {
      const parsed: LogLine = JSON.parse(line);
      lines.push(parsed);
      tell();
    },
  });
  const config = loadConfig({ DATA_DIR: makeFolder(), ...options.env });
  const clock = systemClock;
  const opened = await openCore({ config, log, clock, random: systemRandom, demoPort: 0 });
  let publicUrl: string | null = null;
  const core: Core = { ...opened, publicUrl: () => publicUrl };
  await prepare(core);
  // several in one real process would take each other for dead: each has a host of its own
  const host = `host-${randomBytes(4).toString('hex')}`;
  const self = { id: `${host}:1:0`, host, pid: 1 };
  const runner = await startSyncRunner(core, () => undefined, self);
  const webhooks = await startWebhooks(core, (event, state) => {
    worked.push({ event, state });
    tell();
  });
  const documents = openDocuments(core, self);
  const server = await createHttpServer({
    tenants: core.tenants,
    clock: options.httpClock ?? clock,
    random: core.random,
    log: log.child('http'),
    metrics: new Registry(),
    secrets: { jwt: core.secrets.jwt, cursor: core.secrets.cursor },
    settings: { version: '0', publicUrl: null, trustProxy: 0, metricsToken: null, demo: false },
    actions: createActions(core, runner, { request: () => Promise.resolve(true) }),
    connections: createConnectionActions(core),
    workspace: createWorkspaceActions(core),
    changes: createMeetingChanges(core),
    people: createPeopleActions(core, documents),
    documents: documents.deps,
    oauth: createOAuthActions(core),
    ...webhooks.deps,
    phase: () => 'ready',
  });
  const { url, port } = await server.listen('127.0.0.1', 0);
  publicUrl = options.publicUrl === undefined ? url : options.publicUrl;
  let closing: Promise<void> | undefined;
  return {
    core,
    port,
    url,
    lines,
    worked,
    news: () => next.promise,
    reachAt(address) {
      publicUrl = address;
    },
    async sync() {
      const due = await listDueConnections(core.db, {});
      const ids = await queueRuns(core, due, { trigger: 'api', full: false });
      return runner.board.waitFor(ids, { signal: core.signal });
    },
    async sweepDocuments() {
      await documents.sweep();
    },
    waitFor: (ids) => runner.board.waitFor(ids, { signal: core.signal }),
    close() {
      closing ??= (async () => {
        await server.close();
        await webhooks.stop();
        await documents.close();
        await runner.stop();
        await core.close();
      })();
      return closing;
    },
  };
}
