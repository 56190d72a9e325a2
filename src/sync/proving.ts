/** The one way to prove a connection: for commands, the API and the daily proof. */
import type { CalendlyClient } from '../calendly/client.ts';
import type { ConnectionClient } from '../calendly/connection-client.ts';
import { AppError } from '../domain/errors.ts';
import type { Connection } from '../store/connections.ts';
import type { DriftCheck, ProofTrigger } from '../store/drift-checks.ts';
import type { Tenants } from '../store/tenants.ts';
import { fetchUser } from './account.ts';
import { filtersOf, firstMode } from './poll.ts';
import type { ProofContext } from './proof-context.ts';
import { nothingProven, type Recorder, recorderOf } from './proof-record.ts';
import type { RangeSettings } from './range.ts';
import { repair } from './repair.ts';
import { readerOfDay } from './share.ts';
import { type Proof, verify } from './verify.ts';

export interface ProvingDeps {
  tenants: Tenants;
  newId: () => string;
  range: RangeSettings;
  /** A client for the connection; throws where its token cannot be opened. */
  clientFor(connection: Connection, signal: AbortSignal): ConnectionClient;
  /** Told of every proof that was recorded. */
  recorded?: ((check: DriftCheck) => void) | undefined;
}

export interface ProofOrder extends Pick<ProofContext, 'signal' | 'progress'> {
  trigger: ProofTrigger;
  /** Mend what a complete proof finds, and prove again. */
  repair?: boolean | undefined;
  /** Days since 1970: read only the invitees whose turn it is on that day. Left out: all. */
  day?: number | undefined;
}

/** What the listing alone says of the connection's rows; nothing is recorded. */
export async function rehearse(
  deps: ProvingDeps,
  connection: Connection,
  signal: AbortSignal,
): Promise<Proof> {
  const { context, close } = await begin(deps, connection, { signal });
  try {
    return await verify({ ...context, listingOnly: true });
  } finally {
    await close();
  }
}

/**
 * Proves the connection and records what was found; after a repair the answer is the proof of what it left,
 * recorded beside the first. What keeps a proof from beginning (the token cannot be opened, Calendly does
 * not say whose it is) is recorded, too, and thrown.
 */
export async function proveConnection(
  deps: ProvingDeps,
  connection: Connection,
  order: ProofOrder,
): Promise<Proof> {
  const { signal } = order;
  const record = recorderOf(deps, connection, order.trigger);
  const checkedAt = await deps.tenants.system.clock();
  let begun: Begun;
  try {
    begun = await begin(deps, connection, order);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) await record(checkedAt, nothingProven(error));
    throw error;
  }
  try {
    return await proveBegun(deps, begun.context, { ...order, record, checkedAt });
  } finally {
    await begun.close();
  }
}

interface Recording {
  record: Recorder;
  checkedAt: string;
}

async function proveBegun(
  deps: ProvingDeps,
  context: ProofContext,
  order: ProofOrder & Recording,
): Promise<Proof> {
  const { record, checkedAt, day } = order;
  const inviteesOf =
    day === undefined ? undefined : await readerOfDay(context.db, context.connection, day);
  const proof = await verify({ ...context, inviteesOf });
  const drift = proof.missing.length + proof.extra.length + proof.different.length;
  if (order.repair !== true || !proof.complete || drift === 0) {
    await record(checkedAt, proof);
    return proof;
  }
  const mending = await mend(deps, context, { proof, record, checkedAt });
  const againAt = await context.db.clock();
  const after = await verify(context);
  await record(againAt, after);
  return { ...after, requests: proof.requests + mending + after.requests };
}

/** Mends what `proof` found and records it, the requests of both together; answers those of the mending. */
async function mend(
  deps: ProvingDeps,
  context: ProofContext,
  { proof, record, checkedAt }: Recording & { proof: Proof },
): Promise<number> {
  const before = context.calendly.requests;
  let repaired = false;
  try {
    await repair(context, proof, deps.newId);
    repaired = true;
  } finally {
    // found is found, even where mending it fails
    const requests = proof.requests + context.calendly.requests - before;
    await record(checkedAt, { ...proof, requests }, repaired);
  }
  return context.calendly.requests - before;
}

interface Begun {
  context: ProofContext;
  close(): Promise<void>;
}

async function begin(
  deps: ProvingDeps,
  connection: Connection,
  { signal, progress }: Pick<ProofContext, 'signal' | 'progress'>,
): Promise<Begun> {
  const client = deps.clientFor(connection, signal);
  const close = (): Promise<void> => client.close();
  try {
    const known = await withAccount(connection, client.calendly);
    const filters = filtersOf(known, known.read_mode ?? firstMode(known));
    const { range } = deps;
    const db = deps.tenants.of(connection.workspace_id);
    const { calendly } = client;
    return {
      context: { db, calendly, connection: known, filters, range, signal, progress },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A connection that no run has read yet is asked whose it is: everything will be missing, and is told so. */
async function withAccount(connection: Connection, calendly: CalendlyClient): Promise<Connection> {
  if (connection.calendly_user_uri !== null) return connection;
  const user = await fetchUser({ calendly });
  return { ...connection, calendly_user_uri: user.uri, organization_uri: user.organizationUri };
}
