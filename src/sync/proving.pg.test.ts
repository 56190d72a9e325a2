/** Proofs that are recorded: what each found, what was mended, what kept one from beginning, whose turn it is. */
import { tenantsOf } from '../store/tenants.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { makeId, makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { type DriftCheck, latestDriftChecks, listDriftChecks } from '../store/drift-checks.ts';
import { openProofDesk } from './proof-desk.ts';
import { proveConnection, type ProvingDeps, rehearse } from './proving.ts';
import { isOfDay, ROUND_DAYS } from './share.ts';

const MEETINGS = 60;
const INVITEES = /\/scheduled_events\/([^/]+)\/invitees$/;
/** 2026-03-04 */
const TODAY = 20_516;
const { signal } = new AbortController();

let world: SyncWorld;
/** Ids of the meetings whose invitees were asked for. */
let asked: string[];
let recorded: DriftCheck[];
afterEach(() => world.close());

async function synced(): Promise<void> {
  asked = [];
  recorded = [];
  world = await makeSyncWorld({
    story: `thousand:${MEETINGS}`,
    onRequest({ path }) {
      const id = INVITEES.exec(path)?.[1];
      if (id !== undefined) asked.push(id);
    },
  });
  await world.sync();
  asked = [];
}

function deps(): ProvingDeps {
  return {
    tenants: tenantsOf(world.db),
    newId: makeId,
    range: { pastDays: 730, futureDays: 365 },
    clientFor: (_connection, aborted) => world.clientFor(aborted),
    recorded: (check) => recorded.push(check),
  };
}

const order = { trigger: 'api', signal } as const;

async function prove(more: { repair?: boolean; day?: number } = {}): Promise<DriftCheck[]> {
  recorded = [];
  await proveConnection(deps(), await world.connection(), { ...order, ...more });
  return recorded;
}

async function oneUri(sql: string): Promise<string> {
  const { rows } = await world.db.query<{ uri: string }>(sql);
  return rows[0]?.uri ?? '';
}

/** Spoils one row; answers the URI of its invitee. */
async function spoilInvitee(): Promise<string> {
  return oneUri(
    `update invitees set email = 'wrong@example.org' where id = (select min(id::text)::uuid from invitees)
     returning calendly_uri as uri`,
  );
}

describe('a proof', () => {
  it('is recorded as it is answered', async () => {
    await synced();
    const uri = await spoilInvitee();
    const proof = await proveConnection(deps(), await world.connection(), order);
    const [latest] = await latestDriftChecks(world.db, world.workspaceId);
    expect(latest).toEqual(recorded[0]);
    expect(latest).toMatchObject({
      connection_id: world.connectionId,
      trigger: 'api',
      complete: true,
      meetings_checked: MEETINGS,
      invitees_checked: MEETINGS,
      missing: [],
      extra: [],
      different: [{ uri, fields: ['email'] }],
      requests: proof.requests,
      repaired: false,
      error_code: null,
    });
    expect(proof.requests).toBeGreaterThan(MEETINGS);
  });

  it('that mends is recorded twice: what it found, and that nothing is left', async () => {
    await synced();
    const uri = await spoilInvitee();
    const [found, left] = await prove({ repair: true });
    expect(found).toMatchObject({ different: [{ uri, fields: ['email'] }], repaired: true });
    expect(left).toMatchObject({ complete: true, different: [], repaired: false });
    expect(await latestDriftChecks(world.db, world.workspaceId)).toEqual([left]);
    expect((await prove({ repair: true })).map(({ repaired }) => repaired)).toEqual([false]);
  });

  it('that cannot be made is recorded with the reason', async () => {
    await synced();
    world.pointAt('http://127.0.0.1:9');
    expect(await prove()).toMatchObject([
      { complete: false, meetings_checked: 0, error_code: 'calendly.unreachable' },
    ]);
    // of a connection that no run has read, Calendly is asked whose it is before anything else
    await world.db.query('update calendly_connections set calendly_user_uri = null');
    await expect(prove()).rejects.toMatchObject({ code: 'calendly.unreachable' });
    expect(recorded).toMatchObject([
      { complete: false, error_code: 'calendly.unreachable', error_action: expect.any(String) },
    ]);
    expect(await listDriftChecks(world.db, world.workspaceId, 10)).toHaveLength(2);
  });

  it('is not recorded when it is a rehearsal, or when the process stops', async () => {
    await synced();
    const proof = await rehearse(deps(), await world.connection(), signal);
    expect(proof).toMatchObject({ complete: true, checked: { meetings: MEETINGS, invitees: 0 } });
    const stopped = AbortSignal.abort(new Error('The process is stopping'));
    const late = proveConnection(deps(), await world.connection(), { ...order, signal: stopped });
    await expect(late).rejects.toThrow('The process is stopping');
    expect(await listDriftChecks(world.db, world.workspaceId, 10)).toEqual([]);
  });
});

