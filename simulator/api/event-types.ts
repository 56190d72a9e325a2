/** GET /event_types (never the deleted and one-off ones) and /event_types/{id} (those too). */
import { choiceParameter, flagParameter, get, pathId, resource, uriParameter } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { page } from './page.ts';
import { findMembership, isAdmin } from './permission.ts';
import { denied, invalidAll, notFound } from './refusal.ts';
import type { EventTypeRecord } from '../records.ts';

const SORTS = ['name', 'position', 'created_at', 'updated_at'].flatMap((name) => [
  name,
  `${name}:asc`,
  `${name}:desc`,
]);

export const eventTypeRoutes: readonly Route[] = [
  get('/event_types', 'event_types:read', listEventTypes),
  get('/event_types/{}', 'event_types:read', getEventType),
];

function listEventTypes(call: Call): Answer {
  const { world } = call;
  const organization = uriParameter(call, 'organization', 'organizations');
  const user = uriParameter(call, 'user', 'users');
  const active = flagParameter(call, 'active');
  const sort = choiceParameter(call, 'sort', SORTS) ?? 'name:asc';
  if (organization === undefined && user === undefined) {
    throw invalidAll([
      { parameter: 'organization', message: 'is missing' },
      { parameter: 'user', message: 'is missing' },
    ]);
  }
  if (organization !== undefined && user === undefined && !isAdmin(call, organization)) {
    throw denied();
  }
  if (user !== undefined && user !== call.user.uri) {
    const home = call.user.current_organization;
    if (findMembership(world, user, home) === undefined) {
      throw denied('This user is not in your organization');
    }
    if (!isAdmin(call, home)) throw denied();
  }
  const rows = [...world.eventTypes.values()].filter(
    (type) =>
      !type.unlisted &&
      (organization === undefined || type.organization === organization) &&
      (user === undefined || ownerOf(type) === user) &&
      (active === undefined || type.wire.active === active),
  );
  const [column = 'name', direction] = sort.split(':');
  return page(call, {
    rows,
    keyOf: (type) => `${sortKey(type, column)} ${type.wire.uri}`,
    descending: direction === 'desc',
    show: (type) => type.wire,
  });
}

function ownerOf(type: EventTypeRecord): unknown {
  const profile = type.wire['profile'];
  const known = typeof profile === 'object' && profile !== null && !Array.isArray(profile);
  return known ? profile['owner'] : undefined;
}

function sortKey(type: EventTypeRecord, column: string): string {
  const value = type.wire[column];
  if (typeof value === 'number') return String(value).padStart(9, '0');
  return typeof value === 'string' ? value : '';
}

function getEventType(call: Call): Answer {
  const uri = `https://api.calendly.com/event_types/${pathId(call)}`;
  const type = call.world.eventTypes.get(uri);
  if (type === undefined) throw notFound();
  const member = findMembership(call.world, call.user.uri, type.organization);
  if (member === undefined) throw denied();
  return resource(type.wire);
}
