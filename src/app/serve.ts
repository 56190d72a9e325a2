/** The running program: server, scheduler, worker and the door for commands, started and stopped in order. */
import { offerSetup } from '../accounts/registration.ts';
import { firstAdmin } from '../accounts/users.ts';
import { createMetrics } from '../base/metrics.ts';
import type { CommandDoor } from '../cli/door.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import { type Scheduler, startScheduler } from '../jobs/scheduler.ts';
import { runSlot } from '../jobs/slot-run.ts';
import { startUpkeep } from '../jobs/upkeep.ts';
import { AppError, describeError } from '../domain/errors.ts';
import { timestampToMs, type Timestamp } from '../domain/timestamp.ts';
import type { Run } from '../store/runs.ts';
import { createActions } from './actions.ts';
import { createMeetingChanges } from './changing-meetings.ts';
import {
  createConnectionActions,
  createOAuthActions,
  createWorkspaceActions,
} from './connection-actions.ts';
import type { Core } from './core.ts';
import { openDocuments } from './documents.ts';
import { prepare } from './prepare.ts';
import { createHostSignIn } from './host-sign-in.ts';
import { createPeopleActions } from './people.ts';
import { openProofs } from './proofs.ts';
import { startStreamSource } from './stream-extras.ts';
import { startSyncRunner, type SyncRunner } from './sync-runner.ts';
import { upkeepTasks } from './retention.ts';
import { VERSION } from './version.ts';
import { startWebhooks } from './webhooks.ts';

export interface ServeOptions {
  scheduler: boolean;
  http: boolean;
  /** Opens the door through which commands run inside this process; embedded database only. */
  openDoor: (core: Core, runner: SyncRunner) => Promise<CommandDoor | null>;
}

export interface Serving {
  /** Address of the server; null without one. */
  url: string | null;
  /** Stops in order; idempotent. */
  stop(): Promise<void>;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this host name is unknown',
};

/** Starts everything. On a fault what was started is stopped again and the fault thrown. */
export async function serve(core: Core, options: ServeOptions): Promise<Serving> {
  const stops: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= stopAll(stops);
    return stopping;
  };
  try {
    const url = await start(core, options, stops);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  core: Core,
  options: ServeOptions,
  stops: (() => Promise<unknown>)[],
): Promise<string | null> {
  const { log, config } = core;
  const metrics = createMetrics({ process: true });
  const phase = { now: 'starting' as 'starting' | 'ready' | 'stopping' };
  if (core.mode.kind === 'real') for (const warning of core.db.warnings) log.warn(warning);
  await prepare(core);
  const runner = await startSyncRunner(core, (run) => countRun(metrics, run));
  stops.push(() => runner.stop());
  const proofs = openProofs(core, metrics);
  stops.push(() => proofs.stop());
  const webhooks = await startWebhooks(core, (event, state) =>
    metrics.deliveryWorked(event, state),
  );
  stops.push(() => webhooks.stop());
  const source = await startStreamSource(core);
  stops.push(() => source.stop());
  const documents = openDocuments(core, runner.self);
  stops.push(() => documents.close());
  documents.sweepNow();
  const tasks = [...upkeepTasks(core), { name: 'documents', work: () => documents.sweep() }];
  const upkeep = startUpkeep({ clock: core.clock, log, tasks });
  stops.push(() => upkeep.stop());
  let http: HttpServer | null = null;
  let url: string | null = null;
  if (options.http) {
    http = await createHttpServer({
      tenants: core.tenants,
      clock: core.clock,
      random: core.random,
      log: log.child('http'),
      metrics: metrics.registry,
      secrets: { jwt: core.secrets.jwt, cursor: core.secrets.cursor },
      settings: {
        version: VERSION,
        publicUrl: config.http.publicUrl,
        trustProxy: config.http.trustProxy,
        metricsToken: config.http.metricsToken?.reveal() ?? null,
        demo: core.mode.kind === 'demo',
        openSignup: config.auth.openSignup,
        membersSee: config.auth.membersSee,
        oauthApp: core.oauth !== null,
      },
      actions: createActions(core, runner, proofs),
      connections: createConnectionActions(core),
      oauth: createOAuthActions(core),
      workspace: createWorkspaceActions(core),
      changes: createMeetingChanges(core),
      people: createPeopleActions(core, documents),
      ...webhooks.deps,
      documents: documents.deps,
      streamExtras: source.extras,
      hostCaller: createHostSignIn(core, config.auth.hostTokens),
      phase: () => phase.now,
      autoUser: () => demoUser(core),
    });
    const server = http;
    stops.push(() => server.close());
    const host = core.mode.kind === 'demo' ? config.demo.host : config.http.host;
    url = await listen(server, host, config.http.port);
    core.listening(url);
  }
  // asked before it is ready: from then on nothing that fails may end it
  const setupKey = url === null ? undefined : await setupKeyOf(core);
  phase.now = 'ready';
  const door = await options.openDoor(core, runner);
  if (door !== null) stops.push(() => door.close());
  announce(core, url);
  if (setupKey !== undefined) announceSetup(core, { url, key: setupKey });
  if (options.scheduler) {
    const scheduler = await startSchedule(core, runner);
    stops.push(() => scheduler.stop());
    proofs.startDaily(runner.self.id);
  }
  stops.push(async () => {
    phase.now = 'stopping';
  });
  return url;
}

