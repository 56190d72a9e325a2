/** Who may see what, and what a wrong question is answered with. */
import { expect, test } from 'vitest';
import { userNamed } from '../../simulator/world.ts';
import { column, openStage, pathOf, readAll, resourceOf, rowsOf } from './stage.ts';
import type { Reply } from './stage.ts';

function refusal({ status, json }: Reply): [number, unknown] {
  return [status, json['message']];
}

const NO_ACCESS = 'You do not have permission to access this resource.';

test('an organization’s events are for its administrators, a user’s own for the user', async () => {
  const { ask, simulator, scope } = await openStage('firm');
  const { uri, current_organization } = userNamed(simulator.world, 'member');
  const organization = `organization=${encodeURIComponent(current_organization)}`;
  const user = `user=${encodeURIComponent(uri)}`;
  const other = `user=${encodeURIComponent(userNamed(simulator.world, 'admin').uri)}`;
  const asMember = (query: string) => ask(`/scheduled_events?${query}`, { as: 'member' });
  expect(refusal(await asMember(organization))).toEqual([403, NO_ACCESS]);
  expect((await asMember(user)).status).toBe(200);
  expect((await asMember(scope('member'))).status).toBe(200);
  expect(refusal(await asMember(`${organization}&${other}`))).toEqual([403, NO_ACCESS]);
  expect(refusal(await asMember(other))).toEqual([
    403,
    'Please also specify organization when requesting events for a user within your organization.',
  ]);
  const stranger = 'user=https%3A%2F%2Fapi.calendly.com%2Fusers%2Fnobody';
  expect(refusal(await asMember(stranger))).toEqual([403, 'This user is not in your organization']);
  const asAdmin = (query: string) => ask(`/scheduled_events?${query}`, { as: 'admin' });
  expect((await asAdmin(organization)).status).toBe(200);
  expect((await asAdmin(scope('member'))).status).toBe(200);
  expect(refusal(await asAdmin(`${organization}&${stranger}`))).toEqual([
    403,
    'This user is not in your organization',
  ]);
});

test('the administrator’s listing is the sum of everybody’s', async () => {
  const stage = await openStage('firm');
  const organization = stage.scope('admin').replace(/&user=.*/, '');
  const all = await readAll(stage, `/scheduled_events?count=100&${organization}`, 'admin');
  const uris = new Set<unknown>();
  for (const key of ['host', 'admin', 'member', 'second-member', 'third-member']) {
    const own = await readAll(stage, `/scheduled_events?${stage.scope(key)}`, key);
    for (const uri of column(own, 'uri')) uris.add(uri);
  }
  expect(uris).toEqual(new Set(column(all, 'uri')));
  expect(all).toHaveLength(stage.simulator.truth().length);
});

test('an event is shown to its hosts and administrators alone', async () => {
  const { ask, simulator } = await openStage('firm');
  const member = userNamed(simulator.world, 'member').uri;
  const foreign = simulator
    .truth()
    .find(({ event }) => event.event_memberships.every((host) => host.user !== member));
  const path = pathOf(foreign?.event.uri);
  for (const one of [path, `${path}/invitees`, pathOf(foreign?.invitees[0]?.uri)]) {
    const refused = await ask(one, { as: 'member' });
    expect(refusal(refused)).toEqual([403, 'You are not allowed to view this event']);
    expect((await ask(one, { as: 'admin' })).status).toBe(200);
  }
  const cancel = await ask(`${path}/cancellation`, { method: 'POST', as: 'member', body: {} });
  expect(refusal(cancel)).toEqual([403, 'You are not allowed to cancel this event']);
});

test('a host who is reassigned away loses the event, the new one gains it', async () => {
  const { ask, simulator } = await openStage('firm');
  const { event } = simulator.moves.book({
    eventType: 'next-free',
    host: 'member',
    invitee: { name: 'A', email: 'a@example.com' },
  });
  const updated = simulator.world.events.get(event)?.wire.updated_at;
  expect((await ask(pathOf(event), { as: 'member' })).status).toBe(200);
  simulator.moves.reassign({ event, to: 'second-member' });
  expect((await ask(pathOf(event), { as: 'member' })).status).toBe(403);
  const seen = resourceOf(await ask(pathOf(event), { as: 'second-member' }));
  expect(seen['updated_at']).toBe(updated);
});

