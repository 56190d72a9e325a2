/** A message of the simulated Calendly as a delivery that was just received and not worked yet. */
import { createHash } from 'node:crypto';
import type { Simulator } from '../../simulator/server.ts';
import type { Db } from '../../src/store/db.ts';
import { insertDeliveries } from '../../src/store/deliveries.ts';
import { makeId } from './sync-world.ts';
import { envelope, type Message } from './webhook-messages.ts';

/** Stores it for the connection; with another `copy` the same words come in other bytes. */
export async function storeMessage(
  db: Db,
  receiver: { workspaceId: string; connectionId: string; simulator: Simulator },
  { message, copy }: { message: Message; copy: number },
): Promise<void> {
  const { workspaceId, connectionId, simulator } = receiver;
  const body = Buffer.from(envelope(simulator, message, { created_at: 'then', copy }));
  const at = await db.clock();
  await insertDeliveries(db, [
    {
      workspaceId,
      id: makeId(),
      subscriptionId: null,
      connectionId,
      body,
      sha256: createHash('sha256').update(body).digest(),
      headers: {},
      receivedAt: at,
      signedAt: at,
      flags: [],
    },
  ]);
}
