/** What routes do with clients beyond reading: only with those that the caller sees, but with all that hangs on them. */
import type { FastifyRequest } from 'fastify';
import { isId, newId, type Id } from '../domain/id.ts';
import { appendAudit, type AuditEntry } from '../store/audit.ts';
import { type ClientDetail, findClient, findClientDetail } from '../store/client-list.ts';
import type { Tx } from '../store/db.ts';
import { appendFeed, type FeedEntry } from '../store/feed.ts';
import { callerOf, doerOf, rowsOf } from './auth.ts';
import type { HttpDeps } from './deps.ts';
import { idsOf } from './ids.ts';
import { NOT_FOUND } from './problem.ts';

export type ClientDeps = Pick<HttpDeps, 'tenants' | 'clock' | 'random'>;

export interface ClientChange {
  tx: Tx;
  workspaceId: Id;
  newId: () => Id;
}

/**
 * Runs `work` in one transaction over the whole workspace: a client's meetings are moved with it, whoever sees them.
 * The trail and the feed are written at its end. 404 where the caller does not see one of `clients`.
 */
export async function changeClients<T>(
  deps: ClientDeps,
  request: FastifyRequest,
  change: {
    clients: readonly string[];
    work: (change: ClientChange) => Promise<{
      result: T;
      news: readonly FeedEntry[];
      audit: Pick<AuditEntry, 'action' | 'subject' | 'detail'> | null;
    }>;
  },
): Promise<T> {
  const { workspaceId } = callerOf(request);
  for (const id of change.clients) {
    const seen = isId(id) ? await findClient(rowsOf(deps, request), workspaceId, id) : undefined;
    if (seen === undefined) throw NOT_FOUND;
  }
  const ids = idsOf(deps);
  return deps.tenants.of(workspaceId).tx(async (tx) => {
    const done = await change.work({ tx, workspaceId, newId: () => newId(ids) });
    const { result, news, audit } = done;
    if (audit !== null) await appendAudit(tx, { workspaceId, ...doerOf(request), ...audit }, ids);
    await appendFeed(tx, workspaceId, { at: await tx.clock(), entries: once(news) });
    return result;
  });
}

/** The client as the caller sees it; 404 where there is none such. */
export async function readClient(
  deps: ClientDeps,
  request: FastifyRequest,
  id: string,
): Promise<ClientDetail> {
  const { workspaceId } = callerOf(request);
  const client = isId(id)
    ? await findClientDetail(rowsOf(deps, request), workspaceId, id)
    : undefined;
  if (client === undefined) throw NOT_FOUND;
  return client;
}

/** The last word on each subject. */
function once(news: readonly FeedEntry[]): FeedEntry[] {
  const bySubject = new Map<string, FeedEntry>();
  for (const entry of news) {
    const key = `${entry.event} ${entry.subjectId}`;
    bySubject.set(key, { ...bySubject.get(key), ...entry });
  }
  return [...bySubject.values()];
}
