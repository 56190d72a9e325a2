/** Every answer of every endpoint has the shape of Calendly's: recorded fields always, published schema if at hand. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../simulator/records.ts';
import { userNamed } from '../../simulator/world.ts';
import { readPublishedContract } from './openapi.ts';
import { fieldsOf, SHAPES } from './shapes.ts';
import { column, openStage, pathOf, readAll, resourceOf, rowsOf, toObject } from './stage.ts';
import type { Reply, Stage } from './stage.ts';

const published = readPublishedContract();

function check(operation: string, reply: Reply): void {
  const body = reply.text === '' ? null : reply.json;
  if (published === undefined) return;
  expect(published.faultsOf(operation, reply.status, body), operation).toEqual([]);
}

async function checkedRows(stage: Stage, path: string, operation: string): Promise<JsonObject[]> {
  const reply = await stage.ask(path);
  expect(reply.status, path).toBe(200);
  check(operation, reply);
  expect(fieldsOf(toObject(reply.json['pagination']))).toEqual(SHAPES['pagination']);
  return rowsOf(reply);
}

test.each(['demo', 'firm', 'thousand:40', 'odd-text'])(
  'all events and invitees of the story %s look like recorded ones',
  async (story) => {
    const stage = await openStage(story);
    const operation = 'GET /scheduled_events';
    const path = `/scheduled_events?count=100&${stage.scope()}`;
    const events = await checkedRows(stage, path, operation);
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) {
      expect(fieldsOf(event)).toEqual(SHAPES['event']);
      const one = await stage.ask(pathOf(event['uri']));
      check('GET /scheduled_events/{uuid}', one);
      expect(resourceOf(one)).toEqual(event);
      for (const host of event['event_memberships'] as JsonObject[]) {
        expect(fieldsOf(host)).toEqual(SHAPES['host']);
      }
      const list = 'GET /scheduled_events/{uuid}/invitees';
      const invitees = await checkedRows(stage, `${pathOf(event['uri'])}/invitees`, list);
      expect(invitees.length).toBe(toObject(event['invitees_counter'])['total']);
      for (const invitee of invitees) {
        expect(fieldsOf(invitee)).toEqual(SHAPES['invitee']);
        expect('cancellation' in invitee).toBe(invitee['status'] === 'canceled');
        const single = await stage.ask(pathOf(invitee['uri']));
        check('GET /scheduled_events/{event_uuid}/invitees/{invitee_uuid}', single);
        expect(resourceOf(single)).toEqual(invitee);
      }
    }
  },
);

test('users, organizations and memberships look like recorded ones', async () => {
  const stage = await openStage('firm');
  const me = await stage.ask('/users/me');
  check('GET /users/me', me);
  expect(fieldsOf(resourceOf(me))).toEqual(SHAPES['user']);
  const colleague = await stage.ask(pathOf(userNamed(stage.simulator.world, 'member').uri));
  check('GET /users/{uuid}', colleague);
  const organization = await stage.ask(pathOf(resourceOf(me)['current_organization']));
  check('GET /organizations/{uuid}', organization);
  expect(fieldsOf(resourceOf(organization))).toEqual(SHAPES['organization']);
  const query = `organization=${encodeURIComponent(String(resourceOf(organization)['uri']))}`;
  const list = 'GET /organization_memberships';
  const members = await checkedRows(stage, `/organization_memberships?${query}`, list);
  expect(column(members, 'role')).toEqual(['owner', 'admin', 'user', 'user', 'user']);
  for (const member of members) {
    expect(fieldsOf(member)).toEqual(SHAPES['membership']);
    expect(fieldsOf(toObject(member['user']))).toEqual(SHAPES['membershipUser']);
    const one = await stage.ask(pathOf(member['uri']));
    check('GET /organization_memberships/{uuid}', one);
    expect(resourceOf(one)).toEqual(member);
  }
});

test('event types look like recorded ones, the unlisted ones too', async () => {
  const stage = await openStage('demo');
  const listed = await checkedRows(stage, `/event_types?${stage.scope()}`, 'GET /event_types');
  const events = await readAll(stage, `/scheduled_events?count=100&${stage.scope()}`);
  const used = new Set(column(events, 'event_type'));
  const unlisted = [...used].filter((uri) => !column(listed, 'uri').includes(uri));
  expect(unlisted.length).toBeGreaterThanOrEqual(2);
  for (const uri of [...column(listed, 'uri'), ...unlisted]) {
    const one = await stage.ask(pathOf(uri));
    check('GET /event_types/{uuid}', one);
    expect(fieldsOf(resourceOf(one))).toEqual(SHAPES['eventType']);
  }
});

test('cancellations and no-shows look like recorded ones', async () => {
  const stage = await openStage('demo');
  const { moves } = stage.simulator;
  const { event, invitee } = moves.book({ invitee: { name: 'A', email: 'a@example.com' } });
  const marked = await stage.ask('/invitee_no_shows', { method: 'POST', body: { invitee } });
  expect(marked.status).toBe(201);
  check('POST /invitee_no_shows', marked);
  expect(fieldsOf(resourceOf(marked))).toEqual(SHAPES['noShow']);
  const read = await stage.ask(pathOf(resourceOf(marked)['uri']));
  check('GET /invitee_no_shows/{uuid}', read);
  expect(resourceOf(read)).toEqual(resourceOf(marked));
  const path = `${pathOf(event)}/cancellation`;
  const canceled = await stage.ask(path, { method: 'POST', body: { reason: 'Ill' } });
  expect(canceled.status).toBe(201);
  check('POST /scheduled_events/{uuid}/cancellation', canceled);
  expect(fieldsOf(resourceOf(canceled))).toEqual(SHAPES['cancellation']);
});

test('refusals have the shape of Calendly’s errors', async () => {
  const stage = await openStage('firm');
  const missing = await stage.ask('/scheduled_events');
  const unknown = await stage.ask('/scheduled_events/nobody');
  const forbidden = await stage.ask(`/scheduled_events?${stage.scope('admin')}`, { as: 'member' });
  const foreign = await stage.ask('/users/me', { token: 'nonsense' });
  expect([missing, unknown, forbidden, foreign].map((one) => one.status)).toEqual([
    400, 404, 403, 401,
  ]);
  check('GET /scheduled_events', missing);
  check('GET /scheduled_events/{uuid}', unknown);
  check('GET /scheduled_events', forbidden);
  check('GET /users/me', foreign);
});
