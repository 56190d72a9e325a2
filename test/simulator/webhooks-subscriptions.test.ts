/** Webhook subscriptions over the API: made, listed, deleted, and refused in Calendly's own words. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../simulator/records.ts';
import { userNamed } from '../../simulator/world.ts';
import { readPublishedContract } from './openapi.ts';
import { BOOKINGS, KEY, subscribe } from './receiver.ts';
import { fieldsOf, SHAPES } from './shapes.ts';
import { column, openStage, pathOf, readAll, resourceOf, rowsOf } from './stage.ts';
import type { AskOptions, Reply, Stage } from './stage.ts';

const published = readPublishedContract();
const URL_OF_TOOL = 'https://app.example/hook';

function check(operation: string, reply: Reply): void {
  // The published schema knows only the general sentence for 409; an older one has that of webhooks.
  if (published === undefined || reply.status === 409) return;
  expect(published.faultsOf(operation, reply.status, reply.json), operation).toEqual([]);
}

function bodyOf(stage: Stage, changes: JsonObject = {}, key = 'host'): JsonObject {
  const ids = Object.fromEntries(new URLSearchParams(stage.scope(key)));
  return { url: URL_OF_TOOL, events: BOOKINGS, scope: 'user', ...ids, ...changes };
}

/** What a POST with these changes is answered, checked against the published contract. */
async function post(
  stage: Stage,
  changes: JsonObject = {},
  options: AskOptions = {},
): Promise<Reply> {
  const body = bodyOf(stage, changes, options.as);
  const reply = await stage.ask('/webhook_subscriptions', { method: 'POST', body, ...options });
  check('POST /webhook_subscriptions', reply);
  return reply;
}

test('a subscription is made, read, listed and deleted, and its key is never shown', async () => {
  const stage = await openStage('firm');
  const made = await post(stage, { signing_key: KEY });
  expect(made.status).toBe(201);
  const host = userNamed(stage.simulator.world, 'host');
  const subscription = resourceOf(made);
  expect(fieldsOf(subscription)).toEqual(SHAPES['subscription']);
  expect(subscription).toMatchObject({
    callback_url: URL_OF_TOOL,
    state: 'active',
    retry_started_at: null,
    events: BOOKINGS,
    scope: 'user',
    user: host.uri,
    organization: host.current_organization,
    group: null,
    creator: host.uri,
  });
  const path = pathOf(subscription['uri']);
  const read = await stage.ask(path);
  check('GET /webhook_subscriptions/{webhook_uuid}', read);
  expect(resourceOf(read)).toEqual(subscription);
  const listed = await stage.ask(`/webhook_subscriptions?scope=user&${stage.scope()}`);
  check('GET /webhook_subscriptions', listed);
  expect(rowsOf(listed)).toEqual([subscription]);
  const all = await stage.ask(`/webhook_subscriptions?scope=organization&${stage.scope()}`);
  expect(rowsOf(all)).toEqual([]);
  for (const { text } of [made, read, listed, await stage.ask('/_control/deliveries')]) {
    expect(text).not.toContain(KEY);
  }
  const deleted = await stage.ask(path, { method: 'DELETE' });
  expect([deleted.status, deleted.text]).toEqual([204, '']);
  expect((await stage.ask(path)).status).toBe(404);
  expect((await stage.ask(path, { method: 'DELETE' })).status).toBe(404);
  expect((await post(stage)).status).toBe(201);
});

test('lists come in pages, oldest first or newest first, and want organization, scope and user', async () => {
  const stage = await openStage('firm');
  const uris = [];
  for (let index = 0; index < 5; index += 1) {
    uris.push((await subscribe(stage, { url: `${URL_OF_TOOL}/${index}` }))['uri']);
  }
  const path = `/webhook_subscriptions?scope=user&count=2&${stage.scope()}`;
  expect(column(await readAll(stage, path), 'uri')).toEqual(uris);
  const newest = await readAll(stage, `${path}&sort=created_at:desc`);
  expect(column(newest, 'uri')).toEqual(uris.toReversed());
  const [organization = ''] = stage.scope().split('&');
  const details = async (query: string) => {
    const reply = await stage.ask(`/webhook_subscriptions?${query}`);
    expect(reply.status).toBe(400);
    check('GET /webhook_subscriptions', reply);
    return reply.json['details'];
  };
  const missing = (parameter: string) => ({ parameter, message: 'is missing' });
  expect(await details(`${organization}&scope=user`)).toEqual([missing('user')]);
  expect(await details(`${organization}&scope=group`)).toEqual([missing('group')]);
  expect(await details('')).toEqual([missing('organization'), missing('scope')]);
  expect(await details(`${organization}&scope=all`)).toMatchObject([{ parameter: 'scope' }]);
  expect(await details(`${organization}&scope=organization&count=0`)).toMatchObject([
    { parameter: 'count' },
  ]);
});

