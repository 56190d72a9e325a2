/** The audit trail of linking, unlinking and what was refused: who, what, from where. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

interface Entry {
  action: string;
  actor_id: string | null;
  subject: string | null;
  address: string | null;
  detail: Record<string, unknown>;
}

async function trail(): Promise<Entry[]> {
  const { body } = await stage.ask('/api/audit?limit=200', { as: stage.admin });
  return (body as { data: Entry[] }).data.toReversed();
}

test('linking, pausing, resuming, unlinking and purging stand in the trail with who did it', async () => {
  const token = stage.tokenOf('member');
  const { id } = await stage.link(stage.member, { token });
  await stage.ask('/api/connections', { as: stage.member, method: 'POST', json: { token } });
  const path = `/api/connections/${id}`;
  for (const paused of [true, false]) {
    await stage.ask(path, { as: stage.admin, method: 'PATCH', json: { paused } });
  }
  await stage.idle();
  await stage.ask(path, { as: stage.member, method: 'DELETE' });
  await stage.ask(path, { as: stage.member, method: 'DELETE' });
  await stage.ask(`${path}?purge=true`, { as: stage.admin, method: 'DELETE' });
  const entries = (await trail()).filter(({ action }) => action.startsWith('connection.'));
  const [member, admin] = [stage.member.user.id, stage.admin.user.id];
  expect(entries.map(({ action, actor_id: by }) => [action, by])).toEqual([
    ['connection.linked', member],
    ['connection.relinked', member],
    ['connection.paused', admin],
    ['connection.resumed', admin],
    ['connection.unlinked', member],
    ['connection.purged', admin],
  ]);
  expect(entries.every((entry) => entry.subject === id && entry.address === '127.0.0.1')).toBe(
    true,
  );
  expect(entries[0]?.detail).toEqual({ kind: 'token', scope: 'user' });
  expect(JSON.stringify(entries)).not.toContain(token);
});

test('what a member was refused stands there once a minute for each route', async () => {
  for (const path of ['/api/audit', '/api/audit?limit=1', '/api/invitations']) {
    expect((await stage.ask(path, { as: stage.member })).status).toBe(403);
  }
  const refused = (await trail()).filter(({ action }) => action === 'access.refused');
  expect(refused.map(({ actor_id: by, detail }) => [by, detail])).toEqual([
    [stage.member.user.id, { route: 'GET /api/audit', code: 'request.admins_only' }],
    [stage.member.user.id, { route: 'GET /api/invitations', code: 'request.admins_only' }],
  ]);
});
