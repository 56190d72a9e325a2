/** Proofs as they are remembered: the newest of each connection, the history, what is still open. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { makeId, seedConnection } from '../../test/harness/sync-world.ts';
import {
  type DriftCheck,
  forgetDriftChecks,
  insertDriftCheck,
  latestDriftChecks,
  listDriftChecks,
  listOpenDrift,
} from './drift-checks.ts';

const MEETING = 'https://api.calendly.com/scheduled_events/M';
const [ada, bo, cy] = ['A', 'B', 'C'].map((id) => `${MEETING}/invitees/${id}`) as [
  string,
  string,
  string,
];

/** A clean, complete proof at noon of the `day`th of March. */
function check(
  owner: { workspaceId: string; connectionId: string },
  day: number,
  found: Partial<DriftCheck> = {},
): DriftCheck {
  return {
    workspace_id: owner.workspaceId,
    id: makeId(),
    connection_id: owner.connectionId,
    trigger: 'daily',
    checked_at: `2026-03-${String(day).padStart(2, '0')}T12:00:00.000001Z`,
    complete: true,
    meetings_checked: 10,
    invitees_checked: 3,
    missing: [],
    extra: [],
    different: [],
    requests: 4,
    repaired: false,
    error_code: null,
    error_message: null,
    error_action: null,
    ...found,
  };
}

describe.each(engines)('on %s', (engine) => {
  let fresh: FreshDatabase;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(() => fresh.drop());

  it('the newest proof of a connection is read back whole, whatever order they were written in', async () => {
    const { db } = fresh;
    const owner = await seedConnection(db, 'user');
    expect(await latestDriftChecks(db, owner.workspaceId)).toEqual([null]);
    const newest = check(owner, 3, {
      complete: false,
      missing: [ada],
      extra: [MEETING],
      different: [{ uri: bo, fields: ['email', 'name'] }],
      error_code: 'calendly.timeout',
      error_message: 'Calendly did not answer in time',
      error_action: 'Nothing to do',
    });
    for (const one of [check(owner, 2), newest, check(owner, 1)]) await insertDriftCheck(db, one);
    expect(await latestDriftChecks(db, owner.workspaceId)).toEqual([newest]);
    await db.query(`update calendly_connections set state = 'disconnected' where id = $1`, [
      owner.connectionId,
    ]);
    expect(await latestDriftChecks(db, owner.workspaceId)).toEqual([]);
  });

  it('the history is newest first, limited, in counts, and of one workspace', async () => {
    const { db } = fresh;
    const [owner, other] = [await seedConnection(db, 'user'), await seedConnection(db, 'user')];
    await insertDriftCheck(db, check(other, 9));
    const checks = [1, 2, 3].map((day) => check(owner, day, { missing: [ada, bo].slice(0, day) }));
    for (const one of checks) await insertDriftCheck(db, one);
    const history = await listDriftChecks(db, owner.workspaceId, 2);
    expect(history.map(({ id }) => id)).toEqual([checks[2]?.id, checks[1]?.id]);
    expect(history[1]).toMatchObject({ missing: 2, extra: 0, different: 0, requests: 4 });
  });

  it('drift of invitees is open until a complete proof no longer finds it', async () => {
    const { db } = fresh;
    const owner = await seedConnection(db, 'user');
    const open = (limit = 10): Promise<string[]> => listOpenDrift(db, owner, limit);
    expect(await open()).toEqual([]);
    await insertDriftCheck(db, check(owner, 1, { missing: [MEETING, ada], extra: [bo] }));
    expect(await open()).toEqual([ada, bo]);
    const broken = { complete: false, different: [{ uri: cy, fields: ['email'] }] };
    await insertDriftCheck(db, check(owner, 2, broken));
    expect(await open()).toEqual([ada, bo, cy]);
    expect(await open(2)).toEqual([ada, bo]);
    await insertDriftCheck(db, check(owner, 3));
    expect(await open()).toEqual([]);
  });

  it('what began before a day is forgotten', async () => {
    const { db } = fresh;
    const owner = await seedConnection(db, 'user');
    for (const day of [1, 2, 3]) await insertDriftCheck(db, check(owner, day));
    await forgetDriftChecks(db, '2026-03-02T12:00:00.000001Z');
    const left = await listDriftChecks(db, owner.workspaceId, 10);
    expect(left.map(({ checked_at: at }) => at.slice(8, 10))).toEqual(['03', '02']);
  });
});
