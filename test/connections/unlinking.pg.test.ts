/** Unlinking accounts: what stays, what goes, and what does not come back by itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { finishUnlinking } from '../../src/app/disconnecting.ts';
import { startWebhookProcess } from '../harness/webhook-process.ts';
import { startStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.idle());

const remove = (id: string, query = '', as = stage.admin) =>
  stage.ask(`/api/connections/${id}${query}`, { as, method: 'DELETE' });
const live = (): number =>
  [...stage.simulator.world.subscriptions.values()].filter(({ gone }) => !gone).length;
const count = async (table: string): Promise<number> =>
  Number((await stage.rows(`select count(*)::int as n from ${table}`))[0]?.['n']);

interface Listed {
  data: { synced: boolean }[];
}

describe('unlinking', () => {
  let id: string;

  test('keeps the rows, marked as not synced, and takes our subscription and the token away', async () => {
    ({ id } = await stage.link(stage.admin, { token: stage.tokenOf('member') }));
    const meetings = await count('meetings');
    expect([meetings > 0, live()]).toEqual([true, 1]);
    expect(
      ((await stage.ask('/api/meetings')).body as Listed).data.every(({ synced }) => synced),
    ).toBe(true);
    const { status, body } = await remove(id);
    expect([status, body]).toEqual([
      200,
      { id, state: 'disconnected', subscriptions: { removed: 1, left: 0 }, purged: null },
    ]);
    expect([await count('meetings'), live()]).toEqual([meetings, 0]);
    expect(
      ((await stage.ask('/api/meetings')).body as Listed).data.some(({ synced }) => synced),
    ).toBe(false);
    expect(await stage.rows('select token_sealed from calendly_connections')).toEqual([
      { token_sealed: null },
    ]);
    expect((await stage.ask('/api/connections')).body).toMatchObject({ data: [] });
    expect((await stage.ask('/api/calendly/status')).body).toMatchObject({
      connected: false,
      configured: false,
    });
    expect((await stage.ask('/api/connections?include=disconnected')).body).toMatchObject({
      data: [{ id, state: 'disconnected', next_run_at: null }],
    });
  });

  test('again is no fault; pausing what is unlinked is', async () => {
    expect((await remove(id)).body).toMatchObject({ subscriptions: { removed: 0, left: 0 } });
    const patched = await stage.ask(`/api/connections/${id}`, {
      method: 'PATCH',
      json: { paused: false },
    });
    expect([patched.status, patched.body]).toMatchObject([409, { code: 'connection.unlinked' }]);
  });

  test('can be undone by linking again: the same connection, its rows synced again', async () => {
    const json = { token: stage.tokenOf('member') };
    const again = await stage.ask('/api/connections', { method: 'POST', json });
    expect([again.status, again.body]).toMatchObject([200, { id, state: 'active' }]);
    await stage.idle();
    expect(
      ((await stage.ask('/api/meetings')).body as Listed).data.every(({ synced }) => synced),
    ).toBe(true);
    expect(live()).toBe(1);
  });

  test('ends a run that is under way, and nothing is written after it', async () => {
    stage.simulator.faults.add({ path: '^/scheduled_events$', then: { hang: true }, times: 1 });
    stage.simulator.clearRequests();
    const asked = await stage.ask('/api/calendly/scheduler/trigger', { method: 'POST' });
    const [runId] = (asked.body as { run_ids: string[] }).run_ids;
    await vi.waitFor(() => expect(stage.simulator.requests.at(-1)?.path).toBe('/scheduled_events'));
    await remove(id);
    expect(
      await stage.rows('select state, error_code from sync_runs where id = $1', [runId]),
    ).toEqual([{ state: 'failed', error_code: 'connection.disconnected' }]);
    stage.simulator.faults.clear();
  });

  test('while a run asks for a subscription leaves none behind', async () => {
    const json = { token: stage.tokenOf('member') };
    stage.simulator.clearRequests();
    stage.simulator.faults.add({
      path: '/webhook_subscriptions',
      method: 'POST',
      then: { delayMs: 300 },
    });
    await stage.ask('/api/connections', { method: 'POST', json });
    await vi.waitFor(() =>
      expect(stage.simulator.counts.get('POST /webhook_subscriptions')).toBe(1),
    );
    await remove(id);
    await vi.waitFor(() =>
      expect(stage.simulator.counts.get('DELETE /webhook_subscriptions/{}')).toBe(1),
    );
    await vi.waitFor(() => expect(live()).toBe(0));
    stage.simulator.faults.clear();
  });

  test('without Calendly is done all the same, and says what is left there', async () => {
    await stage.ask('/api/connections', {
      method: 'POST',
      json: { token: stage.tokenOf('member') },
    });
    await stage.idle();
    stage.simulator.faults.add({ path: '^/webhook_subscriptions/', then: { status: 403 } });
    expect((await remove(id)).body).toMatchObject({
      state: 'disconnected',
      subscriptions: { removed: 0, left: 1 },
    });
    stage.simulator.faults.clear();
    expect(
      await stage.rows(
        `select count(*)::int as n from webhook_subscriptions where state <> 'ended'`,
      ),
    ).toEqual([{ n: 0 }]);
  });
});

describe('an unlinking that was broken off', () => {
  test('is brought to its end by the upkeep', async () => {
    const { id } = await stage.link(stage.foreigner, { token: stage.tokenOf('third-member') });
    const before = live();
    await stage.rows(`update calendly_connections set state = 'disconnected' where id = $1`, [id]);
    await finishUnlinking(stage.core);
    expect(live()).toBe(before - 1);
    expect(
      await stage.rows('select token_sealed from calendly_connections where id = $1', [id]),
    ).toEqual([{ token_sealed: null }]);
    await remove(id, '?purge=true', stage.foreigner);
  });
});

describe('purging', () => {
  test('removes what no other connection has seen, keeps what another has, and whom somebody wrote on', async () => {
    const { id: first } = await stage.link(stage.member, { token: stage.tokenOf('host') });
    const { id: second } = await stage.link(stage.admin, { token: stage.tokenOf('admin') });
    const [one] = (await stage.rows(
      `select c.id from clients c where exists (
         select 1 from invitees i join meetings m on m.workspace_id = i.workspace_id and m.calendly_uri = i.meeting_uri
         join meeting_sightings s on s.meeting_id = m.id and s.connection_id = $1 where i.client_id = c.id) limit 1`,
      [first],
    )) as { id: string }[];
    await stage.ask(`/api/clients/${one?.id}`, {
      method: 'PATCH',
      json: { notes: 'Prefers mornings' },
    });
    const shared = `select count(*)::int as n from meeting_sightings a join meeting_sightings b
      on b.meeting_id = a.meeting_id and b.connection_id = $2 where a.connection_id = $1`;
    const [both] = await stage.rows(shared, [first, second]);
    expect(Number(both?.['n'])).toBeGreaterThan(0);
    const own = await stage.rows(
      'select meeting_id from meeting_sightings where connection_id = $1',
      [second],
    );

    const { status, body } = await remove(first, '?purge=true', stage.member);
    expect([status, body]).toMatchObject([200, { purged: { meetings: expect.any(Number) } }]);
    expect((body as { purged: { meetings: number } }).purged.meetings).toBeGreaterThan(0);
    expect(
      await stage.rows('select meeting_id from meeting_sightings where connection_id = $1', [
        second,
      ]),
    ).toEqual(own);
    expect(await stage.rows('select notes from clients where id = $1', [one?.id])).toEqual([
      { notes: 'Prefers mornings' },
    ]);
    const orphans = `select count(*)::int as n from invitees i where not exists (
      select 1 from meetings m where m.workspace_id = i.workspace_id and m.calendly_uri = i.meeting_uri)`;
    expect(await stage.rows(orphans)).toEqual([{ n: 0 }]);
    expect((await remove(first, '?purge=true', stage.member)).status).toBe(404);
  });

  test('of the last connections leaves nothing of Calendly in the workspace', async () => {
    const { body } = await stage.ask('/api/connections?include=disconnected');
    for (const { id } of (body as { data: { id: string }[] }).data) {
      expect((await remove(id, '?purge=true')).status).toBe(200);
    }
    const left: Record<string, number> = {};
    for (const table of [
      'calendly_connections',
      'meetings',
      'invitees',
      'meeting_guests',
      'event_types',
      'organization_members',
      'webhook_subscriptions',
      'webhook_deliveries',
      'sync_runs',
      'host_addresses',
    ]) {
      left[table] = await count(table);
    }
    expect(Object.values(left).every((n) => n === 0) ? {} : left).toEqual({});
    expect(await stage.rows('select notes from clients')).toEqual([{ notes: 'Prefers mornings' }]);
  });
});

describe("the environment's connection", () => {
  test('stays unlinked over a restart, until another token comes', async () => {
    const restart = async (token: string): Promise<unknown> => {
      const process = await startWebhookProcess({
        env: { ...stage.env, CALENDLY_PERSONAL_ACCESS_TOKEN: token },
      });
      await process.close();
      return stage.rows(
        'select origin, state, scope from calendly_connections order by created_at',
      );
    };
    const first = stage.newToken('member');
    expect(await restart(first)).toEqual([
      { origin: 'environment', state: 'active', scope: 'user' },
    ]);
    const [row] = await stage.rows('select id from calendly_connections');
    await remove(String(row?.['id']));
    expect(await restart(first)).toMatchObject([{ state: 'disconnected' }]);
    await remove(String(row?.['id']), '?purge=true');
    expect(await restart(first)).toEqual([]);
    expect(await restart(stage.newToken('member'))).toMatchObject([
      { origin: 'environment', state: 'active' },
    ]);
  });

  test("keeps its user's pause over a restart", async () => {
    const [row] = await stage.rows('select id from calendly_connections');
    const token = stage.newToken('member');
    const restart = async (): Promise<void> =>
      (
        await startWebhookProcess({ env: { ...stage.env, CALENDLY_PERSONAL_ACCESS_TOKEN: token } })
      ).close();
    await restart();
    await stage.ask(`/api/connections/${String(row?.['id'])}`, {
      method: 'PATCH',
      json: { paused: true },
    });
    await restart();
    expect(
      await stage.rows(`select state from calendly_connections where id = $1`, [row?.['id']]),
    ).toEqual([{ state: 'paused' }]);
  });
});