test('members of an organization are listed for its administrators, oneself for everybody', async () => {
  const { ask, scope, simulator } = await openStage('firm');
  const organization = scope().replace(/&user=.*/, '');
  const list = (query: string, as: string) => ask(`/organization_memberships?${query}`, { as });
  expect(rowsOf(await list(organization, 'admin'))).toHaveLength(5);
  expect((await list(organization, 'member')).status).toBe(403);
  expect(rowsOf(await list(scope('member'), 'member'))).toHaveLength(1);
  expect(rowsOf(await list(`${organization}&role=user`, 'host'))).toHaveLength(3);
  const email = encodeURIComponent(userNamed(simulator.world, 'admin').email.toUpperCase());
  expect(rowsOf(await list(`${organization}&email=${email}`, 'host'))).toHaveLength(1);
  expect((await list('role=user', 'host')).status).toBe(400);
});

test('a bad, missing or revoked token is 401, whatever was asked', async () => {
  const { ask, simulator } = await openStage('firm');
  const { token } = simulator.moves.grantToken({ user: 'host' });
  expect((await ask('/users/me', { token })).status).toBe(200);
  simulator.moves.revokeToken({ token });
  for (const authorization of [`Bearer ${token}`, 'Bearer', 'Basic abc', 'Bearer a b', '']) {
    const refused = await ask('/nowhere', { headers: { authorization } });
    expect(refused.json).toEqual({
      title: 'Unauthenticated',
      message: 'The access token is invalid',
    });
    expect(refused.status).toBe(401);
  }
});

test('a token without a scope is told which one is missing; write includes read', async () => {
  const { ask, scope, simulator } = await openStage('firm');
  const scopes = ['users:read', 'scheduled_events:write'];
  const { token } = simulator.moves.grantToken({ user: 'host', scopes });
  expect((await ask('/users/me', { token })).status).toBe(200);
  expect((await ask(`/scheduled_events?${scope()}`, { token })).status).toBe(200);
  const refused = await ask(`/event_types?${scope()}`, { token });
  expect(refused.status).toBe(403);
  expect(refused.json).toEqual({
    title: 'Insufficient scope',
    message: "This operation requires the scopes listed in the 'required_scopes' array.",
    required_scopes: ['event_types:read'],
  });
});

test.each([
  ['/scheduled_events', ['organization', 'user']],
  ['/event_types', ['organization', 'user']],
  ['/organization_memberships', ['organization', 'user']],
  ['/scheduled_events?user=me', ['user']],
  ['/scheduled_events?user=https://elsewhere.example/users/1', ['user']],
  ['/scheduled_events?USER&status=cancelled', ['status']],
  ['/scheduled_events?USER&sort=created_at:asc', ['sort']],
  ['/scheduled_events?USER&min_start_time=yesterday', ['min_start_time']],
  ['/scheduled_events?USER&max_start_time=2026-01-01', ['max_start_time']],
  ['/event_types?USER&active=yes', ['active']],
  ['/event_types?USER&sort=color', ['sort']],
])('a wrong question is 400 and names the parameter: %s', async (path, parameters) => {
  const { ask, scope } = await openStage('empty');
  const refused = await ask(path.replace('USER', scope()));
  expect(refused.status).toBe(400);
  expect(refused.json['title']).toBe('Invalid Argument');
  expect(refused.json['details']).toMatchObject(parameters.map((parameter) => ({ parameter })));
});

test('what is not there is 404; without a User-Agent nothing is there', async () => {
  const { ask } = await openStage('empty');
  for (const path of [
    '/',
    '/users',
    '/users/nobody',
    '/scheduled_events/x/invitees',
    '/v2/users/me',
  ]) {
    const { status } = await ask(path);
    expect(status, path).toBe(path === '/' ? 200 : 404);
  }
  const blocked = await ask('/users/me', { headers: { 'user-agent': 'Python-urllib/3.11' } });
  expect([blocked.status, blocked.text]).toEqual([403, 'error code: 1010']);
});