describe('the proof of a day', () => {
  it('reads the invitees whose turn it is, and each of them once in thirty days', async () => {
    await synced();
    const perDay: number[] = [];
    for (let day = TODAY; day < TODAY + ROUND_DAYS; day += 1) {
      const before = asked.length;
      const [check] = await prove({ day });
      const read = asked.length - before;
      expect(check).toMatchObject({
        complete: true,
        meetings_checked: MEETINGS,
        invitees_checked: read,
        requests: read + 1,
      });
      perDay.push(read);
    }
    expect(asked).toHaveLength(MEETINGS);
    expect(new Set(asked).size).toBe(MEETINGS);
    expect(Math.max(...perDay)).toBeLessThan(10);
  });

  it('finds drift of an invitee on its day, and proves it anew on every day until it is gone', async () => {
    await synced();
    const uri = await spoilInvitee();
    const meeting = uri.slice(0, uri.indexOf('/invitees/'));
    const days = Array.from({ length: ROUND_DAYS }, (_, number) => TODAY + number);
    const turn = days.find((day) => isOfDay(meeting, day)) ?? 0;
    const found = async (day: number): Promise<number> =>
      (await prove({ day })).flatMap(({ different }) => different).length;
    expect(await found(turn - 1)).toBe(0);
    expect(await found(turn)).toBe(1);
    expect(await found(turn + 1)).toBe(1);
    world.pointAt('http://127.0.0.1:9');
    await prove({ day: turn + 2 });
    world.pointAt(null);
    expect(await found(turn + 3)).toBe(1);
    await prove({ repair: true });
    asked = [];
    expect(await found(turn + 4)).toBe(0);
    expect(asked).not.toContain(meeting.split('/').at(-1));
  });
});

describe('the desk', () => {
  it('makes one proof for all who ask for the same, and another for who wants more', async () => {
    await synced();
    await spoilInvitee();
    const desk = openProofDesk(deps());
    const connection = await world.connection();
    const day = desk.prove(connection, { trigger: 'daily', day: TODAY });
    const all = desk.prove(connection, { trigger: 'api' });
    const alike = [
      desk.prove(connection, { trigger: 'api' }),
      desk.prove(connection, { trigger: 'daily', day: TODAY }),
    ];
    const mending = desk.prove(connection, { trigger: 'api', repair: true });
    const late = desk.prove(connection, { trigger: 'api', repair: true });
    expect(new Set([day, all, ...alike, mending, late])).toEqual(new Set([day, all, mending]));
    expect(await late).toMatchObject({ complete: true, different: [] });
    expect(recorded.map(({ trigger, repaired }) => [trigger, repaired])).toEqual([
      ['daily', false],
      ['api', false],
      ['api', true],
      ['api', false],
    ]);
    // what is over is joined no more
    await desk.prove(connection, { trigger: 'api' });
    expect(recorded).toHaveLength(5);
    await desk.stop();
  });

  it('records nothing of what a stop ends', async () => {
    await synced();
    const desk = openProofDesk(deps());
    const connection = await world.connection();
    const ends = Promise.allSettled([
      desk.prove(connection, { trigger: 'daily', day: TODAY }),
      desk.prove(connection, { trigger: 'api' }),
    ]);
    await desk.stop();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await listDriftChecks(world.db, world.workspaceId, 10)).toEqual([]);
  });
});
