/** From a request to an answer: finds the route, asks for the scope, turns refusals into bodies. */
import type { TokenRecord } from '../records.ts';
import type { World } from '../state.ts';
import { hasScope } from './call.ts';
import type { Answer, Route } from './call.ts';
import { eventTypeRoutes } from './event-types.ts';
import { noShowRoutes } from './invitee-no-shows.ts';
import { inviteeRoutes } from './invitees.ts';
import { membershipRoutes } from './organization-memberships.ts';
import { organizationRoutes } from './organizations.ts';
import { insufficientScope, notFound, Refusal, unauthenticated } from './refusal.ts';
import { scheduledEventRoutes } from './scheduled-events.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhook-subscriptions.ts';

const ROUTES: readonly Route[] = [
  ...userRoutes,
  ...organizationRoutes,
  ...membershipRoutes,
  ...scheduledEventRoutes,
  ...inviteeRoutes,
  ...noShowRoutes,
  ...eventTypeRoutes,
  ...webhookRoutes,
];

export interface Asked {
  world: World;
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  token: TokenRecord | undefined;
}

/** The route's name for counting, for example `GET /scheduled_events/{}/invitees`. */
export function routeName(method: string, path: string): string {
  const found = findRoute(method, path);
  return found === undefined ? `${method} elsewhere` : `${method} ${found.route.pattern}`;
}

/** What Calendly would answer. Throws nothing but bugs. */
export function answer(asked: Asked): Answer {
  try {
    return answerOrRefuse(asked);
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body };
    throw error;
  }
}

function answerOrRefuse({ world, method, path, query, body, token }: Asked): Answer {
  const user = token === undefined ? undefined : world.users.get(token.user);
  if (token === undefined || token.revoked || user === undefined || user.deleted) {
    throw unauthenticated();
  }
  const found = findRoute(method, path);
  if (found === undefined) throw notFound();
  const { route, ids } = found;
  if (!hasScope(token, route.scope)) throw insufficientScope(route.scope);
  return route.handle({ world, path, ids, query, body, user: user.wire, token });
}

function findRoute(method: string, path: string): { route: Route; ids: string[] } | undefined {
  const segments = path.split('/');
  for (const route of ROUTES) {
    const pattern = route.pattern.split('/');
    if (route.method !== method || pattern.length !== segments.length) continue;
    const fits = pattern.every((part, index) =>
      part === '{}' ? segments[index] !== '' : part === segments[index],
    );
    if (!fits) continue;
    return { route, ids: segments.filter((_, index) => pattern[index] === '{}') };
  }
  return undefined;
}
