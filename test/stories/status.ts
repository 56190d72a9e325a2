/** The connection's status in a story, as the API would show it at this moment. */
import type { Id } from '../../src/domain/id.ts';
import {
  type ConnectionView,
  freshnessOf,
  listConnections,
} from '../../src/store/connection-list.ts';
import { MINUTE_MS } from '../harness/virtual-time.ts';
import type { Story } from './story.ts';

export const SLOT_MS = 15 * MINUTE_MS;

/** `last`: the status of a moment since which no row has been touched; it has only become older. */
export async function statusOf(story: Story, last: ConnectionView | null): Promise<ConnectionView> {
  if (last === null) return readStatus(story);
  const row = { ...last, error_code: last.error?.code ?? null };
  return { ...last, freshness: freshnessOf(row, { slotMs: SLOT_MS, nowMs: story.clock.ours() }) };
}

async function readStatus({ world, userId }: Story): Promise<ConnectionView> {
  const [view] = await listConnections(
    world.db,
    { workspaceId: world.workspaceId as Id, userId: userId as Id },
    { slotMs: SLOT_MS, nextRunAt: null },
  );
  if (view === undefined) throw new Error('The connection is gone');
  return view;
}
