/** What Calendly would deliver, made from a simulated world: payloads as they are at this moment, in envelopes. */
import { systemClock } from '../../src/base/time.ts';
import type { InviteeWire, JsonObject } from '../../simulator/records.ts';
import type { Simulator } from '../../simulator/server.ts';
import { announceInvitee, type InviteeEvent } from '../../simulator/webhooks/announce.ts';
import { userNamed } from '../../simulator/world.ts';

export interface Message {
  event: string;
  payload: JsonObject;
}

/** What `happen` makes Calendly say, in order, as it looked just then. */
export function messagesOf(simulator: Simulator, happen: () => void): Message[] {
  const messages: Message[] = [];
  const stop = simulator.world.onHappening(({ event, payload }) => {
    messages.push({ event, payload: structuredClone(payload) });
  });
  try {
    happen();
  } finally {
    stop();
  }
  return messages;
}

/** The payload that an event about this invitee would have now. */
export function payloadOf(simulator: Simulator, invitee: string, event?: InviteeEvent): JsonObject {
  const wire = inviteeOf(simulator, invitee);
  const [message] = messagesOf(simulator, () =>
    announceInvitee(simulator.world, event ?? 'invitee.created', wire),
  );
  if (message === undefined) throw new Error('There is nothing to say of this invitee');
  return message.payload;
}

/** The invitee's own record, to be changed at will. */
export function inviteeOf(simulator: Simulator, invitee: string): InviteeWire {
  const wire = simulator.world.invitees.get(invitee);
  if (wire === undefined) throw new Error('There is no such invitee');
  return wire;
}

/** The text of a delivery; its creator is the story's `host` unless told otherwise. */
export function envelope(
  simulator: Simulator,
  { event, payload }: { event: string; payload: unknown },
  more: Record<string, unknown> = {},
): string {
  const second = Math.floor(systemClock.now() / 1000) * 1000;
  return JSON.stringify({
    created_at: new Date(second).toISOString().replace('.000Z', '.000000Z'),
    created_by: userNamed(simulator.world, 'host').uri,
    event,
    payload,
    ...more,
  });
}

/** One part of a payload that is an object, to be changed. */
export function part(payload: JsonObject, key: string): JsonObject {
  const value = payload[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${key} is no object`);
  }
  return value;
}
