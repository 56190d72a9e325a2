/** Deliveries of a told history in any order into workspaces of their own, worked as the product works them. */
import { systemClock } from '../../src/base/time.ts';
import { findConnection } from '../../src/store/connections.ts';
import type { Db } from '../../src/store/db.ts';
import { confirmDeliveries } from '../../src/sync/confirm.ts';
import { workNextDelivery } from '../../src/sync/deliveries.ts';
import type { RunContext } from '../../src/sync/lease.ts';
import { workOffReads } from '../../src/sync/reads.ts';
import type { Simulator } from '../../simulator/server.ts';
import { tokenOf, userNamed } from '../../simulator/world.ts';
import { type Engine, freshDatabase } from './database.ts';
import { differences, imageOfRows, imageOfTruth } from './mirror-truth.ts';
import { createSyncClient } from './sync-client.ts';
import { makeId, seedConnection } from './sync-world.ts';
import { storeMessage } from './received-message.ts';
import type { Message } from './webhook-messages.ts';
import { tenantsOf } from '../../src/store/tenants.ts';

export interface DeliveryStage {
  db: Db;
  /** A workspace whose connection belongs to the host of `simulator` and knows its account. */
  enter(simulator: Simulator): Promise<Scene>;
  /** Works everything that is there, so many at once. */
  work(lanes: number): Promise<void>;
  /** Rows that were canceled and became active again, in whatever workspace. */
  revivals(): Promise<number>;
  close(): Promise<void>;
}

export interface Scene {
  workspaceId: string;
  /** Stores a message as a delivery that was just received; another `copy`, other bytes. */
  deliver(message: Message, copy?: number): Promise<void>;
  /** Makes the reads that the deliveries owe. */
  confirm(): Promise<void>;
  /** Makes every read that is owed, as the next run would. */
  readAll(): Promise<void>;
  /** What differs from Calendly in the meetings of these messages. */
  drift(messages: readonly Message[]): Promise<string[]>;
  statusOf(uri: string): Promise<string | undefined>;
}

const WATCH = `
  create table revivals (uri text not null);
  create function watch_revivals() returns trigger language plpgsql as $$ begin
    if old.status = 'canceled' and new.status = 'active' then
      insert into revivals values (new.calendly_uri);
    end if;
    return new;
  end $$;
  create trigger watch_meetings before update on meetings for each row execute function watch_revivals();
  create trigger watch_invitees before update on invitees for each row execute function watch_revivals();`;

export async function openDeliveryStage(engine: Engine = 'postgres'): Promise<DeliveryStage> {
  const { db, drop } = await freshDatabase(engine);
  await db.script(WATCH);
  const tenants = tenantsOf(db);
  const clients = new Set<ReturnType<typeof createSyncClient>>();
  const busy = new Set<Promise<void>>();
  const { signal } = new AbortController();

  async function lane(): Promise<void> {
    while ((await workNextDelivery({ tenants, newId: makeId })) !== null) continue;
  }

  return {
    db,
    async enter(simulator) {
      const { world } = simulator;
      const ids = await seedConnection(db, 'user');
      const host = userNamed(world, 'host');
      await db.query(
        `update calendly_connections set calendly_user_uri = $2, organization_uri = $3, account_read_at = $4,
           read_mode = 'organization+user' where id = $1`,
        [ids.connectionId, host.uri, host.current_organization, await db.clock()],
      );
      const client = createSyncClient({
        baseUrl: simulator.url,
        token: tokenOf(world, 'host'),
        signal,
      });
      clients.add(client);
      const context = async (): Promise<RunContext> => {
        const connection = await findConnection(db, ids.connectionId);
        if (connection === undefined) throw new Error('The connection is gone');
        return {
          db,
          calendly: client.calendly,
          connection,
          range: { pastDays: 730, futureDays: 365 },
          newId: makeId,
          run: null,
          signal,
          counted: { requests: 0 },
        };
      };
      return {
        workspaceId: ids.workspaceId,
        deliver: (message, copy = 0) => storeMessage(db, { ...ids, simulator }, { message, copy }),
        async confirm() {
          const reading = await context();
          for (;;) {
            await db.query(
              `update queued_reads set next_try_at = queued_at where workspace_id = $1 and reason = 'delivered'`,
              [ids.workspaceId],
            );
            if ((await confirmDeliveries(reading)) === 0) return;
          }
        },
        async readAll() {
          await workOffReads(await context());
        },
        async drift(messages) {
          const meetings = new Set(messages.map(({ payload }) => String(payload['event'])));
          const truth = simulator.truth().filter(({ event }) => meetings.has(event.uri));
          return differences(
            await imageOfRows(db, ids.workspaceId),
            imageOfTruth(truth, systemClock.now()),
          );
        },
        async statusOf(uri) {
          const { rows } = await db.query<{ status: string }>(
            `select status from meetings where workspace_id = $1 and calendly_uri = $2
             union all select status from invitees where workspace_id = $1 and calendly_uri = $2`,
            [ids.workspaceId, uri],
          );
          return rows[0]?.status;
        },
      };
    },
    async work(lanes) {
      const mine = Array.from({ length: lanes }, lane);
      for (const one of mine) busy.add(one);
      await Promise.all(mine);
      for (const one of mine) busy.delete(one);
      // others may have taken what is ours, and have it still
      await Promise.all([...busy]);
    },
    async revivals() {
      const { rows } = await db.query<{ n: number }>('select count(*) as n from revivals');
      return rows[0]?.n ?? -1;
    },
    async close() {
      await Promise.all([...clients].map((client) => client.close()));
      await drop();
    },
  };
}
