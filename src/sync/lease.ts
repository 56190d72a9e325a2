/** What a run carries through its steps: whose it is, what it may use, and how it counts. */
import type { CalendlyClient } from '../calendly/client.ts';
import type { CalendlyUser } from '../domain/account.ts';
import type { ChangeCounts, ObservationSource } from '../domain/observation.ts';
import type { Db, Tx } from '../store/db.ts';
import type { Connection } from '../store/connections.ts';
import { advanceRun } from '../store/runs.ts';
import type { RangeSettings } from './range.ts';

export interface RunContext {
  db: Db;
  calendly: CalendlyClient;
  connection: Connection;
  range: RangeSettings;
  newId: () => string;
  /** Null for reads between runs, which no run counts. */
  run: { id: string; owner: string; full: boolean } | null;
  /** Rows of one list page, 1 to 100; left out: 100, the most that Calendly gives. */
  pageSize?: number | undefined;
  /** Told whose account the token opens, before anything else is read; may refuse by throwing. */
  identified?: ((user: CalendlyUser) => Promise<void>) | undefined;
  /** Done after the account is known and before the listing, so that nothing falls between. */
  subscribe?: ((context: RunContext) => Promise<void>) | undefined;
  /** Aborted when the process stops or the run belongs to somebody else. */
  signal: AbortSignal;
  /** Requests that a committed transaction has counted already. */
  counted: {
    requests: number;
    /** Meetings that the listing of this run counted as canceled. */
    canceled?: Set<string>;
  };
}

/** The observation of a request of this run that is about to be sent. */
export function observe(
  context: RunContext,
  read: { source: ObservationSource; readStartedAt: string },
): {
  workspaceId: string;
  connectionId: string;
  source: ObservationSource;
  readStartedAt: string;
} {
  return {
    workspaceId: context.connection.workspace_id,
    connectionId: context.connection.id,
    ...read,
  };
}

export function ownerOf(context: RunContext): { workspaceId: string; connectionId: string } {
  return { workspaceId: context.connection.workspace_id, connectionId: context.connection.id };
}

/**
 * Counts what a transaction did, inside it, and proves that the run still belongs to this process.
 * Throws `run.lost` when it does not.
 */
export async function account(
  tx: Tx,
  context: RunContext,
  done: { at: string; counts: ChangeCounts },
): Promise<void> {
  if (context.run === null) return;
  const requests = context.calendly.requests - context.counted.requests;
  await advanceRun(tx, { ...context.run, at: done.at }, { counts: done.counts, requests });
  tx.onCommit(() => {
    context.counted.requests += requests;
  });
}
