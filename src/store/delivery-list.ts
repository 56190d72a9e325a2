/** Deliveries as they are read: one, or a page of the list, newest first. Bodies and headers stay inside. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';
import { pageOf, type Page } from './page.ts';

export interface DeliveryView {
  id: Id;
  subscription_id: Id | null;
  connection_id: Id;
  event: string | null;
  received_at: Timestamp;
  state: 'received' | 'done' | 'ignored' | 'quarantined' | 'dead';
  reason: string | null;
  attempts: number;
  /** How often the same bytes came. */
  times: number;
  flags: string[];
  worked_at: Timestamp | null;
}

export interface DeliveryFilter {
  state?: string | undefined;
  event?: string | undefined;
}

const COLUMNS = `id, subscription_id, connection_id, event, received_at, state, reason, attempts, times, flags,
  worked_at`;

/** The page after the delivery `after`, the one received last first. */
export async function listDeliveries(
  sql: Sql,
  workspaceId: Id,
  request: { filter: DeliveryFilter; after?: Id | undefined; limit: number },
): Promise<Page<DeliveryView>> {
  const params: unknown[] = [workspaceId];
  const { filter, after } = request;
  const wanted = [
    filter.state !== undefined && `and state = $${params.push(filter.state)}`,
    filter.event !== undefined && `and event = $${params.push(filter.event)}`,
    after !== undefined && `and id < $${params.push(after)}::uuid`,
  ].filter((part) => part !== false);
  const { rows } = await sql.query<DeliveryView>(
    `select ${COLUMNS} from webhook_deliveries where workspace_id = $1 ${wanted.join(' ')}
     order by id desc limit $${params.push(request.limit + 1)}`,
    params,
  );
  return pageOf(rows, request.limit);
}

/** One delivery; `undefined` where this workspace has none with this id. */
export async function findDelivery(
  sql: Sql,
  workspaceId: Id,
  id: Id,
): Promise<DeliveryView | undefined> {
  const { rows } = await sql.query<DeliveryView>(
    `select ${COLUMNS} from webhook_deliveries where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  );
  return rows[0];
}
