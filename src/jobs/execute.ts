/** One claimed run from end to end: poll, link clients, write how it ended. */
import type { Log } from '../base/log.ts';
import { CalendlyError } from '../calendly/errors.ts';
import type { ConnectionClient } from '../calendly/connection-client.ts';
import { linkClients } from '../clients/link.ts';
import type { CalendlyUser } from '../domain/account.ts';
import { AppError, describeError } from '../domain/errors.ts';
import {
  type Connection,
  type ConnectionState,
  findConnection,
  markStarted,
  saveOutcome,
} from '../store/connections.ts';
import type { Tenants } from '../store/tenants.ts';
import { finishRun, type Run, type RunError } from '../store/runs.ts';
import { poll, type PollResult } from '../sync/poll.ts';
import type { RunContext } from '../sync/lease.ts';
import type { RangeSettings } from '../sync/range.ts';

export interface ExecuteDeps {
  tenants: Tenants;
  log: Log;
  range: RangeSettings;
  newId: () => string;
  /** Rows of one list page; left out: as many as Calendly gives. */
  pageSize?: number | undefined;
  /** This process, as the owner of the run. */
  owner: string;
  /** A client for the connection, with its request budget; throws where its token cannot be opened. */
  clientFor(connection: Connection, signal: AbortSignal): ConnectionClient;
  /** Told whose account a token opens; may move the token and refuse to go on. */
  identified(connection: Connection, user: CalendlyUser): Promise<void>;
  /** Keeps the connection's webhook subscriptions; never fails a run. */
  subscribe?: ((context: RunContext) => Promise<void>) | undefined;
  /** Forgets here whom Calendly has erased. */
  carryErasures?: ((workspaceId: string) => Promise<void>) | undefined;
  /** Counts a finished run for the metrics. */
  finished(run: Run): void;
}

/** Works on `run` until it ends in a final state. Throws only when `signal` is aborted or the database is gone. */
export async function executeRun(deps: ExecuteDeps, run: Run, signal: AbortSignal): Promise<void> {
  const db = deps.tenants.of(run.workspace_id);
  const connection = await findConnection(db, run.connection_id);
  if (connection === undefined) throw new Error('A run without its connection');
  await markStarted(db, connection, await db.clock());
  const counted = { requests: 0 };
  let client: ConnectionClient | null = null;
  let result: PollResult;
  try {
    client = deps.clientFor(connection, signal);
    result = await poll({
      db,
      calendly: client.calendly,
      connection,
      range: deps.range,
      newId: deps.newId,
      pageSize: deps.pageSize,
      run: { id: run.id, owner: deps.owner, full: run.full_range },
      identified: (user) => deps.identified(connection, user),
      subscribe: deps.subscribe,
      signal,
      counted,
    });
    await deps.carryErasures?.(connection.workspace_id);
    await linkClients(db, connection.workspace_id, { newId: deps.newId, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'run.lost') throw error;
    result = { state: 'failed', completeAt: null, error: faultOf(error, deps.log, run) };
  }
  const requests = (client?.calendly.requests ?? 0) - counted.requests;
  await end(deps, { run, connection, result, requests, client });
  await client?.close();
}

interface Ending {
  run: Run;
  connection: Connection;
  result: PollResult;
  /** Requests that no transaction has counted yet. */
  requests: number;
  client: ConnectionClient | null;
}

async function end(deps: ExecuteDeps, ending: Ending): Promise<void> {
  const { run, connection, result, requests, client } = ending;
  const error = result.error === null ? null : runErrorOf(result.error);
  const finished = await deps.tenants.of(run.workspace_id).tx(async (tx) => {
    const at = await tx.clock();
    await saveOutcome(tx, connection, {
      at,
      completeAt: result.completeAt,
      state: stateAfter(connection.state, result),
      error,
      budget: client?.budget() ?? { limit: null, left: null, used: 0 },
    });
    return finishRun(
      tx,
      { id: run.id, owner: deps.owner, at },
      { state: result.state, requests, error },
    );
  });
  deps.finished(finished);
  if (error !== null) {
    deps.log.warn('A run did not reach everything', {
      run_id: run.id,
      connection_id: connection.id,
      state: result.state,
      code: error.code,
      reason: error.message,
      action: error.action,
    });
  }
}

/** What the run's end says about the connection: refusals need a person, everything else heals by itself. */
function stateAfter(before: ConnectionState, result: PollResult): ConnectionState {
  if (!(result.error instanceof CalendlyError)) {
    return result.state === 'failed' ? before : 'active';
  }
  switch (result.error.class) {
    case 'auth':
      return 'needs_reauth';
    case 'scope':
    case 'role':
    case 'plan':
      // one meeting that may not be read does not forbid the connection
      return result.state === 'failed' || result.error.class === 'scope' ? 'forbidden' : 'active';
    case 'temporary':
    case 'gone':
    case 'malformed':
      return result.state === 'failed' ? before : 'active';
  }
}

function runErrorOf(error: AppError): RunError {
  return {
    class: error instanceof CalendlyError ? error.class : 'own',
    code: error.code,
    message: error.message,
    action: error.action ?? null,
  };
}

function faultOf(error: unknown, log: Log, run: Run): AppError {
  if (error instanceof AppError) return error;
  const described = describeError(error);
  log.error('A run ended in a fault of this program', { run_id: run.id, ...described });
  return new AppError({
    kind: 'bug',
    code: 'run.fault',
    message: 'This program had a fault of its own; the log of this moment names it',
    action: 'Nothing is lost; the next run tries again. Report it with the lines of the log.',
    cause: error,
  });
}
