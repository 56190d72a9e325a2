/** Moves about accounts: tokens, members, roles. */
import { addToken } from '../accounts.ts';
import type { Role, Tier, UserRecord } from '../records.ts';
import { idOf, stampNow } from '../stamp.ts';
import type { World } from '../state.ts';
import { findUser, MoveError } from './find.ts';

/** Every token of the user, or this one, answers 401 from now on. */
export function revokeToken(
  world: World,
  input: { token?: string | undefined; user?: string | undefined },
): void {
  const user = input.user === undefined ? undefined : findUser(world, input.user).wire.uri;
  const found = [...world.tokens.values()].filter(
    (one) => one.token === input.token || one.user === user,
  );
  if (found.length === 0) throw new MoveError('token', 'There is no such token');
  for (const token of found) token.revoked = true;
  world.changed();
}

/** A new token; `scopes` left out: full access. */
export function grantToken(
  world: World,
  input: { user: string; scopes?: string[] | undefined; tier?: Tier | undefined },
): { token: string } {
  const token = addToken(world, {
    user: findUser(world, input.user).wire.uri,
    scopes: input.scopes ?? null,
    ...(input.tier === undefined ? {} : { tier: input.tier }),
  });
  world.changed();
  return { token };
}

/** Changes what a token may do: scopes, or the plan behind its limit. */
export function changeToken(
  world: World,
  input: { token: string; scopes?: string[] | null | undefined; tier?: Tier | undefined },
): void {
  const token = world.tokens.get(input.token);
  if (token === undefined) throw new MoveError('token', 'There is no such token');
  if (input.scopes !== undefined) token.scopes = input.scopes;
  if (input.tier !== undefined) token.tier = input.tier;
  world.changed();
}

export function changeRole(world: World, input: { user: string; role: Role }): void {
  const user = findUser(world, input.user).wire;
  for (const membership of world.memberships.values()) {
    if (membership.user !== user.uri) continue;
    membership.role = input.role;
    membership.updated_at = stampNow(world);
  }
  world.changed();
}

/** The user leaves the organization; the meetings stay there, the account lives on alone. */
export function removeMember(world: World, input: { user: string }): void {
  endMembership(world, findUser(world, input.user));
  world.changed();
}

/** The account is deleted: its tokens die and its meetings show a `deleted.calendly.com` host, silently. */
export function deleteUser(world: World, input: { user: string }): void {
  const user = findUser(world, input.user);
  endMembership(world, user);
  user.deleted = true;
  for (const token of world.tokens.values()) {
    if (token.user === user.wire.uri) token.revoked = true;
  }
  for (const { wire } of world.events.values()) {
    for (const host of wire.event_memberships) {
      if (host.user !== user.wire.uri) continue;
      host.user_email = `${idOf(user.wire.uri)}@deleted.calendly.com`;
      host.user_name = 'deleted';
    }
  }
  world.changed();
}

function endMembership(world: World, user: UserRecord): void {
  for (const membership of world.memberships.values()) {
    if (membership.user === user.wire.uri) world.memberships.delete(membership.uri);
  }
}
