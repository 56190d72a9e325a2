/** Every event that is acted on, and whom it is believed: an organisation's subscription beside another workspace's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPlace } from '../../src/domain/sealed-places.ts';
import type { JsonObject } from '../../simulator/records.ts';
import { userNamed } from '../../simulator/world.ts';
import { makeId, seedConnection } from '../harness/sync-world.ts';
import { envelope, part, payloadOf } from '../harness/webhook-messages.ts';
import {
  type Posted,
  signed,
  startWebhookWorld,
  type WebhookWorld,
} from '../harness/webhook-world.ts';
import { column, meetingOf } from './bookings.ts';
import { JSON_TYPE, PATH } from './case.ts';

const ADA = { name: 'Ada Visitor', email: 'ada@visitor.example' };

let world: WebhookWorld;
/** Another workspace, whose owner knows the key of its subscription. */
let other: { workspaceId: string; connectionId: string; path: string; user: string };
const OTHER_KEY = 'the key that the other workspace chose';

beforeAll(async () => {
  world = await startWebhookWorld({
    story: 'firm',
    env: { CALENDLY_SCOPE: 'organization' },
    readings: { calendarPushMs: 0 },
  });
  await world.sync();
  const { db, core } = world;
  const ids = await seedConnection(db, 'user');
  const user = 'https://api.calendly.com/users/OTHER';
  await db.query('update calendly_connections set calendly_user_uri = $2 where id = $1', [
    ids.connectionId,
    user,
  ]);
  const id = makeId();
  await db.query(
    `insert into webhook_subscriptions (workspace_id, id, connection_id, family, callback_url, scope, events,
       key_sealed, state, created_at) values ($1, $2, $3, 'core', 'https://x.example', 'user', '{}', $4, 'live', $5)`,
    [
      ids.workspaceId,
      id,
      ids.connectionId,
      core.secrets.keyring.seal(OTHER_KEY, keyPlace(id)),
      await db.clock(),
    ],
  );
  other = { ...ids, path: `${PATH}/${id}`, user };
});
afterAll(() => world.close());

function says(event: string): string[] {
  return world.lines.flatMap(({ msg }) => (msg.startsWith(`🔔 [Webhook] ${event}`) ? [msg] : []));
}

describe('what an organisation is told', () => {
  it('a booking of any member comes, goes, and the log says so in one sentence each', async () => {
    const { moves } = world.simulator;
    const { event, invitee } = moves.book({ eventType: 'meet-carla', invitee: ADA });
    await world.settled();
    moves.markNoShow({ invitee });
    await world.settled();
    moves.cancel({ event });
    await world.settled();
    expect(says('invitee.created')).toEqual(['🔔 [Webhook] invitee.created: 1 new']);
    // by the harder reading a no-show moves no time: it is proven by a read before it counts
    expect(says('invitee_no_show.created')).toEqual([
      '🔔 [Webhook] invitee_no_show.created: 0 new',
    ]);
    expect(says('invitee.canceled')).toEqual(['🔔 [Webhook] invitee.canceled: 1 canceled']);
    await world.confirmed();
    expect(await column(world, invitee, 'no_show_uri')).not.toBeNull();
    expect(await world.drift(event)).toEqual([]);
  });

  it('a meeting that went to a colleague still counts as ours', async () => {
    const { moves } = world.simulator;
    const { event, invitee } = moves.book({ eventType: 'meet-carla', invitee: ADA });
    await world.settled();
    moves.reassign({ event, to: 'admin' });
    moves.cancelInvitee({ invitee });
    await world.settled();
    expect(await column(world, event, 'status')).toBe('canceled');
    await world.confirmed();
    expect(await world.drift(event)).toEqual([]);
  });

  it('event types come, change their name and go', async () => {
    const { moves } = world.simulator;
    const { eventType } = moves.createEventType({ name: 'Tasting', host: 'member' });
    await world.settled();
    const nameOf = async (): Promise<unknown> => {
      const { rows } = await world.db.query(
        'select name, active, deleted_at is not null as gone from event_types where calendly_uri = $1',
        [eventType],
      );
      return rows[0];
    };
    expect(await nameOf()).toEqual({ name: 'Tasting', active: true, gone: false });
    moves.renameEventType({ eventType, name: 'Wine tasting' });
    await world.settled();
    expect(await nameOf()).toEqual({ name: 'Wine tasting', active: true, gone: false });
    await world.confirmed();
    moves.deleteEventType({ eventType });
    await world.settled();
    expect(await nameOf()).toEqual({ name: 'Wine tasting', active: false, gone: true });
    await world.confirmed();
    expect(await nameOf()).toEqual({ name: 'Wine tasting', active: false, gone: true });
  });

  it('a routing form that was sent in is kept, once', async () => {
    const { submission } = world.simulator.moves.submitRoutingForm({ answers: { Why: 'Because' } });
    await world.settled();
    const { rows } = await world.db.query<{ raw: JsonObject }>(
      'select raw from routing_form_submissions where calendly_uri = $1',
      [submission],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.raw).toMatchObject({ questions_and_answers: [{ answer: 'Because' }] });
  });
});

