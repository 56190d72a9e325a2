/** One connection that reads the organisation serves its members; theirs are kept for when it cannot. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listDueConnections } from '../../src/store/connections.ts';
import { startStage, type Stage } from './stage.ts';

let stage: Stage;
let own: string;
let whole: string;
beforeAll(async () => {
  stage = await startStage();
  ({ id: own } = await stage.link(stage.member, { token: stage.tokenOf('member') }));
  ({ id: whole } = await stage.link(stage.admin, {
    token: stage.tokenOf('host'),
    scope: 'organization',
  }));
  await stage.link(stage.foreigner, { token: stage.tokenOf('member') });
});
afterAll(() => stage.close());

const due = async (): Promise<string[]> =>
  (await listDueConnections(stage.core.db, { uncovered: true })).map(({ id }) => id);
const method = async (): Promise<unknown> =>
  (await stage.ask('/api/connections', { as: stage.member })).body;

test('a member who is covered is not polled, and says so; in another workspace he is', async () => {
  const ids = await due();
  expect(ids).toContain(whole);
  expect(ids).not.toContain(own);
  expect(ids).toHaveLength(2);
  expect(await method()).toMatchObject({
    data: [{ id: own, method: 'organization', freshness: 'fresh' }],
  });
});

test("his sync joins the organisation's run", async () => {
  const { status, body } = await stage.ask('/api/calendly/sync', {
    as: stage.member,
    method: 'POST',
  });
  expect(status).toBe(200);
  const { run_ids: ids } = body as { run_ids: string[] };
  expect(
    await stage.rows('select connection_id from sync_runs where id = any($1::uuid[])', [ids]),
  ).toEqual([{ connection_id: whole }]);
});

test('what is gone vanishes, although the covered connection that saw it is not asked', async () => {
  const [seen] = await stage.rows(
    `select m.id, m.calendly_uri as uri from meeting_sightings a
     join meeting_sightings b on b.meeting_id = a.meeting_id and b.connection_id = $2
     join meetings m on m.id = a.meeting_id where a.connection_id = $1 and m.start_time > m.created_at limit 1`,
    [own, whole],
  );
  stage.simulator.world.events.delete(String(seen?.['uri']));
  stage.simulator.world.changed();
  const sync = () => stage.ask('/api/calendly/sync', { as: stage.member, method: 'POST' });
  await sync();
  // ten minutes lie between the two looks
  await stage.rows(
    `update meeting_sightings set gone_at = gone_at - interval '11 minutes', absent_since = absent_since - interval '11 minutes'
     where gone_at is not null`,
  );
  await stage.rows(`update queued_reads set next_try_at = queued_at`);
  await sync();
  expect(
    await stage.rows('select vanished_at is not null as gone from meetings where id = $1', [
      seen?.['id'],
    ]),
  ).toEqual([{ gone: true }]);
});

test('a user who linked nothing is served by it, found by the address; a stranger is not', async () => {
  const { workspaceId } = stage.admin.user;
  const yuki = await stage.addPerson('Yuki@Northfield.example', 'member', workspaceId);
  const status = await stage.ask('/api/calendly/status', { as: yuki });
  expect(status.body).toMatchObject({
    connected: true,
    user: { name: 'Yuki Tanaka', uri: stage.uriOf('second-member') },
    connections: [{ id: whole, method: 'organization', state: 'active' }],
  });
  const synced = await stage.ask('/api/calendly/sync', { as: yuki, method: 'POST' });
  expect(synced).toMatchObject({ status: 200, body: { success: true } });
  const meetings = await stage.ask(`/api/meetings?host=${yuki.user.id}&limit=200`, { as: yuki });
  const { data } = meetings.body as { data: { hosts: { user_id: string | null }[] }[] };
  expect(data.length).toBeGreaterThan(0);
  expect(data.every(({ hosts }) => hosts.some((host) => host.user_id === yuki.user.id))).toBe(true);

  const stranger = await stage.addPerson('stranger@northfield.example', 'member', workspaceId);
  const nothing = await stage.ask('/api/calendly/status', { as: stranger });
  expect(nothing.body).toMatchObject({ connected: false, configured: false, connections: [] });
  expect((await stage.ask('/api/calendly/sync', { as: stranger, method: 'POST' })).status).toBe(
    409,
  );
});

test('while the organisation cannot be read the member is polled again', async () => {
  await stage.ask(`/api/connections/${whole}`, { method: 'PATCH', json: { paused: true } });
  expect(await due()).toContain(own);
  expect(await method()).toMatchObject({ data: [{ method: 'webhook' }] });
  await stage.ask(`/api/connections/${whole}`, { method: 'PATCH', json: { paused: false } });
  await stage.idle();
  expect(await due()).not.toContain(own);
});
