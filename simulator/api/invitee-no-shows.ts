/** POST /invitee_no_shows; GET and DELETE /invitee_no_shows/{id}. There is no list. */
import { markNoShow, unmarkNoShow } from '../moves/no-show.ts';
import type { InviteeWire } from '../records.ts';
import { get, pathId, resource } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { visibleEvent } from './permission.ts';
import { invalid, notFound } from './refusal.ts';
import { idOf } from '../stamp.ts';

export const noShowRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/invitee_no_shows',
    scope: 'scheduled_events:write',
    handle: postNoShow,
  },
  get('/invitee_no_shows/{}', 'scheduled_events:read', (call) =>
    resource(showNoShow(findNoShow(call))),
  ),
  {
    method: 'DELETE',
    pattern: '/invitee_no_shows/{}',
    scope: 'scheduled_events:write',
    handle: (call) => {
      unmarkNoShow(call.world, findNoShow(call));
      return { status: 204, body: null };
    },
  },
];

function postNoShow(call: Call): Answer {
  const { body, world } = call;
  const uri = typeof body === 'object' && body !== null && 'invitee' in body ? body.invitee : null;
  if (uri === null || uri === '') throw invalid('invitee', 'is missing');
  const invitee = typeof uri === 'string' ? world.invitees.get(uri) : undefined;
  if (invitee === undefined) throw invalid('invitee', 'is invalid');
  visibleEvent(call, idOf(invitee.event));
  if (invitee.no_show !== null) throw invalid('invitee', 'is already marked as a no show');
  markNoShow(world, invitee);
  return resource(showNoShow(invitee), 201);
}

function findNoShow(call: Call): InviteeWire {
  const uri = `https://api.calendly.com/invitee_no_shows/${pathId(call)}`;
  for (const invitee of call.world.invitees.values()) {
    if (invitee.no_show?.uri !== uri) continue;
    visibleEvent(call, idOf(invitee.event));
    return invitee;
  }
  throw notFound();
}

function showNoShow(invitee: InviteeWire): { uri: string; invitee: string; created_at: string } {
  if (invitee.no_show === null) throw notFound();
  const { uri, created_at } = invitee.no_show;
  return { uri, invitee: invitee.uri, created_at };
}
