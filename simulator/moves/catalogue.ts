/** Every move with the shape of its arguments, for code and for the control API alike. */
import { z } from 'zod';
import {
  changeRole,
  changeToken,
  deleteUser,
  grantToken,
  removeMember,
  revokeToken,
} from './account.ts';
import { book, joinGroup, reschedule } from './book.ts';
import { cancelEvent, cancelInvitee } from './cancel.ts';
import { findActiveEvent, findActiveInvitee, findInvitee, MoveError } from './find.ts';
import {
  addGuest,
  changeLocation,
  editNotes,
  reassign,
  removeEvent,
  rename,
  restoreEvent,
} from './meeting.ts';
import { move } from './move.ts';
import { markNoShow, unmarkNoShow } from './no-show.ts';
import { eraseInvitee, pay } from './person.ts';
import { WEBHOOK_MOVES } from './webhook-catalogue.ts';

const text = z.string().min(1);
const object = z.record(z.string(), z.json());
const location = z.union([text, object, z.null()]);
const who = z.enum(['host', 'invitee']);
const tier = z.enum(['free', 'trial', 'paid']);
const booker = z.strictObject({
  name: z.string(),
  email: text,
  timezone: text.nullable().optional(),
  phone: text.optional(),
  answers: z.record(z.string(), z.string()).optional(),
});
const anEvent = z.strictObject({ event: text });
const anInvitee = z.strictObject({ invitee: text });
const aUser = z.strictObject({ user: text });
const ending = { by: who.optional(), reason: z.string().nullable().optional() };

export const MOVES = {
  book: move(
    z.strictObject({
      eventType: text.optional(),
      host: text.optional(),
      startTime: text.optional(),
      minutes: z.int().min(1).optional(),
      location: location.optional(),
      name: z.string().optional(),
      guests: z.array(text).optional(),
      invitee: booker,
    }),
    book,
  ),
  joinGroup: move(z.strictObject({ event: text, invitee: booker }), joinGroup),
  reschedule: move(
    z.strictObject({ invitee: text, startTime: text.optional(), ...ending }),
    reschedule,
  ),
  cancel: move(z.strictObject({ event: text, ...ending }), (world, args) => {
    const event = findActiveEvent(world, args.event);
    const by = args.by ?? 'host';
    const first = world.inviteesOf.get(event.wire.uri)?.find((one) => one.status === 'active');
    const host = event.wire.event_memberships[0]?.user_name;
    const name = by === 'host' ? host : first?.name;
    cancelEvent(world, event, { by: name ?? '', who: by, reason: args.reason ?? null });
  }),
  cancelInvitee: move(z.strictObject({ invitee: text, ...ending }), (world, args) => {
    const invitee = findActiveInvitee(world, args.invitee);
    const by = args.by ?? 'invitee';
    const host = world.events.get(invitee.event)?.wire.event_memberships[0]?.user_name;
    const name = by === 'host' ? host : invitee.name;
    cancelInvitee(world, invitee, { by: name ?? '', who: by, reason: args.reason ?? null });
  }),
  markNoShow: move(anInvitee, (world, args) => {
    const invitee = findInvitee(world, args.invitee);
    if (invitee.no_show !== null) throw new MoveError('invitee', 'is a no-show already');
    markNoShow(world, invitee);
  }),
  unmarkNoShow: move(anInvitee, (world, args) => {
    const invitee = findInvitee(world, args.invitee);
    if (invitee.no_show === null) throw new MoveError('invitee', 'is no no-show');
    unmarkNoShow(world, invitee);
  }),
  reassign: move(z.strictObject({ event: text, to: text, from: text.optional() }), reassign),
  rename: move(z.strictObject({ event: text, name: z.string().nullable() }), rename),
  addGuest: move(z.strictObject({ event: text, email: text }), addGuest),
  changeLocation: move(z.strictObject({ event: text, location }), changeLocation),
  editNotes: move(z.strictObject({ event: text, text: z.string().nullable() }), editNotes),
  removeEvent: move(anEvent, removeEvent),
  restoreEvent: move(anEvent, restoreEvent),
  eraseInvitee: move(z.strictObject({ email: text }), eraseInvitee),
  pay: move(
    z.strictObject({
      invitee: text,
      amount: z.union([z.number(), z.string()]).optional(),
      currency: text.optional(),
      successful: z.boolean().optional(),
    }),
    pay,
  ),
  revokeToken: move(z.strictObject({ token: text.optional(), user: text.optional() }), revokeToken),
  grantToken: move(
    z.strictObject({ user: text, scopes: z.array(text).optional(), tier: tier.optional() }),
    grantToken,
  ),
  changeToken: move(
    z.strictObject({
      token: text,
      scopes: z.array(text).nullable().optional(),
      tier: tier.optional(),
    }),
    changeToken,
  ),
  changeRole: move(
    z.strictObject({ user: text, role: z.enum(['owner', 'admin', 'user']) }),
    changeRole,
  ),
  removeMember: move(aUser, removeMember),
  deleteUser: move(aUser, deleteUser),
  ...WEBHOOK_MOVES,
};

export type MoveName = keyof typeof MOVES;
