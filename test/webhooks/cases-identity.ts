/** Bad input 43, well signed: deliveries about other people's things, and those that contradict themselves. */
import { expect } from 'vitest';
import type { JsonObject } from '../../simulator/records.ts';
import { userNamed } from '../../simulator/world.ts';
import { envelope, part, payloadOf } from '../harness/webhook-messages.ts';
import { bookOne, column, meetingOf, spoilt } from './bookings.ts';
import type { WebhookCase } from './case.ts';

const STRANGER = 'https://api.calendly.com/users/STRANGER';
const OTHER = 'https://api.calendly.com/scheduled_events/OTHER';

function hostedBy(payload: JsonObject, hosts: readonly string[]): void {
  part(payload, 'scheduled_event')['event_memberships'] = hosts.map((user) => ({
    user,
    user_email: 'somebody@elsewhere.example',
    user_name: 'Somebody',
  }));
}

function madeBy(about: string, creator: unknown): WebhookCase {
  return {
    row: 43,
    about,
    send(world) {
      const payload = payloadOf(world.simulator, bookOne(world));
      const message = { event: 'invitee.created', payload };
      return { body: envelope(world.simulator, message, { created_by: creator }) };
    },
    status: 200,
    ends: {
      state: 'quarantined',
      reason: typeof creator === 'string' ? 'identity: creator' : 'shape',
    },
  };
}

export const identityCases: readonly WebhookCase[] = [
  spoilt(43, "a stranger's meeting", {
    change: (payload) => hostedBy(payload, [STRANGER]),
    reason: 'identity: host',
  }),
  spoilt(43, 'a meeting of nobody', {
    change: (payload) => hostedBy(payload, []),
    reason: 'identity: host',
  }),
  {
    row: 43,
    about: "a colleague's meeting, where the connection is for its own user alone",
    send(world) {
      const payload = payloadOf(world.simulator, bookOne(world));
      hostedBy(payload, [userNamed(world.simulator.world, 'colleague').uri]);
      return { body: envelope(world.simulator, { event: 'invitee.created', payload }) };
    },
    status: 200,
    ends: { state: 'quarantined', reason: 'identity: host' },
  },
  madeBy("a stranger's subscription", STRANGER),
  madeBy('a subscription of nobody', ''),
  madeBy('a subscription of a number', 1),
  spoilt(43, 'an invitee of another meeting than it names', {
    change: (payload) => void (payload['event'] = OTHER),
    reason: 'event: ',
  }),
  spoilt(43, 'an invitee beside another meeting', {
    change: (payload) => void (part(payload, 'scheduled_event')['uri'] = OTHER),
    reason: 'identity: other meeting',
  }),
  {
    row: 43,
    about: "a stranger's words about a meeting that is known here",
    async send(world) {
      const uri = bookOne(world);
      const message = { event: 'invitee.created', payload: payloadOf(world.simulator, uri) };
      await world.post(envelope(world.simulator, message));
      await world.confirmed();
      const payload = payloadOf(world.simulator, uri, 'invitee.canceled');
      payload['status'] = 'canceled';
      return {
        body: envelope(
          world.simulator,
          { event: 'invitee.canceled', payload },
          { created_by: STRANGER },
        ),
        uri,
      };
    },
    status: 200,
    ends: { state: 'quarantined', reason: 'identity: creator' },
    async leaves(world, { uri = '' }) {
      expect(await column(world, uri, 'status')).toBe('active');
      expect(await world.confirmed()).toBe(0);
    },
  },
  {
    row: 43,
    about: 'a meeting that Calendly does not know',
    send(world) {
      world.simulator.clearRequests();
      const uri = bookOne(world);
      const text = envelope(world.simulator, {
        event: 'invitee.created',
        payload: payloadOf(world.simulator, uri),
      });
      const invented = 'https://api.calendly.com/scheduled_events/INVENTED';
      return { body: text.replaceAll(meetingOf(uri), invented), uri: invented };
    },
    status: 200,
    ends: { state: 'done' },
    async leaves(world, { uri = '' }) {
      // asked about, and answered with 404; kept until a proof says otherwise
      await world.confirmed();
      expect(world.simulator.counts.get('GET /scheduled_events/{}')).toBeGreaterThan(0);
      expect(await world.confirmed()).toBe(0);
      expect(await column(world, uri, 'status')).toBe('active');
      await world.db.query('delete from queued_reads where uri = $1', [uri]);
      await world.db.query('delete from meeting_sightings');
      await world.db.query('delete from meetings where calendly_uri = $1', [uri]);
      await world.db.query('delete from invitees where meeting_uri = $1', [uri]);
    },
  },
];
