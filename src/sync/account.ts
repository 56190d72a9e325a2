/** Reading the connection's own account: who it is, its organisation, its colleagues, its event types. */
import { CalendlyError } from '../calendly/errors.ts';
import { toMember, toOrganization, toUser } from '../calendly/to-account.ts';
import { toEventType } from '../calendly/to-event-type.ts';
import { pathOf } from '../calendly/uri.ts';
import type { CalendlyMember, CalendlyOrganization, CalendlyUser } from '../domain/account.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import {
  type Connection,
  markAccountRead,
  replaceMembers,
  saveAccount,
} from '../store/connections.ts';
import { forgetSetAside } from '../store/set-aside.ts';
import { apply } from './apply.ts';
import { account, observe, ownerOf, type RunContext } from './lease.ts';
import { NO_CHANGES } from '../domain/observation.ts';
import { write } from './write.ts';

/** The account is read again once a day: names, roles and new event types are not urgent. */
const FRESH_MS = 24 * 3_600_000;

/**
 * Answers the connection with its account filled in, reading it where it is unknown or a day old:
 * user, organisation, members and event types, 4 requests where each list fits one page.
 * What a scope or role hides is left out. Throws `CalendlyError` where the user cannot be read.
 */
export async function readAccount(context: RunContext): Promise<Connection> {
  const { connection, db } = context;
  const now = (await db.clock()) as Timestamp;
  const readAt = connection.account_read_at as Timestamp | null;
  if (
    readAt !== null &&
    context.run?.full !== true &&
    timestampToMs(now) - timestampToMs(readAt) < FRESH_MS
  ) {
    return connection;
  }
  const user = await fetchUser(context);
  await context.identified?.(user);
  const organization = await hidden(fetchOrganization(context, user), null);
  const members = await hidden(fetchMembers(context, user), null);
  const role = members?.find((member) => member.userUri === user.uri)?.role ?? null;
  const facts = { at: now, user, organization, role };
  await db.tx(async (tx) => {
    await saveAccount(tx, connection, facts);
    if (members !== null && user.organizationUri !== null) {
      const workspaceId = connection.workspace_id;
      await replaceMembers(tx, { workspaceId, uri: user.organizationUri, at: now }, members);
    }
    await account(tx, context, { at: await tx.clock(), counts: NO_CHANGES });
  });
  const known: Connection = {
    ...connection,
    calendly_user_uri: user.uri,
    organization_uri: user.organizationUri,
    email: user.email,
    name: user.name,
    role,
    plan: organization?.plan ?? null,
    account_read_at: now,
  };
  await hidden(readEventTypes({ ...context, connection: known }), undefined);
  await markAccountRead(db, connection, now);
  return known;
}

/** Asks Calendly whose token it is: one request. */
export async function fetchUser(context: Pick<RunContext, 'calendly'>): Promise<CalendlyUser> {
  const parsed = toUser(await context.calendly.getResource('/users/me'));
  if (!parsed.ok) throw new CalendlyError('calendly.shape');
  return parsed.value;
}

async function fetchOrganization(
  context: RunContext,
  user: CalendlyUser,
): Promise<CalendlyOrganization | null> {
  if (user.organizationUri === null) return null;
  const path = pathOf('organizations', user.organizationUri);
  const parsed = toOrganization(await context.calendly.getResource(path));
  return parsed.ok ? parsed.value : null;
}

async function fetchMembers(
  context: RunContext,
  user: CalendlyUser,
): Promise<CalendlyMember[] | null> {
  if (user.organizationUri === null) return null;
  const members: CalendlyMember[] = [];
  const query = { organization: user.organizationUri, count: '100' };
  for await (const page of context.calendly.pages('/organization_memberships', query)) {
    members.push(
      ...page.items.map(toMember).flatMap((parsed) => (parsed.ok ? [parsed.value] : [])),
    );
  }
  return members;
}

async function readEventTypes(context: RunContext): Promise<void> {
  const { connection, db } = context;
  const whole = connection.scope === 'organization' && connection.organization_uri !== null;
  const query: Record<string, string> = whole
    ? { organization: connection.organization_uri ?? '', count: '100' }
    : { user: connection.calendly_user_uri ?? '', count: '100' };
  const startedAt = await db.clock();
  let readStartedAt = startedAt;
  for await (const page of context.calendly.pages('/event_types', query)) {
    const nowMs = timestampToMs(readStartedAt as Timestamp);
    const parsed = page.items.map((item) => toEventType(item, { from: 'api', nowMs }));
    await write(db, connection.workspace_id, async (tx, feed) => {
      const observation = observe(context, { source: 'list', readStartedAt });
      await apply(
        tx,
        { observation, newId: context.newId, feed },
        {
          eventTypes: parsed.flatMap((item) => (item.ok ? [item.value] : [])),
          malformed: parsed.flatMap((item) =>
            item.ok ? [] : [{ ...item, kind: 'event_type' as const }],
          ),
        },
      );
    });
    readStartedAt = await db.clock();
  }
  const gone = { kind: 'event_type' as const, before: startedAt };
  await db.tx((tx) => forgetSetAside(tx, ownerOf(context), gone));
}

/** `fallback` where a scope, role or plan hides the answer; every other failure is thrown. */
async function hidden<T>(read: Promise<T>, fallback: T): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CalendlyError && isHidden(error)) return fallback;
    throw error;
  }
}

function isHidden(error: CalendlyError): boolean {
  return ['scope', 'role', 'plan', 'gone'].includes(error.class);
}
