/** A workspace with at least one row of everything that an answer could show. */
import { createHash } from 'node:crypto';
import { addUser, type User } from '../../src/accounts/users.ts';
import { invite, actorOf } from '../../src/accounts/members.ts';
import { startSession } from '../../src/accounts/sessions.ts';
import { issueToken } from '../../src/accounts/tokens.ts';
import { startOAuth } from '../../src/app/oauth.ts';
import type { Core } from '../../src/app/core.ts';
import { type IdSource, newId } from '../../src/domain/id.ts';
import type { Db } from '../../src/store/db.ts';
import { appendFeed } from '../../src/store/feed.ts';
import { rowsOf, type RowMaker } from '../harness/mirror-rows.ts';
import type { Noun as AnyNoun } from './row.ts';

const AT = '2026-01-01T00:00:00.000001Z';
/** Somebody whom each of the workspaces knows. */
export const EVERYBODYS = 'everybodys@clients.example';

/** Documents have bytes in a store: they are brought in over HTTP. */
type Noun = Exclude<AnyNoun, 'document'>;

export interface Workspace {
  id: string;
  /** Stands in every text of the workspace. */
  name: string;
  admin: User;
  member: User;
  rows: RowMaker;
}

/** `db`: the tables' owner. */
export async function addWorkspace(db: Db, name: string, ids: IdSource): Promise<Workspace> {
  const id = newId(ids);
  await db.query('insert into workspaces (id, name, created_at) values ($1, $2, $3)', [
    id,
    name,
    AT,
  ]);
  const add = (role: 'admin' | 'member'): Promise<User> =>
    db.tx((tx) => addUser(tx, { workspaceId: id, email: `${role}@${name}.example`, role }, ids));
  return {
    id,
    name,
    admin: await add('admin'),
    member: await add('member'),
    rows: rowsOf(db, id, ids),
  };
}

const SEVERAL = [
  'blocked',
  'delivery',
  'invitation',
  'review',
  'run',
  'subscription',
  'token',
] as const;

/** What is not made by `makeOne` alone. */
export async function furnish(core: Core, db: Db, workspace: Workspace): Promise<void> {
  const { id, name, rows, admin } = workspace;
  const connectionId = await makeOne(core, db, { noun: 'connection', workspace, user: admin });
  const meetingId = await makeOne(core, db, { noun: 'meeting', workspace, user: admin });
  const known = await rows.client(EVERYBODYS, { name: `Known to ${name}` });
  const { uri } = await rows.meeting({ title: `With one known to ${name}` });
  await rows.invitee(uri, {
    email: EVERYBODYS,
    name: `Known to ${name}`,
    client_id: known,
    link_rule: 'email',
  });
  await rows.row('event_types', {
    calendly_uri: `https://api.calendly.com/event_types/${name}`,
    name: `Talk of ${name}`,
    raw: {},
    full_hash: 'x',
    observed_at: AT,
    created_at: AT,
    updated_at: AT,
  });
  await rows.row('drift_checks', {
    connection_id: connectionId,
    trigger: 'daily',
    checked_at: AT,
    complete: true,
    meetings_checked: 3,
    invitees_checked: 3,
    missing: JSON.stringify([`https://api.calendly.com/scheduled_events/${name}`]),
    extra: '[]',
    different: '[]',
    requests: 3,
    repaired: false,
  });
  for (const noun of SEVERAL) {
    await makeOne(core, db, { noun, workspace, user: admin });
  }
  await db.tx((tx) => startSession(tx, { workspaceId: id, id: admin.id }, core.ids));
  await db.tx(async (tx) => {
    const entries = [{ event: 'meeting.created', subjectId: meetingId }];
    await appendFeed(tx, id, { at: await tx.clock(), entries });
  });
}

interface Make {
  noun: Noun;
  workspace: Workspace;
  /** Whose it is, where it is somebody's. */
  user: User;
}

/** A new one; answers how requests name it. */
export async function makeOne(core: Core, db: Db, make: Make): Promise<string> {
  return MAKERS[make.noun](core, db, make);
}

