/** Removing what only one connection has seen: its meetings with their people, then everything of its own. */
import { dropSettledReviews } from './client-reviews.ts';
import type { Tx } from './db.ts';
import { detachDocuments } from './document-edits.ts';
import { removeEmptyClients } from './empty-clients.ts';
import { lockLinks } from './pending-people.ts';

export interface PurgedConnection {
  workspaceId: string;
  connectionId: string;
}

export interface Purged {
  meetings: number;
  invitees: number;
  clients: number;
}

/**
 * Removes at most `limit` meetings (null: all) that no other connection of the workspace has ever seen, with notes and
 * titles that users gave them, their invitees and guests, and clients that are nobody's any more. A client on
 * whom a user wrote something stays. Answers what went; the ids of the meetings are for the feed.
 */
export async function purgeMeetings(
  tx: Tx,
  owner: PurgedConnection,
  limit: number | null,
): Promise<Purged & { meetingIds: string[] }> {
  const { workspaceId } = owner;
  await lockLinks(tx, workspaceId);
  const { rows: meetings } = await tx.query<{ id: string; calendly_uri: string }>(
    `select m.id, m.calendly_uri from meeting_sightings s
     join meetings m on m.workspace_id = $1 and m.id = s.meeting_id
     where s.workspace_id = $1 and s.connection_id = $2 and not exists (
       select 1 from meeting_sightings o
       where o.workspace_id = $1 and o.meeting_id = s.meeting_id and o.connection_id <> $2)
     order by m.id limit $3 for update of m`,
    [workspaceId, owner.connectionId, limit],
  );
  if (meetings.length === 0) return { meetings: 0, invitees: 0, clients: 0, meetingIds: [] };
  const ids = meetings.map(({ id }) => id);
  const uris = meetings.map(({ calendly_uri }) => calendly_uri);
  const { rows: people } = await tx.query<{ client_id: string | null }>(
    `delete from invitees where workspace_id = $1 and meeting_uri = any($2::text[]) returning client_id`,
    [workspaceId, uris],
  );
  const { rows: guests } = await tx.query<{ client_id: string | null }>(
    `delete from meeting_guests where workspace_id = $1 and meeting_id = any($2::uuid[])
     returning client_id`,
    [workspaceId, ids],
  );
  await tx.query(
    `delete from meeting_sightings where workspace_id = $1 and meeting_id = any($2::uuid[])`,
    [workspaceId, ids],
  );
  // papers that people brought stay, in the tray where they are of no client
  await detachDocuments(tx, workspaceId, ids);
  await tx.query(`delete from meetings where workspace_id = $1 and id = any($2::uuid[])`, [
    workspaceId,
    ids,
  ]);
  const clients = await removeEmptyClients(
    tx,
    workspaceId,
    [...people, ...guests].flatMap(({ client_id: id }) => id ?? []),
  );
  await dropSettledReviews(tx, workspaceId, []);
  return {
    meetings: ids.length,
    invitees: people.length,
    clients: clients.length,
    meetingIds: ids,
  };
}

/** Held to the end of the transaction: nothing that names the connection can be written meanwhile. */
export async function lockForPurge(tx: Tx, owner: PurgedConnection): Promise<boolean> {
  const { count } = await tx.query(
    `select 1 from calendly_connections
     where workspace_id = $1 and id = $2 and state = 'disconnected' for update`,
    [owner.workspaceId, owner.connectionId],
  );
  return count === 1;
}

const OF_CONNECTION = [
  'meeting_sightings',
  'queued_reads',
  'listings',
  'listing_tiers',
  'set_aside',
  'webhook_deliveries',
  'webhook_refusals',
  'webhook_subscriptions',
  'drift_checks',
  'sync_runs',
];

/** Removes everything else of the connection, itself included. No other has what is removed here. */
export async function purgeConnection(tx: Tx, owner: PurgedConnection): Promise<void> {
  const key = [owner.workspaceId, owner.connectionId];
  for (const table of OF_CONNECTION) {
    await tx.query(`delete from ${table} where workspace_id = $1 and connection_id = $2`, key);
  }
  const { rows } = await tx.query<{ user: string | null; organization: string | null }>(
    `delete from calendly_connections where workspace_id = $1 and id = $2
     returning calendly_user_uri as user, organization_uri as organization`,
    key,
  );
  const { user = null, organization = null } = rows[0] ?? {};
  await tx.query(
    `delete from organization_members where workspace_id = $1 and organization_uri = $2
       and not exists (select 1 from calendly_connections c
                       where c.workspace_id = $1 and c.organization_uri = $2)`,
    [owner.workspaceId, organization],
  );
  await tx.query(
    `delete from event_types e where e.workspace_id = $1
       and not exists (select 1 from meetings m
                       where m.workspace_id = $1 and m.event_type_uri = e.calendly_uri)
       and (e.owner_uri = $2 or not exists (select 1 from calendly_connections c where c.workspace_id = $1))
       and not exists (select 1 from calendly_connections c
                       where c.workspace_id = $1 and (c.calendly_user_uri = $2 or c.organization_uri = $3))`,
    [owner.workspaceId, user, organization],
  );
  await tx.query(
    `delete from routing_form_submissions r where r.workspace_id = $1
       and not exists (select 1 from invitees i
                       where i.workspace_id = $1 and i.calendly_uri = r.submitter_uri)
       and not exists (select 1 from calendly_connections c where c.workspace_id = $1)`,
    [owner.workspaceId],
  );
  await tx.query(
    `delete from host_addresses where workspace_id = $1
       and not exists (select 1 from calendly_connections c where c.workspace_id = $1)`,
    [owner.workspaceId],
  );
}
