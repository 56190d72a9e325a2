/** GET /organization_memberships and /organization_memberships/{id}. */
import { showMembership } from '../show.ts';
import { choiceParameter, get, pathId, resource, textParameter, uriParameter } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { page } from './page.ts';
import { findMembership, isAdmin } from './permission.ts';
import { denied, invalidAll, notFound } from './refusal.ts';

export const membershipRoutes: readonly Route[] = [
  get('/organization_memberships', 'organizations:read', listMemberships),
  get('/organization_memberships/{}', 'organizations:read', getMembership),
];

function listMemberships(call: Call): Answer {
  const { world } = call;
  const organization = uriParameter(call, 'organization', 'organizations');
  const user = uriParameter(call, 'user', 'users');
  const role = choiceParameter(call, 'role', ['owner', 'admin', 'user']);
  const email = textParameter(call, 'email')?.toLowerCase();
  if (organization === undefined && user === undefined) {
    throw invalidAll([
      { parameter: 'organization', message: 'is missing' },
      { parameter: 'user', message: 'is missing' },
    ]);
  }
  if (user !== call.user.uri && !isAdmin(call, organization ?? call.user.current_organization)) {
    throw denied();
  }
  if (user !== undefined && user !== call.user.uri) {
    const home = organization ?? call.user.current_organization;
    if (findMembership(world, user, home) === undefined) {
      throw denied('This user is not in your organization');
    }
  }
  const rows = [...world.memberships.values()].filter(
    (one) =>
      (organization === undefined || one.organization === organization) &&
      (user === undefined || one.user === user) &&
      (role === undefined || one.role === role) &&
      (email === undefined || world.users.get(one.user)?.wire.email.toLowerCase() === email),
  );
  return page(call, {
    rows,
    keyOf: (one) => `${one.created_at} ${one.uri}`,
    descending: false,
    show: (one) => showMembership(world, one),
  });
}

function getMembership(call: Call): Answer {
  const uri = `https://api.calendly.com/organization_memberships/${pathId(call)}`;
  const membership = call.world.memberships.get(uri);
  if (membership === undefined) throw notFound();
  const foreign = membership.organization !== call.user.current_organization;
  if (foreign) throw denied('This user is not in your organization');
  if (membership.user !== call.user.uri && !isAdmin(call, membership.organization)) throw denied();
  return resource(showMembership(call.world, membership));
}