test.each<[string, JsonObject, string]>([
  ['without a URL', { url: null }, 'url'],
  ['with a URL that is none', { url: 'app.example/hook' }, 'url'],
  ['with plain http', { url: 'http://app.example/hook' }, 'url'],
  ['with another scheme', { url: 'ftp://app.example/hook' }, 'url'],
  ['without events', { events: [] }, 'events'],
  ['with one event as text', { events: 'invitee.created' }, 'events'],
  ['with an unknown event', { events: ['invitee.updated'] }, 'events'],
  ['with routing forms for a user', { events: ['routing_form_submission.created'] }, 'events'],
  [
    'with recaps for an organization',
    { events: ['meeting_recap.created'], scope: 'organization' },
    'events',
  ],
  [
    'with bookings and routing forms together',
    { events: [...BOOKINGS, 'routing_form_submission.created'], scope: 'organization' },
    'events',
  ],
  [
    'with bookings and recaps together',
    { events: [...BOOKINGS, 'meeting_recap.created'] },
    'events',
  ],
  ['without organization', { organization: null }, 'organization'],
  ['with an id instead of a URI', { organization: 'abc' }, 'organization'],
  ['without scope', { scope: null }, 'scope'],
  ['with an unknown scope', { scope: 'everybody' }, 'scope'],
  ['without a user for the scope user', { user: null }, 'user'],
  ['without a group for the scope group', { scope: 'group' }, 'group'],
  ['with a key that is no text', { signing_key: 7 }, 'signing_key'],
])('a subscription %s is refused with 400 that names the field', async (_, changes, parameter) => {
  const stage = await openStage('firm');
  const reply = await post(stage, changes);
  expect([reply.status, reply.json['details']]).toMatchObject([400, [{ parameter }]]);
});

test('http is good enough on this machine', async () => {
  const stage = await openStage('firm');
  for (const host of ['127.0.0.1:8787', 'localhost:8787', '[::1]:8787']) {
    expect((await post(stage, { url: `http://${host}/hook` })).status).toBe(201);
  }
});

test('a URL is taken once: in the organization, or by its creator, as the reading says', async () => {
  const stage = await openStage('firm');
  expect((await post(stage)).status).toBe(201);
  const again = await post(stage, { events: ['invitee.created'] });
  expect([again.status, again.json]).toEqual([
    409,
    { title: 'Already Exists', message: 'Hook with this url already exists' },
  ]);
  expect((await post(stage, {}, { as: 'member' })).status).toBe(409);
  stage.simulator.world.readings.webhookUrlUnique = 'account';
  expect((await post(stage, {}, { as: 'member' })).status).toBe(201);
  expect((await post(stage)).status).toBe(409);
});

test('a token needs the right to subscribe and to read what the events tell', async () => {
  const stage = await openStage('firm');
  const { moves } = stage.simulator;
  const ask = async (scopes: string[], changes: JsonObject = {}) => {
    const { token } = moves.grantToken({ user: 'host', scopes });
    const { status, json } = await post(stage, changes, { token });
    return [status, json['required_scopes'] ?? json['title'] ?? null];
  };
  expect(await ask(['webhooks:read', 'scheduled_events:read'])).toEqual([403, ['webhooks:write']]);
  expect(await ask(['webhooks:write'])).toEqual([403, ['scheduled_events:read']]);
  const events = [...BOOKINGS, 'event_type.created', 'contact.created'];
  expect(await ask(['webhooks:write', 'scheduled_events:write'], { events })).toEqual([
    403,
    ['event_types:read', 'contacts:read'],
  ]);
  expect(await ask(['webhooks:write', 'scheduled_events:write'])).toEqual([201, null]);
  const { token } = moves.grantToken({ user: 'host', scopes: ['webhooks:write'] });
  const list = await stage.ask(`/webhook_subscriptions?scope=user&${stage.scope()}`, { token });
  expect(rowsOf(list)).toHaveLength(1);
});

test('members subscribe for themselves alone, administrators for the organization', async () => {
  const stage = await openStage('firm');
  const refused = 'You do not have permission to access this resource.';
  const sentence = ({ status, json }: Reply) => [status, json['message']];
  const organization = { scope: 'organization' };
  expect(sentence(await post(stage, organization, { as: 'member' }))).toEqual([403, refused]);
  const { uri: member } = userNamed(stage.simulator.world, 'member');
  expect(sentence(await post(stage, { user: member }))).toEqual([403, refused]);
  const elsewhere = { organization: 'https://api.calendly.com/organizations/elsewhere' };
  expect(sentence(await post(stage, elsewhere))).toEqual([403, refused]);
  const group = { scope: 'group', group: 'https://api.calendly.com/groups/nobody' };
  expect((await post(stage, group)).status).toBe(404);
  const shared = resourceOf(await post(stage, organization, { as: 'admin' }));
  expect(shared).toMatchObject({ scope: 'organization', user: null });
  const lists = `/webhook_subscriptions?${stage.scope('member')}`;
  const asMember = (path: string, method = 'GET') => stage.ask(path, { as: 'member', method });
  expect((await asMember(`${lists}&scope=user`)).status).toBe(200);
  expect((await asMember(`${lists}&scope=organization`)).status).toBe(403);
  expect((await stage.ask(`${lists}&scope=user`)).status).toBe(403);
  expect((await asMember(pathOf(shared['uri']))).status).toBe(403);
  expect((await asMember(pathOf(shared['uri']), 'DELETE')).status).toBe(403);
  expect((await stage.ask(pathOf(shared['uri']), { method: 'DELETE' })).status).toBe(204);
});

test('a free plan has webhooks but not those of paid features, and before November none at all', async () => {
  const stage = await openStage('empty');
  const forms = { scope: 'organization', events: ['routing_form_submission.created'] };
  const gated = await post(stage, forms);
  expect([gated.status, gated.json['message']]).toEqual([
    403,
    'Please upgrade to a paid Calendly account.',
  ]);
  expect((await post(stage)).status).toBe(201);
  stage.simulator.world.readings.webhookPlan = 'paid';
  const refused = await post(stage, { url: `${URL_OF_TOOL}/2` });
  expect([refused.status, refused.json]).toEqual([
    403,
    {
      title: 'Permission Denied',
      message: 'Please upgrade your Calendly account to Standard',
    },
  ]);
  stage.simulator.moves.upgradePlan({});
  expect((await post(stage, { url: `${URL_OF_TOOL}/2` })).status).toBe(201);
  expect((await post(stage, { ...forms, url: `${URL_OF_TOOL}/3` })).status).toBe(201);
});
