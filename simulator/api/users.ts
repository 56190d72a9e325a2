/** GET /users/me and /users/{id}. */
import { get, pathId, resource } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { findMembership } from './permission.ts';
import { denied, notFound } from './refusal.ts';

export const userRoutes: readonly Route[] = [get('/users/{}', 'users:read', getUser)];

function getUser(call: Call): Answer {
  const id = pathId(call);
  if (id === 'me') return resource(call.user);
  const user = call.world.users.get(`https://api.calendly.com/users/${id}`);
  if (user === undefined || user.deleted) throw notFound();
  const shared = findMembership(call.world, user.wire.uri, call.user.current_organization);
  if (user.wire.uri !== call.user.uri && shared === undefined) throw denied();
  return resource(user.wire);
}
