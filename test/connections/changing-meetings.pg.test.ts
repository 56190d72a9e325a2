/** Canceling and no-shows at Calendly: visible at once, as Calendly has it, and refusals in words. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  await stage.link(stage.member, { token: stage.tokenOf('member') });
});
afterAll(() => stage.close());

interface Meeting {
  id: string;
  calendly_uri: string;
  status: string;
  cancellation: { by: string; reason: string | null; canceler_type: string } | null;
  invitees: { id: string; calendly_uri: string; status: string; no_show: boolean }[];
}

async function meetings(parameters: string): Promise<Meeting[]> {
  const path = `/api/meetings?status=active&limit=200&${parameters}`;
  return ((await stage.ask(path, { as: stage.admin })).body as { data: Meeting[] }).data;
}

async function one(parameters: string, index = 0): Promise<Meeting> {
  const found = (await meetings(parameters))[index];
  if (found === undefined) throw new Error('The story has no such meeting');
  return found;
}

const NOW = (): string => new Date().toISOString();
const upcoming = (index = 0) => one(`from=${NOW()}`, index);
const past = () => one(`to=${NOW()}`);

const cancel = (as: Person, id: string, json: unknown = {}, headers = {}) =>
  stage.ask(`/api/meetings/${id}/cancel`, { as, method: 'POST', json, headers });
const noShow = (as: Person, id: string, method: 'PUT' | 'DELETE') =>
  stage.ask(`/api/invitees/${id}/no-show`, { as, method });
const wire = (uri: string) => stage.simulator.world.events.get(uri)?.wire;

test('a meeting is canceled with its reason, at Calendly and here, in one answer', async () => {
  const { id, calendly_uri: uri } = await upcoming();
  const { status, body } = await cancel(stage.member, id, { reason: 'Ill, sorry' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id,
    status: 'canceled',
    cancellation: { reason: 'Ill, sorry', canceler_type: 'host' },
  });
  expect((body as Meeting).invitees.every((invitee) => invitee.status === 'canceled')).toBe(true);
  expect(wire(uri)).toMatchObject({ status: 'canceled' });
  expect(await cancel(stage.member, id)).toMatchObject({
    status: 409,
    body: { code: 'meeting.canceled' },
  });
  const audit = await stage.ask('/api/audit', { as: stage.admin });
  expect((audit.body as { data: unknown[] }).data[0]).toMatchObject({
    action: 'meeting.canceled',
    actor_id: stage.member.user.id,
    subject: id,
  });
});

test('with an Idempotency-Key the same request is done once, another under it not at all', async () => {
  const [first, second] = [await upcoming(), await upcoming(1)];
  const headers = { 'idempotency-key': 'cancel-1' };
  for (let time = 0; time < 2; time += 1) {
    expect((await cancel(stage.member, first.id, {}, headers)).status).toBe(200);
  }
  const other = await cancel(stage.member, second.id, {}, headers);
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency.mismatch' } });
  expect(wire(second.calendly_uri)).toMatchObject({ status: 'active' });
});

test('an answer that is lost on the way is no refusal: what Calendly shows counts', async () => {
  const { id } = await upcoming();
  const path = '^/scheduled_events/[^/]+/cancellation$';
  // oxlint-disable-next-line unicorn/no-thenable -- it is data, never a function
  stage.simulator.faults.add({ path, method: 'POST', times: 1, then: { cut: 1 } });
  expect(await cancel(stage.member, id)).toMatchObject({
    status: 200,
    body: { status: 'canceled' },
  });
});

test('what is over cannot be canceled, and says why', async () => {
  const { id } = await past();
  expect(await cancel(stage.member, id)).toMatchObject({
    status: 409,
    body: { code: 'change.over', action: expect.stringContaining('no-shows') },
  });
});

test('an invitee is marked as a no-show and back, each time at Calendly', async () => {
  const { invitees } = await past();
  const { id = '', calendly_uri: uri = '' } = invitees[0] ?? {};
  for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE'] as const) {
    const { status, body } = await noShow(stage.member, id, method);
    const shown = (body as Meeting).invitees.find((invitee) => invitee.id === id)?.no_show;
    const marked = stage.simulator.world.invitees.get(uri)?.no_show !== null;
    const isPut = method === 'PUT';
    expect([method, status, shown, marked]).toEqual([method, 200, isPut, isPut]);
  }
});

test('who has no account for it is told so; ids of nowhere are unknown', async () => {
  const { id } = await upcoming();
  const { workspaceId } = stage.admin.user;
  const colleague = await stage.addPerson('colleague@northfield.example', 'member', workspaceId);
  expect(await cancel(colleague, id)).toMatchObject({
    status: 409,
    body: { code: 'change.no_account' },
  });
  expect((await cancel(stage.foreigner, id)).status).toBe(404);
  expect((await noShow(stage.foreigner, id, 'PUT')).status).toBe(404);
  expect((await cancel(stage.admin, 'nothing')).status).toBe(404);
  expect(await cancel(stage.member, id, { reason: 7 })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'reason' }] },
  });
});

test("a token that may only read is Calendly's refusal, in words, and nothing changes", async () => {
  const token = stage.newToken('member', {
    scopes: ['users:read', 'organizations:read', 'event_types:read', 'scheduled_events:read'],
  });
  await stage.ask('/api/connections', { as: stage.member, method: 'POST', json: { token } });
  await stage.idle();
  const { id, calendly_uri: uri } = await upcoming();
  expect(await cancel(stage.member, id)).toMatchObject({
    status: 409,
    body: { code: 'change.refused', detail: expect.stringContaining('scheduled_events:write') },
  });
  expect(wire(uri)).toMatchObject({ status: 'active' });
});
