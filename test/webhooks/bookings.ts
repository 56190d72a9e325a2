/** Bookings in the simulated world, and cases made of what Calendly would deliver of them. */
import { expect } from 'vitest';
import type { InviteeWire, JsonObject } from '../../simulator/records.ts';
import { envelope, inviteeOf, payloadOf } from '../harness/webhook-messages.ts';
import type { WebhookWorld } from '../harness/webhook-world.ts';
import type { WebhookCase } from './case.ts';

let count = 0;

/** Books with the host in the simulated world; answers the invitee's URI. */
export function bookOne({ simulator }: WebhookWorld, eventType = 'introductory-call'): string {
  count += 1;
  const invitee = { name: `Visitor ${count}`, email: `visitor.${count}@visitor.example` };
  return simulator.moves.book({ eventType, invitee }).invitee;
}

/** A booking whose payload is spoilt on its way: quarantined for `reason`, and nothing else happens. */
export function spoilt(
  row: number,
  about: string,
  { change, reason }: { change: (payload: JsonObject) => void; reason: string },
): WebhookCase {
  return {
    row,
    about,
    send(world) {
      const payload = payloadOf(world.simulator, bookOne(world));
      change(payload);
      return { body: envelope(world.simulator, { event: 'invitee.created', payload }) };
    },
    status: 200,
    ends: { state: 'quarantined', reason },
  };
}

/** A booking that really is so at Calendly: stored as it is, and equal to the truth after its read. */
export function odd(row: number, about: string, change: (wire: InviteeWire) => void): WebhookCase {
  return {
    row,
    about,
    send(world) {
      const uri = bookOne(world);
      change(inviteeOf(world.simulator, uri));
      world.simulator.world.changed();
      const payload = payloadOf(world.simulator, uri);
      return { body: envelope(world.simulator, { event: 'invitee.created', payload }), uri };
    },
    status: 200,
    ends: { state: 'done' },
    leaves: (world, sent) => expectTrue(world, sent.uri ?? ''),
  };
}

/** The rows of this invitee and its meeting are what Calendly has, once the owed reads are made. */
export async function expectTrue(world: WebhookWorld, invitee: string): Promise<void> {
  await world.confirmed();
  expect(await world.drift(meetingOf(invitee))).toEqual([]);
}

export function meetingOf(invitee: string): string {
  return invitee.slice(0, invitee.indexOf('/invitees/'));
}

/** One column of the invitee's or the meeting's row. */
export async function column(world: WebhookWorld, uri: string, name: string): Promise<unknown> {
  const table = uri.includes('/invitees/') ? 'invitees' : 'meetings';
  const { rows } = await world.db.query<Record<string, unknown>>(
    `select ${name} as value from ${table} where calendly_uri = $1`,
    [uri],
  );
  return rows[0]?.['value'];
}
