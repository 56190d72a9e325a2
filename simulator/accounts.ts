/** Puts organizations, users, event types and tokens into a world. */
import { oldIdOf, uuidOf } from './dice.ts';
import type {
  EventTypeRecord,
  JsonObject,
  OrganizationWire,
  Role,
  Tier,
  UserRecord,
} from './records.ts';
import { newUri, newUuid, stampAt } from './stamp.ts';
import type { World } from './state.ts';

export interface NewOrganization {
  name: string;
  /** When it was founded, in milliseconds since 1970. */
  atMs: number;
  stage?: 'free' | 'trial' | 'paid';
}

/** Adds an organization without members. */
export function addOrganization(world: World, input: NewOrganization): OrganizationWire {
  const stage = input.stage ?? 'paid';
  const at = stampAt(world, input.atMs);
  const organization = {
    uri: newUri(world, 'organizations'),
    id: 50_000_000 + world.organizations.size,
    name: input.name,
    kind: 'single',
    plan: stage === 'free' ? 'basic' : 'professional',
    stage,
    created_at: at,
    updated_at: at,
  };
  world.organizations.set(organization.uri, organization);
  return organization;
}

export interface NewUser {
  /** What stories and tests call the user. */
  key: string;
  name: string;
  email: string;
  timezone: string;
  organization: string;
  role: Role;
  /** When the account was made, in milliseconds since 1970. */
  atMs: number;
  tier?: Tier;
}

/** Adds a user with a membership and a full-access token (`tokenOf` finds it). */
export function addUser(world: World, input: NewUser): UserRecord {
  const at = stampAt(world, input.atMs);
  const slug = input.email.slice(0, input.email.indexOf('@')).replaceAll('.', '-');
  const record: UserRecord = {
    key: input.key,
    deleted: false,
    wire: {
      uri: newUri(world, 'users'),
      name: input.name,
      slug,
      email: input.email,
      scheduling_url: `https://calendly.com/${slug}`,
      timezone: input.timezone,
      avatar_url: null,
      created_at: at,
      updated_at: at,
      current_organization: input.organization,
      locale: 'en',
      time_notation: '24h',
      resource_type: 'User',
    },
  };
  world.users.set(record.wire.uri, record);
  const membership = {
    uri: newUri(world, 'organization_memberships'),
    role: input.role,
    user: record.wire.uri,
    organization: input.organization,
    created_at: at,
    updated_at: at,
  };
  world.memberships.set(membership.uri, membership);
  addToken(world, { user: record.wire.uri, tier: input.tier ?? 'paid' });
  return record;
}

/** Adds a token for a user and answers it. `scopes: null` is full access, as tokens before 2026-03 have. */
export function addToken(
  world: World,
  input: { user: string; scopes?: string[] | null; tier?: Tier },
): string {
  const key = world.users.get(input.user)?.key ?? 'somebody';
  const token = `simulated-token-of-${key}-${newUuid(world).slice(0, 8)}`;
  world.tokens.set(token, {
    token,
    user: input.user,
    scopes: input.scopes ?? null,
    tier: input.tier ?? 'paid',
    revoked: false,
  });
  return token;
}

export interface NewEventType {
  name: string | null;
  slug: string;
  minutes: number;
  organization: string;
  /** User URIs; the first is the profile's owner where `pooling` is not set. */
  hosts: string[];
  atMs: number;
  locations: JsonObject[];
  limit?: number;
  pooling?: 'round_robin' | 'collective';
  questions?: { name: string; type?: string; choices?: string[]; required?: boolean }[];
  isPaid?: boolean;
  unlisted?: boolean;
  adhoc?: boolean;
  inactive?: boolean;
  /** When it was deleted, in milliseconds since 1970. */
  deletedMs?: number;
}

const COLORS = ['#8247f5', '#0069ff', '#0ae8f0', '#17e885', '#ff4f00', '#e55cff'];

/** Adds an event type; deleted and one-off ones are never listed. */
export function addEventType(world: World, input: NewEventType): EventTypeRecord {
  const [first = ''] = input.hosts;
  const owner = world.users.get(first)?.wire;
  const at = stampAt(world, input.atMs);
  const deletedAt = input.deletedMs === undefined ? null : stampAt(world, input.deletedMs);
  const team = input.pooling !== undefined;
  const position = world.eventTypes.size;
  const record: EventTypeRecord = {
    organization: input.organization,
    hosts: [...input.hosts],
    limit: input.limit ?? 1,
    unlisted: input.unlisted === true || input.adhoc === true || deletedAt !== null,
    wire: {
      uri: newUri(world, 'event_types'),
      name: input.name,
      active: input.inactive !== true && deletedAt === null,
      slug: input.slug,
      scheduling_url: `https://calendly.com/${team ? 'd/team' : (owner?.slug ?? '')}/${input.slug}`,
      duration: input.minutes,
      duration_options: null,
      kind: (input.limit ?? 1) > 1 ? 'group' : 'solo',
      pooling_type: input.pooling ?? null,
      type: input.adhoc === true ? 'AdhocEventType' : 'StandardEventType',
      color: COLORS[position % COLORS.length] ?? '#8247f5',
      created_at: at,
      updated_at: deletedAt ?? at,
      internal_note: null,
      is_paid: input.isPaid ?? false,
      description_plain: null,
      description_html: null,
      profile: {
        type: team ? 'Team' : 'User',
        name: team ? 'The whole team' : (owner?.name ?? ''),
        owner: team ? `https://api.calendly.com/teams/${uuidOf(input.slug)}` : first,
      },
      secret: false,
      booking_method: 'instant',
      custom_questions: (input.questions ?? []).map((question, index) => ({
        name: question.name,
        type: question.type ?? 'text',
        position: index,
        enabled: true,
        required: question.required ?? false,
        answer_choices: question.choices ?? [],
        include_other: false,
      })),
      deleted_at: deletedAt,
      admin_managed: false,
      locations: input.locations,
      position,
      locale: 'en',
    },
  };
  world.eventTypes.set(record.wire.uri, record);
  return record;
}

/** The id of a resource from Calendly's first years instead of a UUID. */
export function oldId(world: World): string {
  return oldIdOf(newUuid(world));
}