const MAKERS: Readonly<Record<Noun, (core: Core, db: Db, make: Make) => Promise<string>>> = {
  client: (core, _db, { workspace }) =>
    workspace.rows.client(`client-${newId(core.ids)}@${workspace.name}.example`, {
      name: `Client of ${workspace.name}`,
    }),
  connection: (core, _db, { workspace, user }) =>
    workspace.rows.connection(user.id, {
      calendly_user_uri: `https://api.calendly.com/users/${newId(core.ids)}`,
      name: `Host of ${workspace.name}`,
      // nothing reads Calendly through it: it has no token
      state: 'paused',
    }),
  blocked: (core, _db, { workspace }) =>
    workspace.rows.row('blocked_addresses', {
      kind: 'address',
      value: `${newId(core.ids)}@${workspace.name}.example`,
      created_at: AT,
    }),
  async delivery(core, db, make) {
    const connectionId = await makeOne(core, db, { ...make, noun: 'connection' });
    const body = Buffer.from(JSON.stringify({ event: `of.${make.workspace.name}` }));
    return make.workspace.rows.row('webhook_deliveries', {
      connection_id: connectionId,
      body: `\\x${body.toString('hex')}`,
      body_sha256: `\\x${createHash('sha256').update(body).digest('hex')}`,
      headers: '{}',
      event: `of.${make.workspace.name}`,
      state: 'ignored',
      received_at: AT,
      next_try_at: AT,
    });
  },
  async invitation(core, db, { workspace, user }) {
    const email = `invited-${newId(core.ids)}@${workspace.name}.example`;
    const by = {
      ...actorOf({ ...user, userId: user.id, workspaceId: workspace.id }, '127.0.0.1'),
      ids: core.ids,
    };
    return (await db.tx((tx) => invite(tx, { email, role: 'member' }, by))).id;
  },
  invitee: async (core, db, make) => (await makeMeeting(core, db, make)).inviteeId,
  meeting: async (core, db, make) => (await makeMeeting(core, db, make)).id,
  member: async (core, db, { workspace }) => {
    const email = `${newId(core.ids)}@${workspace.name}.example`;
    const add = { workspaceId: workspace.id, email, role: 'member' as const };
    return (await db.tx((tx) => addUser(tx, add, core.ids))).id;
  },
  async place(core, db, make) {
    const { id, inviteeId } = await makeMeeting(core, db, make);
    return `${id}/invitees/${inviteeId}`;
  },
  review: async (core, db, make) =>
    make.workspace.rows.row('client_reviews', {
      invitee_id: (await makeMeeting(core, db, { ...make, rule: 'review' })).inviteeId,
      reason: 'several_clients',
      evidence: '{}',
      created_at: AT,
    }),
  run: async (core, db, make) =>
    make.workspace.rows.run(await makeOne(core, db, { ...make, noun: 'connection' })),
  async state(core, _db, { workspace, user }) {
    const start = { workspaceId: workspace.id, userId: user.id, sessionId: null };
    const url = new URL(await startOAuth(core, { ...start, scope: 'user' }));
    return url.searchParams.get('state') ?? '';
  },
  subscription: async (core, db, make) =>
    make.workspace.rows.row('webhook_subscriptions', {
      connection_id: await makeOne(core, db, { ...make, noun: 'connection' }),
      family: 'core',
      callback_url: `https://${make.workspace.name}.example/hook`,
      scope: 'user',
      events: ['invitee.created'],
      key_sealed: core.secrets.keyring.seal('k'.repeat(40), 'nowhere'),
      state: 'live',
      created_at: AT,
    }),
  async token(core, db, { workspace, user }) {
    const keys = { secret: core.secrets.jwt, ids: core.ids };
    const issue = {
      user: { workspaceId: workspace.id, id: user.id },
      days: 30,
      name: `of ${workspace.name}`,
    };
    return (await db.tx((tx) => issueToken(tx, issue, keys))).id;
  },
};

async function makeMeeting(
  core: Core,
  db: Db,
  { workspace, user, rule = 'email' }: Make & { rule?: string },
): Promise<{ id: string; inviteeId: string }> {
  const { rows, name } = workspace;
  const { id, uri } = await rows.meeting({
    title: `Meeting of ${name}`,
    hosts: [
      { user_uri: `https://api.calendly.com/users/${user.id}`, email: user.email, name: null },
    ],
  });
  const clientId = await makeOne(core, db, { noun: 'client', workspace, user });
  const invitee = {
    name: `Invitee of ${name}`,
    client_id: rule === 'review' ? null : clientId,
    link_rule: rule,
  };
  return { id, inviteeId: await rows.invitee(uri, invitee) };
}
