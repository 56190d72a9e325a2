/** Webhooks of a story: what Calendly says is lost, doubled, late or out of order on its way to us. */
import type { Dice } from '../../simulator/dice.ts';
import { userNamed } from '../../simulator/world.ts';
import { confirmDeliveries } from '../../src/sync/confirm.ts';
import { workNextDelivery } from '../../src/sync/deliveries.ts';
import type { Db } from '../../src/store/db.ts';
import { makeId, type SyncWorld } from '../harness/sync-world.ts';
import { mortalDb } from '../harness/mortal-db.ts';
import { storeMessage } from '../harness/received-message.ts';
import type { Message } from '../harness/webhook-messages.ts';
import { tenantsOf } from '../../src/store/tenants.ts';

const LOST_SHARE = 0.2;
const DOUBLED_SHARE = 0.15;
/** Messages that come at once. */
const BURST = 6;

export interface PostOffice {
  /** Brings some of what is on its way, whatever came first. */
  bring(): Promise<string>;
  /** Works what was brought; `crash`: in a process that dies on the way, and then in another one. */
  work(crash: boolean): Promise<void>;
  /** Makes the reads that deliveries owe, as far as they are due. */
  confirm(): Promise<void>;
}

/** Hears everything that the world of `world` tells from now on. */
export function openPostOffice(
  world: SyncWorld,
  dice: Dice,
  scope: 'user' | 'organization',
): PostOffice {
  const { simulator, db } = world;
  const host = userNamed(simulator.world, 'host').uri;
  let waiting: { message: Message; copy: number }[] = [];
  let copies = 0;
  simulator.world.onHappening(({ event, payload }) => {
    if (scope === 'user' && !isAbout(payload, host)) return;
    if (dice.chance(LOST_SHARE)) return;
    const message = { event, payload: structuredClone(payload) };
    waiting.push({ message, copy: 0 });
    if (!dice.chance(DOUBLED_SHARE)) return;
    // the same bytes again, or the same words in other bytes
    waiting.push({ message, copy: dice.chance(0.5) ? 0 : (copies += 1) });
  });

  return {
    async bring() {
      const coming = Array.from({ length: Math.min(waiting.length, dice.whole(1, BURST)) }, () => {
        const one = dice.pick(waiting);
        waiting = waiting.filter((other) => other !== one);
        return one;
      });
      for (const one of coming) await storeMessage(db, world, one);
      return coming.map(({ message }) => message.event).join(', ');
    },
    async work(crash) {
      if (crash) {
        const dying = mortalDb(db, dice.whole(1, 3), dice.pick(['before', 'after']));
        await workAll(dying).catch((error: unknown) => {
          if (!dying.isDead) throw error;
        });
      }
      await workAll(db);
    },
    async confirm() {
      const connection = await world.connection();
      // refused connections are left to the runs, as `listConfirmationsDue` has it
      if (connection.state !== 'active' || connection.calendly_user_uri === null) return;
      const { signal } = new AbortController();
      const client = world.clientFor(signal);
      try {
        const context = {
          db,
          calendly: client.calendly,
          connection,
          range: { pastDays: 730, futureDays: 365 },
          newId: makeId,
          run: null,
          signal,
          counted: { requests: 0 },
        };
        while ((await confirmDeliveries(context)) > 0) continue;
      } finally {
        await client.close();
      }
    },
  };
}

async function workAll(db: Db): Promise<void> {
  const tenants = tenantsOf(db);
  while ((await workNextDelivery({ tenants, newId: makeId })) !== null) continue;
}

/** Whether Calendly would tell this user of it: it is one of his meetings, or no meeting at all. */
function isAbout(payload: Message['payload'], user: string): boolean {
  const scheduled = payload['scheduled_event'];
  if (scheduled === undefined || scheduled === null || typeof scheduled !== 'object') return true;
  const hosts = 'event_memberships' in scheduled ? scheduled['event_memberships'] : [];
  return JSON.stringify(hosts).includes(JSON.stringify(user));
}
