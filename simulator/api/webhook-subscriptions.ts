/** POST and GET /webhook_subscriptions; GET and DELETE /webhook_subscriptions/{id}. There is no update. */
import type { SubscriptionRecord } from '../webhooks/records.ts';
import { addSubscription, endSubscription, liveSubscriptions } from '../webhooks/subscriptions.ts';
import { choiceParameter, get, pathId, resource, textParameter, uriParameter } from './call.ts';
import type { Answer, Call, Route } from './call.ts';
import { allowSubscription, readNewSubscription } from './new-subscription.ts';
import { page } from './page.ts';
import { findMembership, isAdmin } from './permission.ts';
import { denied, invalidAll, notFound } from './refusal.ts';

export const webhookRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/webhook_subscriptions',
    scope: 'webhooks:write',
    handle: postSubscription,
  },
  get('/webhook_subscriptions', 'webhooks:read', listSubscriptions),
  get('/webhook_subscriptions/{}', 'webhooks:read', (call) => resource(ownSubscription(call).wire)),
  {
    method: 'DELETE',
    pattern: '/webhook_subscriptions/{}',
    scope: 'webhooks:write',
    handle: (call) => {
      endSubscription(call.world, ownSubscription(call));
      return { status: 204, body: null };
    },
  },
];

function postSubscription(call: Call): Answer {
  const input = readNewSubscription(call.body);
  allowSubscription(call, input);
  const creator = call.user.uri;
  return resource(addSubscription(call.world, { ...input, creator }).wire, 201);
}

function listSubscriptions(call: Call): Answer {
  const { world, user: caller } = call;
  const organization = uriParameter(call, 'organization', 'organizations');
  const scope = choiceParameter(call, 'scope', ['organization', 'user', 'group']);
  const user = uriParameter(call, 'user', 'users');
  const sort = choiceParameter(call, 'sort', ['created_at', 'created_at:asc', 'created_at:desc']);
  const missing = [
    ...(organization === undefined ? ['organization'] : []),
    ...(scope === undefined ? ['scope'] : []),
    ...(scope === 'user' && user === undefined ? ['user'] : []),
    ...(scope === 'group' && textParameter(call, 'group') === undefined ? ['group'] : []),
  ];
  if (organization === undefined || missing.length > 0) {
    throw invalidAll(missing.map((parameter) => ({ parameter, message: 'is missing' })));
  }
  if (findMembership(world, caller.uri, organization) === undefined) throw denied();
  if (scope === 'organization' && !isAdmin(call, organization)) throw denied();
  if (scope === 'user' && user !== caller.uri) throw denied();
  // Nobody in these worlds belongs to a group.
  if (scope === 'group') throw notFound();
  return page(call, {
    rows: liveSubscriptions(world).filter(
      ({ wire }) =>
        wire.organization === organization &&
        wire.scope === scope &&
        (scope !== 'user' || wire.user === user),
    ),
    keyOf: ({ wire }) => `${wire.created_at} ${wire.uri}`,
    descending: sort === 'created_at:desc',
    show: ({ wire }) => wire,
  });
}

/** The one of the path, for its creator, its user, or the organization's administrators. */
function ownSubscription(call: Call): SubscriptionRecord {
  const uri = `https://api.calendly.com/webhook_subscriptions/${pathId(call)}`;
  const record = call.world.subscriptions.get(uri);
  if (record === undefined || record.gone) throw notFound();
  const { user, creator, organization } = record.wire;
  const own = user === call.user.uri || creator === call.user.uri;
  if (!own && !isAdmin(call, organization)) throw denied();
  return record;
}
