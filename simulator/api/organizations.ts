/** GET /organizations/{id}. */
import { get, pathId, resource } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { findMembership } from './permission.ts';
import { denied, notFound } from './refusal.ts';

export const organizationRoutes: readonly Route[] = [
  get('/organizations/{}', 'organizations:read', getOrganization),
];

function getOrganization(call: Call): Answer {
  const uri = `https://api.calendly.com/organizations/${pathId(call)}`;
  const organization = call.world.organizations.get(uri);
  if (organization === undefined) throw notFound();
  if (findMembership(call.world, call.user.uri, uri) === undefined) throw denied();
  return resource(organization);
}
