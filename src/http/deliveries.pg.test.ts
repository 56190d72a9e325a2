/** /api/deliveries: the list of the workspace, newest first, and working one again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  readPages,
  startHttpWorld,
  type HttpWorld,
  type Member,
} from '../../test/harness/http-world.ts';
import { rowsOf } from '../../test/harness/mirror-rows.ts';

const AT = '2026-05-01T10:00:00.000001Z';
let world: HttpWorld;
const replayed: string[] = [];
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await startHttpWorld({
    deps: {
      async replay({ workspaceId, deliveryId }) {
        replayed.push(deliveryId);
        const { count } = await world.db.query(
          `update webhook_deliveries set state = 'received' where workspace_id = $1 and id = $2`,
          [workspaceId, deliveryId],
        );
        return count === 1;
      },
    },
  });
  const states = ['done', 'ignored', 'quarantined', 'dead', 'received', 'done', 'done'];
  const made = await deliver(world.admin, states);
  for (const [index, state] of states.entries()) ids[state] = made[index] ?? '';
  ids['foreign'] = (await deliver(world.foreigner, ['dead']))[0] ?? '';
});
afterAll(() => world.close());

/** Deliveries in these states, in this order, to the member's workspace. */
async function deliver({ user }: Member, states: readonly string[]): Promise<string[]> {
  const rows = rowsOf(world.db, user.workspaceId, world.ids);
  const connection = await rows.connection(user.id);
  const made: string[] = [];
  for (const state of states) {
    const columns = {
      connection_id: connection,
      body: '{}',
      body_sha256: String(made.length),
      headers: {},
      received_at: AT,
      next_try_at: AT,
      event: state === 'ignored' ? 'contact.created' : 'invitee.created',
      state,
      reason: state === 'dead' ? 'reads failed' : null,
    };
    made.push(await rows.row('webhook_deliveries', columns));
  }
  return made;
}

describe('GET /api/deliveries', () => {
  it('shows what became of each, and nothing of its body', async () => {
    const { status, body } = await call(world, '/api/deliveries?state=dead', { as: world.member });
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          id: ids['dead'],
          subscription_id: null,
          connection_id: expect.any(String),
          event: 'invitee.created',
          received_at: AT,
          state: 'dead',
          reason: 'reads failed',
          attempts: 0,
          times: 1,
          flags: [],
          worked_at: null,
        },
      ],
      next_cursor: null,
    });
  });

  it('is in pages, newest first, by state and event, and only of the own workspace', async () => {
    const all = await readPages(world, '/api/deliveries?limit=3');
    expect([all.ids.length, all.pages]).toEqual([7, 3]);
    expect(all.ids).toEqual(all.ids.toSorted().toReversed());
    expect(all.ids).not.toContain(ids['foreign']);
    expect((await readPages(world, '/api/deliveries?state=done&limit=1')).ids).toHaveLength(3);
    const contacts = await readPages(world, '/api/deliveries?event=contact.created&limit=9');
    expect(contacts.ids).toEqual([ids['ignored']]);
  });

  it('refuses other parameters, and cursors of other filters', async () => {
    const first = await call(world, '/api/deliveries?limit=1');
    const { next_cursor: cursor } = first.body as { next_cursor: string };
    for (const query of [
      'state=lost',
      'state=',
      'limit=0',
      'limit=201',
      'x=1',
      `state=done&cursor=${cursor}`,
    ]) {
      expect([query, (await call(world, `/api/deliveries?${query}`)).status]).toEqual([query, 400]);
    }
  });
});

describe('POST /api/deliveries/{id}/replay', () => {
  const replay = (id: string | undefined, as: Member = world.admin) =>
    call(world, `/api/deliveries/${id}/replay`, { method: 'POST', as });

  it.each(['dead', 'quarantined', 'ignored', 'done'])('puts one that is %s back', async (state) => {
    const { status, body } = await replay(ids[state]);
    expect(status).toBe(202);
    expect(body).toMatchObject({ id: ids[state], state: 'received' });
    expect(replayed.at(-1)).toBe(ids[state]);
  });

  it('says of one that waits that it does', async () => {
    const { status, body } = await replay(ids['received']);
    expect([status, (body as { code: string }).code]).toEqual([409, 'delivery.waiting']);
  });

  it('is the one 404 for what is unknown, foreign or malformed, and 403 for members', async () => {
    const before = replayed.length;
    const unknown = '01890000-0000-7000-8000-000000000000';
    const bodies = new Set<string>();
    for (const id of [unknown, ids['foreign'], 'x', `${unknown}x`]) {
      const { status, body } = await replay(id);
      expect([id, status]).toEqual([id, 404]);
      bodies.add(JSON.stringify(body));
    }
    expect(bodies.size).toBe(1);
    expect((await replay(ids['dead'], world.member)).status).toBe(403);
    expect(replayed).toHaveLength(before);
  });
});
