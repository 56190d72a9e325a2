/** /api/drift: what the newest proofs say together, and a proof that is asked for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { type RowMaker, rowsOf } from '../../test/harness/mirror-rows.ts';
import { AppError } from '../domain/errors.ts';
import type { SyncActions } from './deps.ts';

const EVENTS = 'https://api.calendly.com/scheduled_events';
const NOTHING = {
  complete: false,
  checked: { meetings: 0, invitees: 0 },
  missing: [],
  extra: [],
  different: [],
  requests: 0,
  checked_at: null,
  history: [],
};

let world: HttpWorld;
let rows: RowMaker;
let prove: SyncActions['proveDrift'] = async () => true;
beforeAll(async () => {
  world = await startHttpWorld({
    actions: { proveDrift: (request, wait) => prove(request, wait) },
  });
  rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
});
afterAll(() => world.close());
beforeEach(async () => {
  prove = async () => true;
  await world.db.script('truncate drift_checks; delete from calendly_connections;');
});

const connect = (): Promise<string> => rows.connection(world.admin.user.id);

/** A proof on the `day`th of March. */
function record(
  connection: string,
  day: number,
  found: Record<string, unknown> = {},
): Promise<string> {
  return rows.row('drift_checks', {
    connection_id: connection,
    trigger: 'daily',
    checked_at: `2026-03-0${day}T10:00:00.000001Z`,
    complete: true,
    meetings_checked: 5,
    invitees_checked: 2,
    missing: '[]',
    extra: '[]',
    different: '[]',
    requests: 3,
    ...found,
  });
}

async function drift(query = '', as = world.member): Promise<unknown> {
  const { status, body } = await call(world, `/api/drift${query}`, { as });
  expect(status).toBe(200);
  return body;
}

describe('GET /api/drift', () => {
  it('claims nothing before anything was proven', async () => {
    expect(await drift()).toEqual(NOTHING);
    await connect();
    expect(await drift()).toEqual(NOTHING);
  });

  it('adds up the newest proof of each connection, as old as the oldest of them', async () => {
    const [first, second] = [await connect(), await connect()];
    const old = await record(first, 1, { extra: `["${EVENTS}/OLD"]` });
    const one = await record(first, 3, {
      missing: `["${EVENTS}/A"]`,
      different: `[{"uri":"${EVENTS}/B","fields":["title"]}]`,
    });
    const two = await record(second, 2, {
      trigger: 'command',
      different: `[{"uri":"${EVENTS}/B","fields":["title"]}]`,
      repaired: true,
    });
    expect(await drift()).toEqual({
      complete: true,
      checked: { meetings: 10, invitees: 4 },
      missing: [`${EVENTS}/A`],
      extra: [],
      different: [{ uri: `${EVENTS}/B`, fields: ['title'] }],
      requests: 6,
      checked_at: '2026-03-02T10:00:00.000001Z',
      history: [
        {
          id: one,
          connection_id: first,
          trigger: 'daily',
          checked_at: '2026-03-03T10:00:00.000001Z',
          complete: true,
          checked: { meetings: 5, invitees: 2 },
          missing: 1,
          extra: 0,
          different: 1,
          requests: 3,
          repaired: false,
          error: null,
        },
        expect.objectContaining({ id: two, trigger: 'command', different: 1, repaired: true }),
        expect.objectContaining({ id: old, extra: 1 }),
      ],
    });
    expect(await drift('?limit=1')).toMatchObject({
      missing: [`${EVENTS}/A`],
      history: [{ id: one }],
    });
  });

  it('is not complete while a connection was never proven, or its newest proof broke off', async () => {
    const first = await connect();
    await record(first, 1);
    expect(await drift()).toMatchObject({ complete: true });
    const second = await connect();
    expect(await drift()).toMatchObject({ complete: false, checked_at: expect.any(String) });
    await record(second, 2, {
      complete: false,
      error_code: 'calendly.unauthenticated',
      error_message: 'Calendly does not accept the token',
      error_action: 'Connect again',
    });
    expect(await drift()).toMatchObject({
      complete: false,
      history: [
        {
          error: {
            code: 'calendly.unauthenticated',
            message: 'Calendly does not accept the token',
            action: 'Connect again',
          },
        },
        { error: null },
      ],
    });
    await world.db.query(`update calendly_connections set state = 'disconnected' where id = $1`, [
      second,
    ]);
    expect(await drift()).toMatchObject({ complete: true, checked: { meetings: 5 } });
  });

  it('shows nothing of another workspace, and refuses other parameters', async () => {
    await record(await connect(), 1, { missing: `["${EVENTS}/A"]` });
    expect(await drift('', world.foreigner)).toEqual(NOTHING);
    for (const query of ['limit=0', 'limit=201', 'limit=', 'cursor=x', 'connection_id=1']) {
      expect([query, (await call(world, `/api/drift?${query}`)).status]).toEqual([query, 400]);
    }
  });
});

describe('POST /api/drift/verify', () => {
  const verify = (query = '', as = world.admin): ReturnType<typeof call> =>
    call(world, `/api/drift/verify${query}`, { method: 'POST', as });

  it('proves all connections for an admin, their own for members, and answers like GET', async () => {
    const asked: unknown[] = [];
    const connection = await connect();
    prove = async (request, wait) => {
      asked.push({ ...request, ms: wait.ms });
      await record(connection, 1, { missing: `["${EVENTS}/A"]` });
      return true;
    };
    const { workspaceId, id: adminId } = world.admin.user;
    expect(adminId).not.toBe(world.member.user.id);
    const answers = [await verify(), await verify('', world.member), await verify('?repair=true')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[2]?.body).toEqual(await drift());
    const ms = 25_000;
    expect(asked).toEqual([
      { workspaceId, userId: null, repair: false, ms },
      { workspaceId, userId: world.member.user.id, repair: false, ms },
      { workspaceId, userId: null, repair: true, ms },
    ]);
  });

  it('answers 202 while the proof goes on', async () => {
    prove = async () => false;
    expect(await verify()).toMatchObject({
      status: 202,
      body: { message: 'The proof goes on in the background.' },
    });
  });

  it('lets only admins mend, and refuses other words', async () => {
    let asked = 0;
    prove = async () => (asked += 1) > 0;
    expect(await verify('?repair=true', world.member)).toMatchObject({
      status: 403,
      body: { code: 'request.admins_only' },
    });
    for (const query of ['?repair=', '?repair=1', '?x=1', '?repair=true&repair=true']) {
      expect([query, (await verify(query)).status]).toEqual([query, 400]);
    }
    expect(asked).toBe(0);
    expect((await verify('?repair=false', world.member)).status).toBe(200);
  });

  it('is a problem where there is no connection to prove', async () => {
    prove = async () => {
      throw new AppError({ kind: 'conflict', code: 'test.none', message: 'None', action: 'Link' });
    };
    const { status, body, headers } = await verify();
    expect({ status, body }).toMatchObject({
      status: 409,
      body: { code: 'test.none', action: 'Link' },
    });
    expect(headers.get('content-type')).toContain('application/problem+json');
  });
});
