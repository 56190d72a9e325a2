/** MEMBERS_SEE=own: members see the meetings that they host, and their people; admins see all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { openStream } from '../../test/harness/event-stream.ts';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf } from '../../test/harness/mirror-rows.ts';
import { appendFeed } from '../store/feed.ts';

const OWN = 'https://api.calendly.com/users/OWN';
const OTHER = 'https://api.calendly.com/users/OTHER';

interface Row {
  id: string;
}

describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  const meetings: Record<'linked' | 'addressed' | 'foreign', string> = {
    linked: '',
    addressed: '',
    foreign: '',
  };
  const clients = { own: '', foreign: '' };

  beforeAll(async () => {
    world = await startHttpWorld({ engine, settings: { membersSee: 'own' } });
    const rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
    await rows.connection(world.member.user.id, { calendly_user_uri: OWN });
    clients.own = await rows.client('own@example.com', { name: 'Own' });
    clients.foreign = await rows.client('foreign@example.com', { name: 'Foreign' });
    const add = async (host: object, clientId: string): Promise<string> => {
      const { id, uri } = await rows.meeting({
        start_time: '2090-03-01T10:00:00Z',
        hosts: [{ email: null, name: null, ...host }],
      });
      await rows.invitee(uri, { client_id: clientId, name: 'Somebody' });
      return id;
    };
    meetings.linked = await add({ user_uri: OWN }, clients.own);
    meetings.addressed = await add(
      { user_uri: 'https://api.calendly.com/users/NEW', email: ' Member@Example.com' },
      clients.own,
    );
    meetings.foreign = await add({ user_uri: OTHER, email: 'x@example.com' }, clients.foreign);
  });
  afterAll(() => world.close());

  async function listed(path: string, as = world.member): Promise<string[]> {
    const { body } = await call(world, path, { as });
    const list = Array.isArray(body) ? (body as Row[]) : (body as { data: Row[] }).data;
    return list.map(({ id }) => id).toSorted();
  }

  it('lists what the member hosts, by the linked account or by the address', async () => {
    const own = [meetings.linked, meetings.addressed].toSorted();
    expect(await listed('/api/meetings')).toEqual(own);
    expect(await listed('/api/calendly/meetings')).toEqual(own);
    expect(await listed('/api/meetings?q=Somebody')).toEqual(own);
    expect(await listed('/api/clients')).toEqual([clients.own]);
    const { body } = await call(world, '/api/calendly/stats', { as: world.member });
    expect(body).toMatchObject({ calendly_meetings: 2, total_meetings: 2 });
  });

  it('answers for the others as for what does not exist, and changes none of it', async () => {
    const unknown = await call(world, `/api/meetings/${world.ids.now()}`, { as: world.member });
    for (const [path, json] of [
      [`/api/meetings/${meetings.foreign}`, { notes: 'x' }],
      [`/api/clients/${clients.foreign}`, { name: 'x' }],
    ] as const) {
      for (const request of [{}, { method: 'PATCH', json }]) {
        const { status, body } = await call(world, path, { as: world.member, ...request });
        expect(status).toBe(404);
        expect({ ...(body as object), request_id: '' }).toEqual({
          ...(unknown.body as object),
          request_id: '',
        });
      }
    }
    const { rows } = await world.db.query(`select 1 from meetings where notes is not null`);
    expect(rows).toEqual([]);
  });

  it('lets a member write on what is his', async () => {
    const path = `/api/meetings/${meetings.linked}`;
    const change = { method: 'PATCH', json: { notes: 'mine' }, as: world.member };
    expect(await call(world, path, change)).toMatchObject({ status: 200, body: { notes: 'mine' } });
    await world.db.query('update meetings set notes = null');
  });

  it('shows admins all', async () => {
    expect(await listed('/api/meetings', world.admin)).toEqual(Object.values(meetings).toSorted());
    expect(await listed('/api/clients', world.admin)).toEqual(Object.values(clients).toSorted());
  });

  it('tells a member’s stream no news of others’ meetings and people', async () => {
    const stream = await openStream(world, { as: world.member });
    const all = await openStream(world);
    const entries = [
      { event: 'meeting.updated', subjectId: meetings.foreign },
      { event: 'client.changed', subjectId: clients.foreign },
      { event: 'meeting.updated', subjectId: meetings.linked },
    ] as const;
    const { workspaceId } = world.admin.user;
    await world.db.tx(async (tx) =>
      appendFeed(tx, workspaceId, { at: await tx.clock(), entries: [...entries] }),
    );
    await all.until(() => all.events.length === 3);
    await stream.until(() => stream.events.length === 1);
    expect(stream.events[0]?.data).toMatchObject({ id: meetings.linked });
    await Promise.all([stream.close(), all.close()]);
  });
});
