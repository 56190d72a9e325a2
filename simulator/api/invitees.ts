/** GET /scheduled_events/{id}/invitees and /scheduled_events/{event}/invitees/{invitee}. */
import { choiceParameter, get, pathId, resource, textParameter } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { page } from './page.ts';
import { visibleEvent } from './permission.ts';
import { notFound } from './refusal.ts';

export const inviteeRoutes: readonly Route[] = [
  get('/scheduled_events/{}/invitees', 'scheduled_events:read', listInvitees),
  get('/scheduled_events/{}/invitees/{}', 'scheduled_events:read', getInvitee),
];

function listInvitees(call: Call): Answer {
  const event = visibleEvent(call, pathId(call));
  const status = choiceParameter(call, 'status', ['active', 'canceled']);
  const sort = choiceParameter(call, 'sort', ['created_at:asc', 'created_at:desc']);
  const email = textParameter(call, 'email')?.toLowerCase();
  const invitees = call.world.inviteesOf.get(event.wire.uri) ?? [];
  return page(call, {
    rows: invitees.filter(
      (invitee) =>
        (status === undefined || invitee.status === status) &&
        (email === undefined || invitee.email.toLowerCase() === email),
    ),
    keyOf: (invitee) => `${invitee.created_at} ${invitee.uri}`,
    descending: sort === 'created_at:desc',
    show: (invitee) => invitee,
  });
}

function getInvitee(call: Call): Answer {
  const event = visibleEvent(call, pathId(call));
  const invitee = call.world.invitees.get(`${event.wire.uri}/invitees/${pathId(call, 1)}`);
  if (invitee === undefined) throw notFound();
  return resource(invitee);
}
