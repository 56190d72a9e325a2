/** Whose deliveries come through which path, with the keys that count. */
import type { Clock } from '../base/time.ts';
import { keyPlace } from '../domain/sealed-places.ts';
import { listEnvironmentConnections } from '../store/environment.ts';
import { findSubscription } from '../store/subscriptions.ts';
import type { Receiver } from '../sync/receive.ts';
import type { Core } from './core.ts';

/** How long a look-up is believed: a delivery must not cost a query each. */
const BELIEVED_MS = 5000;
/** Strangers' paths are forgotten before they fill the memory. */
const MOST_ENTRIES = 1000;

/** Answers the receiver of a path; nobody's is `undefined`. */
export function createReceivers(
  core: Core,
): (subscriptionId: string | null) => Promise<Receiver | undefined> {
  const known = new Map<string, { receiver: Promise<Receiver | undefined>; until: number }>();
  const clock: Clock = core.clock;

  return (subscriptionId) => {
    const name = subscriptionId ?? '';
    const now = clock.now();
    const entry = known.get(name);
    if (entry !== undefined && now < entry.until) return entry.receiver;
    if (known.size >= MOST_ENTRIES) known.clear();
    const receiver =
      subscriptionId === null ? findManual(core) : findSubscribed(core, subscriptionId);
    // what could not be looked up is asked again at the next delivery
    receiver.catch(() => known.delete(name));
    known.set(name, { receiver, until: now + BELIEVED_MS });
    return receiver;
  };
}

async function findSubscribed(core: Core, id: string): Promise<Receiver | undefined> {
  const row = await findSubscription(core.db, id);
  if (row === undefined) return undefined;
  return {
    workspaceId: row.workspace_id,
    connectionId: row.connection_id,
    subscriptionId: row.id,
    keys: [core.secrets.keyring.open(row.key_sealed, keyPlace(row.id))],
  };
}

/** The path without an id: the environment token's connection, with the key from the settings. */
async function findManual(core: Core): Promise<Receiver | undefined> {
  const key = core.config.calendly.webhookSigningKey?.reveal();
  if (key === undefined) return undefined;
  const connections = await listEnvironmentConnections(core.db);
  const connection = connections.find(({ state }) => state !== 'paused') ?? connections[0];
  if (connection === undefined) return undefined;
  return {
    workspaceId: connection.workspace_id,
    connectionId: connection.id,
    subscriptionId: null,
    keys: [key],
  };
}
