/** Bad inputs 44 to 47: deliveries out of order, halves of a reschedule, the same thing told twice. */
import { expect } from 'vitest';
import {
  envelope,
  inviteeOf,
  messagesOf,
  payloadOf,
  type Message,
} from '../harness/webhook-messages.ts';
import type { WebhookWorld } from '../harness/webhook-world.ts';
import { bookOne, column, expectTrue, meetingOf } from './bookings.ts';
import type { Sent, WebhookCase } from './case.ts';

const DONE = { state: 'done' } as const;

function tell({ simulator }: WebhookWorld, message: Message | undefined, uri: string): Sent {
  if (message === undefined) throw new Error('Nothing happened');
  return { body: envelope(simulator, message), uri };
}

function canceled(world: WebhookWorld): {
  created: Message;
  canceled: Message | undefined;
  uri: string;
} {
  const uri = bookOne(world);
  const created = { event: 'invitee.created', payload: payloadOf(world.simulator, uri) };
  const [message] = messagesOf(world.simulator, () =>
    world.simulator.moves.cancel({ event: meetingOf(uri) }),
  );
  return { created, canceled: message, uri };
}

/** Books, makes it known, and reschedules: the two messages of that, and both invitees. */
async function rescheduled(world: WebhookWorld): Promise<{
  old: string;
  uri: string;
  messages: Message[];
}> {
  const old = bookOne(world);
  const created = { event: 'invitee.created', payload: payloadOf(world.simulator, old) };
  await world.post(envelope(world.simulator, created));
  let uri = '';
  const messages = messagesOf(world.simulator, () => {
    uri = world.simulator.moves.reschedule({ invitee: old }).invitee;
  });
  return { old, uri, messages };
}

export const orderCases: readonly WebhookCase[] = [
  {
    row: 44,
    about: 'an invitee whose meeting is not known yet',
    send(world) {
      const uri = bookOne(world);
      return tell(
        world,
        { event: 'invitee.created', payload: payloadOf(world.simulator, uri) },
        uri,
      );
    },
    status: 200,
    ends: DONE,
    async leaves(world, { uri = '' }) {
      expect(await column(world, meetingOf(uri), 'status')).toBe('active');
      expect(await column(world, uri, 'status')).toBe('active');
      await expectTrue(world, uri);
    },
  },
  {
    row: 45,
    about: 'a cancellation whose booking is not known yet',
    send(world) {
      const { canceled: message, uri } = canceled(world);
      return tell(world, message, uri);
    },
    status: 200,
    ends: DONE,
    async leaves(world, { uri = '' }) {
      expect(await column(world, meetingOf(uri), 'status')).toBe('canceled');
      expect(await column(world, uri, 'status')).toBe('canceled');
      await expectTrue(world, uri);
    },
  },
  {
    row: 45,
    about: 'a booking that comes behind its cancellation',
    async send(world) {
      const { created, canceled: message, uri } = canceled(world);
      await world.post(tell(world, message, uri).body);
      return tell(world, created, uri);
    },
    status: 200,
    ends: DONE,
    async leaves(world, { uri = '' }) {
      expect(await column(world, meetingOf(uri), 'status')).toBe('canceled');
      expect(await column(world, uri, 'status')).toBe('canceled');
      await expectTrue(world, uri);
      expect(await column(world, uri, 'status')).toBe('canceled');
    },
  },
  {
    row: 46,
    about: 'the second half of a reschedule alone',
    async send(world) {
      const { uri, messages } = await rescheduled(world);
      const half = messages.find(({ event }) => event === 'invitee.created');
      return tell(world, half, uri);
    },
    status: 200,
    ends: DONE,
    async leaves(world, { uri = '' }) {
      await expectTrue(world, uri);
      const old = await column(world, uri, 'old_invitee');
      // what the lost half would have told is known after the next run
      await world.sync();
      expect(await column(world, String(old), 'new_invitee')).toBe(uri);
      await expectTrue(world, String(old));
    },
  },
  {
    row: 46,
    about: 'both halves of a reschedule with one and the same time',
    async send(world) {
      const { old, uri, messages } = await rescheduled(world);
      const at = inviteeOf(world.simulator, uri).updated_at;
      inviteeOf(world.simulator, old).updated_at = at;
      const again = messages.map(({ event, payload }) => ({
        event,
        payload: { ...payload, updated_at: at },
      }));
      await world.post(tell(world, again[1], uri).body);
      return tell(world, again[0], uri);
    },
    status: 200,
    ends: DONE,
    async leaves(world, { uri = '' }) {
      const old = String(await column(world, uri, 'old_invitee'));
      expect(await column(world, old, 'new_invitee')).toBe(uri);
      expect(await column(world, old, 'status')).toBe('canceled');
      await expectTrue(world, uri);
      await expectTrue(world, old);
    },
  },
  {
    row: 47,
    about: 'one booking with two wordings of the same time',
    async send(world) {
      const uri = bookOne(world);
      const payload = payloadOf(world.simulator, uri);
      const other = { ...payload, name: 'Another Name' };
      await world.post(tell(world, { event: 'invitee.created', payload: other }, uri).body);
      return tell(world, { event: 'invitee.created', payload }, uri);
    },
    status: 200,
    ends: DONE,
    leaves: (world, { uri = '' }) => expectTrue(world, uri),
  },
  {
    row: 47,
    about: 'one booking with two wordings, the older one last',
    async send(world) {
      const uri = bookOne(world);
      const payload = payloadOf(world.simulator, uri);
      await world.post(tell(world, { event: 'invitee.created', payload }, uri).body);
      const older = { ...payload, name: 'Another Name', updated_at: '2020-01-01T00:00:00.000000Z' };
      return tell(world, { event: 'invitee.created', payload: older }, uri);
    },
    status: 200,
    ends: DONE,
    async leaves(world, { uri = '' }) {
      expect(await column(world, uri, 'name')).not.toBe('Another Name');
      await expectTrue(world, uri);
    },
  },
];
