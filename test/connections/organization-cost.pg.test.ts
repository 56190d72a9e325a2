/** What twenty-five users under one organisation's token cost: the listing of what is near, once for all of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addUser } from '../../src/accounts/users.ts';
import { listDueConnections } from '../../src/store/connections.ts';
import { PEOPLE } from '../../simulator/stories/organization.ts';
import { userNamed } from '../../simulator/world.ts';
import { rowsOf } from '../harness/mirror-rows.ts';
import { makeId, makeSyncWorld, type SyncWorld } from '../harness/sync-world.ts';
import { createVirtualTime, MINUTE_MS, type VirtualTime } from '../harness/virtual-time.ts';

let world: SyncWorld;
let time: VirtualTime;
beforeAll(async () => {
  time = createVirtualTime();
  // an organisation with 4,000 meetings on pages of 100, both divided by twenty
  const story = 'organization:200';
  world = await makeSyncWorld({ story, time, scope: 'organization', inTiers: true, pageSize: 5 });
  expect(await world.sync()).toMatchObject({ state: 'done', created: 200 });
  for (let number = 2; number <= PEOPLE; number += 1) await linkMember(`member-${number}`);
});
afterAll(() => world.close());

/** A colleague who links his own account too. */
async function linkMember(key: string): Promise<void> {
  const { db, workspaceId, simulator } = world;
  const ids = {
    now: () => time.now(),
    bytes: (length: number) => Buffer.from(makeId()).subarray(0, length),
  };
  const { uri, current_organization, email } = userNamed(simulator.world, key);
  const user = await db.tx((tx) => addUser(tx, { workspaceId, email, role: 'member' }, ids));
  await rowsOf(db, workspaceId, ids).connection(user.id, {
    calendly_user_uri: uri,
    organization_uri: current_organization,
  });
}

it('is three list requests in an idle cycle, whoever of them linked an account', async () => {
  const connections = await listDueConnections(world.db, {});
  expect(connections).toHaveLength(PEOPLE);
  for (let cycle = 0; cycle < 3; cycle += 1) {
    time.pass(15 * MINUTE_MS);
    const due = await listDueConnections(world.db, { uncovered: true });
    expect(due.map(({ id }) => id)).toEqual([world.connectionId]);
    world.simulator.clearRequests();
    expect(await world.sync()).toMatchObject({
      state: 'done',
      created: 0,
      updated: 0,
      requests: 3,
    });
    expect([...world.simulator.counts]).toEqual([['GET /scheduled_events', 3]]);
  }
});