describe('who is believed', () => {
  /** Posts to the other workspace's path, well signed with its key. */
  function postAsOther(body: string): Promise<Posted> {
    return world.post(body, { path: other.path, headers: [JSON_TYPE, signed(body, OTHER_KEY)] });
  }

  async function rowsOfOther(): Promise<number> {
    const { rows } = await world.db.query<{ n: number }>(
      'select count(*) as n from meetings where workspace_id = $1',
      [other.workspaceId],
    );
    return rows[0]?.n ?? -1;
  }

  it("another workspace's key says nothing about our meetings, whoever it claims to be", async () => {
    const { simulator } = world;
    const { invitee } = simulator.moves.book({ eventType: 'meet-carla', invitee: ADA });
    await world.settled();
    const payload = payloadOf(simulator, invitee, 'invitee.canceled');
    Object.assign(payload, { status: 'canceled', updated_at: '2098-01-01T00:00:00.000000Z' });
    Object.assign(part(payload, 'scheduled_event'), { status: 'canceled' });
    const message = { event: 'invitee.canceled', payload };

    const asUs = await postAsOther(envelope(simulator, message));
    expect(asUs.delivery).toMatchObject({ state: 'quarantined', reason: 'identity: creator' });
    const asItself = await postAsOther(envelope(simulator, message, { created_by: other.user }));
    expect(asItself.delivery).toMatchObject({ state: 'quarantined', reason: 'identity: host' });
    const ofNobody = await postAsOther(envelope(simulator, message, { created_by: null }));
    expect(ofNobody.delivery).toMatchObject({ state: 'quarantined', reason: 'identity: host' });
    expect(await rowsOfOther()).toBe(0);

    // even as its own meeting it is a row over there, and none of ours
    part(payload, 'scheduled_event')['event_memberships'] = [{ user: other.user }];
    const asOwn = await postAsOther(envelope(simulator, message, { created_by: other.user }));
    expect(asOwn.delivery).toMatchObject({ state: 'done' });
    const { rows } = await world.db.query<{ workspace_id: string; status: string }>(
      'select workspace_id, status from meetings where calendly_uri = $1 order by status',
      [meetingOf(invitee)],
    );
    const { workspace_id: ours } = await world.connection();
    expect(rows).toEqual([
      { workspace_id: ours, status: 'active' },
      { workspace_id: other.workspaceId, status: 'canceled' },
    ]);
    await world.db.query(`delete from queued_reads where workspace_id = $1`, [other.workspaceId]);
  });

  it.each(['event_type.created', 'routing_form_submission.created'])(
    '%s of a subscription that somebody else made is put aside',
    async (event) => {
      const id = makeId();
      const at = '2026-01-01T00:00:00.000000Z';
      const kind = event.startsWith('event_type') ? 'event_types' : 'routing_form_submissions';
      const payload = {
        uri: `https://api.calendly.com/${kind}/${id}`,
        created_at: at,
        updated_at: at,
      };
      const { delivery } = await postAsOther(envelope(world.simulator, { event, payload }));
      expect(delivery).toMatchObject({ state: 'quarantined', reason: 'identity: creator' });
    },
  );

  it('a host of the organisation is, a stranger is not', async () => {
    const { simulator } = world;
    const { invitee } = simulator.moves.book({ eventType: 'meet-carla', invitee: ADA });
    const payload = payloadOf(simulator, invitee);
    const strange = structuredClone(payload);
    for (const host of [userNamed(simulator.world, 'second-member').uri, other.user]) {
      part(strange, 'scheduled_event')['event_memberships'] = [{ user: host }];
      part(strange, 'scheduled_event')['uri'] =
        `https://api.calendly.com/scheduled_events/${makeId()}`;
      const meeting = String(part(strange, 'scheduled_event')['uri']);
      Object.assign(strange, { event: meeting, uri: `${meeting}/invitees/ONE` });
      const { delivery } = await world.post(
        envelope(simulator, { event: 'invitee.created', payload: strange }),
      );
      expect(delivery?.state).toBe(host === other.user ? 'quarantined' : 'done');
    }
    await world.db.query(`delete from queued_reads`);
  });

  it('an account that was disconnected changes nothing any more', async () => {
    const { id } = await world.connection();
    await world.db.query(`update calendly_connections set state = 'disconnected' where id = $1`, [
      id,
    ]);
    const { invitee } = world.simulator.moves.book({ eventType: 'meet-carla', invitee: ADA });
    await world.settled();
    expect(await column(world, invitee, 'status')).toBeUndefined();
    const { rows } = await world.db.query(
      `select state, reason from webhook_deliveries where event = 'invitee.created' order by id desc limit 1`,
    );
    expect(rows).toEqual([{ state: 'ignored', reason: 'disconnected' }]);
    await world.db.query(`update calendly_connections set state = 'active' where id = $1`, [id]);
  });
});
