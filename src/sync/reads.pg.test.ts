/** Working off what is owed: where every further read would fail too, none is made. */
import { afterEach, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { json } from '../../test/hostile/replies.ts';
import { INVITEES } from '../../test/hostile/run-stage.ts';

const MEETINGS = 120;
/** Reads that are under way at most when the first is refused: two lanes of sixteen. */
const UNDER_WAY = 32;

let world: SyncWorld;
afterEach(() => world.close());

it('a token that dies in the middle of the reads is not used for another one; a new one goes on', async () => {
  world = await makeSyncWorld({ story: `thousand:${MEETINGS}`, spoiling: true });
  let refused = 0;
  world.spoil({
    path: INVITEES,
    after: 10,
    with: () => {
      refused += 1;
      return json(401, { title: 'Unauthenticated', message: 'The access token is invalid' });
    },
  });
  expect(await world.sync()).toMatchObject({ error_code: 'calendly.unauthenticated' });
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(UNDER_WAY);
  expect((await world.connection()).state).toBe('needs_reauth');

  world.spoil();
  await world.db.query(`update calendly_connections set state = 'active'`);
  expect(await world.sync()).toMatchObject({ state: 'done' });
  expect(await world.drift()).toEqual([]);
});
