/** The server as `serve` wires it, over a database and a wall of the test's choosing, asked over real connections. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { Registry } from 'prom-client';
import { createActions } from '../../src/app/actions.ts';
import { createMeetingChanges } from '../../src/app/changing-meetings.ts';
import { createConnectionActions, createOAuthActions } from '../../src/app/connection-actions.ts';
import { createClientFactory } from '../../src/app/connections.ts';
import type { Core } from '../../src/app/core.ts';
import { openDocuments } from '../../src/app/documents.ts';
import { openOAuthApp } from '../../src/app/oauth.ts';
import { createPeopleActions } from '../../src/app/people.ts';
import { openProofs } from '../../src/app/proofs.ts';
import { createRequestLedger } from '../../src/app/request-ledger.ts';
import { openSecrets } from '../../src/app/secrets.ts';
import { startWebhooks } from '../../src/app/webhooks.ts';
import { createLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/time.ts';
import { loadConfig } from '../../src/config.ts';
import { newId } from '../../src/domain/id.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createRunBoard } from '../../src/jobs/board.ts';
import type { Db } from '../../src/store/db.ts';
import type { Tenants } from '../../src/store/tenants.ts';
import type { Env } from '../harness/program.ts';

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
}

export interface Question {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Text is sent as it is, all else as JSON. */
  body?: unknown;
}

export interface MatrixProgram {
  core: Core;
  /** Method and pattern of each route, sorted. */
  routes: readonly string[];
  url: string;
  port: number;
  ask(question: Question): Promise<Answer>;
  /** Lines that it logged as errors. */
  errors: string[];
  close(): Promise<void>;
}

/** `db`: what the wall `tenants` is built on. Nothing is migrated, scheduled or worked, but deliveries. */
export async function openProgram(
  env: Env,
  { db, tenants }: { db: Db; tenants: Tenants },
): Promise<MatrixProgram> {
  const errors: string[] = [];
  const core = coreOf(env, { db, tenants }, errors);
  const webhooks = await startWebhooks(core, () => undefined);
  const board = await createRunBoard({ db: core.db, clock: core.clock });
  const proofs = openProofs(core, { driftFound: () => undefined });
  const self = { id: 'matrix:1:0', host: 'matrix', pid: 1 };
  const documents = openDocuments(core, self);
  const runner = { board, self, stop: () => Promise.resolve() };
  const actions = createActions(core, runner, proofs);
  const { server, routes } = await withRoutes(() =>
    createHttpServer({
      tenants,
      clock: core.clock,
      random: core.random,
      log: core.log,
      metrics: new Registry(),
      secrets: { jwt: core.secrets.jwt, cursor: core.secrets.cursor },
      settings: { version: '0', publicUrl: null, trustProxy: 0, metricsToken: null, demo: false },
      // nobody works runs here
      actions: { ...actions, waitForRuns: () => Promise.resolve(true) },
      connections: createConnectionActions(core),
      oauth: createOAuthActions(core),
      changes: createMeetingChanges(core),
      people: createPeopleActions(core, documents),
      documents: documents.deps,
      ...webhooks.deps,
      phase: () => 'ready',
    }),
  );
  const { url, port } = await server.listen('127.0.0.1', 0);
  return {
    core,
    routes: [...routes].sort(),
    url,
    port,
    ask: (question) => ask(url, question),
    errors,
    async close() {
      await server.close();
      await proofs.stop();
      await webhooks.stop();
      await documents.close();
      await board.close();
      await core.clients.close();
      await core.oauth?.close();
    },
  };
}

async function ask(url: string, { method, path, headers = {}, body }: Question): Promise<Answer> {
  const isText = body === undefined || typeof body === 'string';
  const type = isText ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...type, ...headers },
    body: isText ? (body ?? null) : JSON.stringify(body),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text: await answer.text(),
  };
}

/** Fastify tells of each instance as it is made: so no route is added unseen, hidden ones included. */
async function withRoutes<Server>(
  create: () => Promise<Server>,
): Promise<{ server: Server; routes: Set<string> }> {
  const routes = new Set<string>();
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }; // documented with the channel
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const one of [method].flat()) routes.add(`${one} ${url}`);
    });
  };
  subscribe('fastify.initialization', watch);
  try {
    return { server: await create(), routes };
  } finally {
    unsubscribe('fastify.initialization', watch);
  }
}

function coreOf(env: Env, on: { db: Db; tenants: Tenants }, errors: string[]): Core {
  const config = loadConfig(env);
  const log = createLog({ level: 'error', format: 'json', write: (line) => errors.push(line) });
  const [clock, random] = [systemClock, systemRandom];
  const secrets = openSecrets(config.auth, config.dataDir, random);
  const db = on.tenants.system;
  const oauth = openOAuthApp({ config, clock, db, secrets });
  const ids = { now: () => clock.now(), bytes: (length: number) => random.bytes(length) };
  const clients = createClientFactory({
    baseUrl: config.calendly.apiUrl,
    share: 1,
    clock,
    random,
    keyring: secrets.keyring,
    userAgent: 'calendly-sync/test',
    ledgerOf: (account) => createRequestLedger({ db, log }, account),
    oauth: oauth?.tokens ?? null,
  });
  const place = { kind: 'real' as const, dataDir: config.dataDir, adminEmail: undefined };
  return {
    config,
    log,
    clock,
    random,
    mode: { ...place, apiUrl: config.calendly.apiUrl, token: null, calendly: null },
    db,
    tenants: on.tenants,
    owner: on.db,
    secrets,
    clients,
    oauth,
    ids,
    newId: () => newId(ids),
    migrate: () => Promise.resolve([]),
    publicUrl: () => 'http://127.0.0.1:1',
    localUrl: () => null,
    listening: () => undefined,
    signal: new AbortController().signal,
    close: () => Promise.resolve(),
  };
}