async function listen(server: HttpServer, host: string, port: number): Promise<string> {
  try {
    return (await server.listen(host, port)).url;
  } catch (cause) {
    const { code } = describeError(cause);
    throw new AppError({
      kind: 'conflict',
      code: 'http.cannot_listen',
      message: `The server cannot listen on ${host} port ${port}: ${REASONS[code] ?? code}`,
      action: 'Set PORT (and HOST) to a free one.',
      cause,
    });
  }
}

function startSchedule(core: Core, runner: SyncRunner): Promise<Scheduler> {
  const { db, clock, log, config } = core;
  return startScheduler({
    db,
    clock,
    log,
    self: runner.self,
    cron: config.sync.schedule,
    sync: (request) => runSlot({ db, log, board: runner.board, newId: core.newId }, request),
  });
}

/** The last that was started is the first to stop; one that fails does not keep the others. */
async function stopAll(stops: (() => Promise<unknown>)[]): Promise<void> {
  for (const stop of stops.toReversed()) await stop().catch(() => undefined);
}

function announce(core: Core, url: string | null): void {
  const { log, mode } = core;
  if (mode.calendly !== null) {
    log.info('This is the demo: everything in it is invented, on this machine only', {
      calendly: mode.calendly.url,
    });
  }
  log.info('calendly-sync is ready', { url, mode: mode.kind, database: core.db.engine });
}

/** The key of a new set-up link where nobody can sign in yet; in the demo the browser signs in by itself. */
async function setupKeyOf(core: Core): Promise<string | undefined> {
  return core.mode.kind === 'demo' ? undefined : offerSetup(core.db, core.ids);
}

/** The one secret that the log ever shows: without it nobody could become the first admin. */
function announceSetup(core: Core, { url, key }: { url: string | null; key: string }): void {
  const link = `${core.publicUrl() ?? url}/setup#key=${key}`;
  core.log.info('Nobody can sign in yet: this link makes the first admin, once, within 24 hours', {
    link,
  });
}

async function demoUser(core: Core): ReturnType<NonNullable<HttpAutoUser>> {
  if (core.mode.kind !== 'demo') return null;
  const admin = await firstAdmin(core.db);
  if (admin === undefined) return null;
  return { workspaceId: admin.workspaceId, userId: admin.id, email: admin.email, role: admin.role };
}

type HttpAutoUser = Parameters<typeof createHttpServer>[0]['autoUser'];

function countRun(metrics: ReturnType<typeof createMetrics>, run: Run): void {
  const ms = (text: string | null): number =>
    text === null ? 0 : timestampToMs(text as Timestamp);
  metrics.runEnded(run.state, (ms(run.finished_at) - ms(run.started_at)) / 1000);
  metrics.rowsChanged('created', run.created);
  metrics.rowsChanged('updated', run.updated);
  metrics.rowsChanged('canceled', run.canceled);
  metrics.rowsChanged('unchanged', run.unchanged);
}
