/** Linking accounts: the token is tried at Calendly, what it opens is kept, and its first sync begins. */
import { type AccountKey, type Linked, linkAccount } from '../accounts/linking.ts';
import type { ConnectionClient } from '../calendly/connection-client.ts';
import { CalendlyError } from '../calendly/errors.ts';
import { AppError } from '../domain/errors.ts';
import { appendAudit, type Doer } from '../store/audit.ts';
import { type Connection, findConnection } from '../store/connections.ts';
import { changeScope, pauseConnection, savePreflight } from '../store/linking.ts';
import type { Tx } from '../store/db.ts';
import { queueRun } from '../store/runs.ts';
import { preflight, type PreflightResult } from '../sync/preflight.ts';
import type { Core } from './core.ts';
import { noSuchConnection } from './not-connected.ts';
import { environmentDeps } from './sync-runner.ts';

export interface ConnectRequest {
  workspaceId: string;
  userId: string;
  scope: 'user' | 'organization';
  key: AccountKey;
  by: Doer;
}

export interface ChangeRequest {
  workspaceId: string;
  id: string;
  paused?: boolean | undefined;
  scope?: 'user' | 'organization' | undefined;
  by: Doer;
}

/** How long Calendly may take to tell what a token is good for. */
const PATIENCE_MS = 20_000;

/**
 * Links the account that `key` opens and queues its first run. Nothing is stored where Calendly refuses the token
 * or meetings cannot be read with it: `connection.token_refused`, with what it said. Throws `CalendlyError` where
 * Calendly cannot be asked now.
 */
export async function connect(core: Core, request: ConnectRequest): Promise<Linked> {
  const { key, scope } = request;
  const token = key.kind === 'token' ? key.token : key.access;
  const seen = await lookAhead(core, { scope, field: 'token' }, (signal) =>
    core.clients.clientForToken(token, signal),
  );
  const { workspaceId, userId } = request;
  const linked = await core.tenants.of(workspaceId).tx(async (tx) => {
    const { user, organization } = seen;
    const link = { workspaceId, userId, key, scope, user, organization };
    const made = await linkAccount(tx, environmentDeps(core), {
      ...link,
      preflight: seen.preflight,
    });
    await queueFirst(core, tx, { workspaceId, connectionId: made.id, trigger: 'connect' });
    const action = made.created ? 'connection.linked' : 'connection.relinked';
    const detail = { kind: key.kind, scope };
    const entry = { workspaceId, ...request.by, action, subject: made.id, detail };
    await appendAudit(tx, entry, core.ids);
    return made;
  });
  core.clients.forget(linked.id);
  core.clients.identified(linked.id, seen.user.uri);
  return linked;
}

/**
 * Pauses, resumes or re-scopes a connection. Another scope is tried at Calendly first. What was resumed or
 * re-scoped is synced at once.
 */
export async function change(core: Core, request: ChangeRequest): Promise<void> {
  const { workspaceId, id, paused, scope } = request;
  const rows = core.tenants.of(workspaceId);
  const connection = await findConnection(rows, id);
  if (connection === undefined || connection.workspace_id !== workspaceId) throw noSuchConnection();
  if (connection.state === 'disconnected') throw unlinked();
  const isRescoped = scope !== undefined && scope !== connection.scope;
  const seen = isRescoped
    ? await lookAhead(core, { scope, field: 'scope' }, (signal) =>
        core.clients.clientFor(connection, signal),
      )
    : null;
  await rows.tx(async (tx) => {
    const row = { workspaceId, id, at: await tx.clock() };
    const note = (action: string): Promise<void> =>
      appendAudit(tx, { workspaceId, ...request.by, action, subject: id }, core.ids);
    if (isRescoped) await changeScope(tx, row, scope);
    if (isRescoped) await note('connection.rescoped');
    if (seen !== null) await savePreflight(tx, row, seen.preflight);
    if (paused !== undefined) await pauseConnection(tx, row, paused);
    if (paused !== undefined) await note(paused ? 'connection.paused' : 'connection.resumed');
    const isOn = paused === false || (paused === undefined && connection.state !== 'paused');
    const isNews = isRescoped || (paused === false && connection.state === 'paused');
    if (isOn && isNews) {
      const trigger = isRescoped ? 'scope' : 'resume';
      await queueFirst(core, tx, { workspaceId, connectionId: id, trigger });
    }
  });
}

/** Looks again at what Calendly allows a connection, and keeps it. Throws `CalendlyError`. */
export async function lookAgain(
  core: Core,
  connection: Connection,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const client = core.clients.clientFor(connection, signal);
  try {
    const { calendly, budget } = client;
    const { scope } = connection;
    const seen = await preflight({ calendly, budget, scope, at: await core.db.clock() });
    const row = { workspaceId: connection.workspace_id, id: connection.id };
    await savePreflight(core.tenants.of(connection.workspace_id), row, seen.preflight);
    return seen;
  } finally {
    await client.close();
  }
}

async function queueFirst(
  core: Core,
  tx: Tx,
  run: { workspaceId: string; connectionId: string; trigger: string },
): Promise<void> {
  await queueRun(tx, { ...run, id: core.newId(), full: false, at: await tx.clock() });
}

async function lookAhead(
  core: Core,
  { scope, field }: { scope: 'user' | 'organization'; field: 'token' | 'scope' },
  open: (signal: AbortSignal) => ConnectionClient,
): Promise<PreflightResult> {
  const late = new AbortController();
  const cancel = core.clock.after(PATIENCE_MS, () =>
    late.abort(new CalendlyError('calendly.timeout')),
  );
  const client = open(AbortSignal.any([late.signal, core.signal]));
  try {
    const { calendly, budget } = client;
    const seen = await preflight({ calendly, budget, scope, at: await core.db.clock() });
    if (seen.refusal !== null) throw seen.refusal;
    return seen;
  } catch (error) {
    throw error instanceof CalendlyError && isRefusal(error) ? refused(error, field, scope) : error;
  } finally {
    cancel();
    await client.close();
  }
}

function isRefusal(error: CalendlyError): boolean {
  return ['auth', 'scope', 'role', 'plan'].includes(error.class);
}

function refused(
  error: CalendlyError,
  field: 'token' | 'scope',
  scope: 'user' | 'organization',
): AppError {
  const needsAdmin = error.class === 'role' && scope === 'organization';
  const details = [{ field, message: `was refused (${error.class}): ${error.message}` }];
  if (needsAdmin && field === 'token') {
    details.push({ field: 'scope', message: 'organization needs an owner or admin at Calendly' });
  }
  return new AppError({
    kind: 'invalid',
    code: `connection.${field}_refused`,
    message: `Calendly refused it (${error.class}): ${error.message}.`,
    action: error.action,
    details,
  });
}

function unlinked(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'connection.unlinked',
    message: 'This account was unlinked',
    action: 'Link it again with a token; its rows are still there.',
  });
}
