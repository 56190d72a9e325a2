/** Calendly's users, organisations and memberships as far as a connection needs them. */
import type { CalendlyMember, CalendlyOrganization, CalendlyUser } from '../domain/account.ts';
import type { Parsed } from './item.ts';
import { readItem } from './item.ts';
import { membershipSchema, organizationSchema, userSchema } from './wire.ts';

/** Reads the `resource` of `/users/me` or `/users/ID`. */
export function toUser(item: unknown): Parsed<CalendlyUser> {
  return readItem(item, userSchema, (user) => ({
    uri: user.uri,
    name: user.name ?? null,
    email: user.email,
    organizationUri: user.current_organization ?? null,
    timezone: user.timezone ?? null,
    schedulingUrl: user.scheduling_url ?? null,
  }));
}

/** Reads the `resource` of `/organizations/ID`. */
export function toOrganization(item: unknown): Parsed<CalendlyOrganization> {
  return readItem(item, organizationSchema, (organization) => ({
    uri: organization.uri,
    name: organization.name ?? null,
    plan: organization.plan ?? null,
    stage: organization.stage ?? null,
  }));
}

/** Reads one item of `/organization_memberships`: who belongs to the organisation, in which role. */
export function toMember(item: unknown): Parsed<CalendlyMember> {
  return readItem(item, membershipSchema, (membership) => ({
    userUri: membership.user.uri,
    email: membership.user.email,
    name: membership.user.name ?? null,
    role: membership.role,
  }));
}
