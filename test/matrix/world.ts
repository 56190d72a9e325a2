/** Three workspaces on one database, and the program over it three times: as it is, without its filter, without any wall. */
import { randomBytes } from 'node:crypto';
import { connect } from '../../src/app/connecting.ts';
import { type User } from '../../src/accounts/users.ts';
import { issueToken } from '../../src/accounts/tokens.ts';
import { systemRandom } from '../../src/base/random.ts';
import { systemClock } from '../../src/base/time.ts';
import { newId } from '../../src/domain/id.ts';
import type { Db } from '../../src/store/db.ts';
import { tenantsOf } from '../../src/store/tenants.ts';
import { startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import { type Engine, freshDatabase } from '../harness/database.ts';
import { makeFolder } from '../harness/program.ts';
import { unfiltered, withoutWall } from './no-filter.ts';
import { addWorkspace, furnish, makeOne, type Workspace } from './population.ts';
import { type MatrixProgram, openProgram } from './program.ts';
import type { Asker, Kind, Noun } from './row.ts';

export interface MatrixWorld {
  /** As it is served. */
  program: MatrixProgram;
  /** With the program's own filter switched off: the wall is alone. */
  unfiltered: MatrixProgram;
  /** Neither filter nor wall: what the other two are measured by. */
  bare: MatrixProgram;
  authorization(asker: Asker): Record<string, string>;
  /** How a request names one of these; a new one where it is the asker's own or a colleague's. */
  idOf(of: Noun, kind: Kind, asker: Asker): Promise<string>;
  /** What of the other workspace's, or for the stranger of the other two's, stands in this text. */
  foreignIn(text: string, asker: Asker): string | undefined;
  /** Number of the newest row of the asker's feed. */
  newestNews(asker: Asker): Promise<number>;
  /** All rows of the other workspace, as one text. */
  foreignImage(): Promise<string>;
  close(): Promise<void>;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const NOUNS: readonly Noun[] = [
  'blocked',
  'client',
  'connection',
  'delivery',
  'document',
  'invitation',
  'invitee',
  'meeting',
  'member',
  'place',
  'review',
  'run',
  'state',
  'subscription',
  'token',
];

export async function makeMatrixWorld(engine: Engine): Promise<MatrixWorld> {
  const calendly = createWorld({ story: 'firm:4' });
  const simulator = await startSimulator({ world: calendly, rateLimit: 90_000 });
  const { db, drop } = await freshDatabase(engine);
  const env = {
    DATA_DIR: makeFolder(),
    DEMO: 'off',
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    CALENDLY_API_URL: simulator.url,
    CALENDLY_AUTH_URL: simulator.url,
    CALENDLY_CLIENT_ID: 'simulated-client',
    CALENDLY_CLIENT_SECRET: 'simulated-secret',
  };
  const program = await openProgram(env, { db, tenants: tenantsOf(db) });
  const filterless = unfiltered(db);
  const walled = await openProgram(env, { db: filterless, tenants: tenantsOf(filterless) });
  const bare = await openProgram(env, { db: filterless, tenants: withoutWall(filterless) });
  const { core } = program;
  const own = await addWorkspace(db, 'heron', core.ids);
  const other = await addWorkspace(db, 'zebra', core.ids);
  const third = await addWorkspace(db, 'lynx', core.ids);
  const token = async (user: User, now = systemClock.now()): Promise<string> => {
    const ids = { now: () => now, bytes: (length: number) => systemRandom.bytes(length) };
    const issue = { user, days: 1 };
    return (await db.tx((tx) => issueToken(tx, issue, { secret: core.secrets.jwt, ids }))).token;
  };
  const tokens: Readonly<Record<Asker, string | null>> = {
    none: null,
    expired: await token(own.admin, systemClock.now() - 3 * 86_400_000),
    stranger: await token(third.admin),
    member: await token(own.member),
    admin: await token(own.admin),
  };
  const otherToken = await token(other.admin);
  for (const [user, key] of [
    [own.admin, 'host'],
    [own.member, 'member'],
    [other.admin, 'second-member'],
  ] as const) {
    const { workspaceId, id: userId } = user;
    const account = { kind: 'token' as const, token: tokenOf(calendly, key) };
    await connect(core, {
      workspaceId,
      userId,
      scope: 'user',
      key: account,
      by: { actorId: userId, address: null },
    });
  }
  for (const workspace of [own, other, third]) await furnish(core, db, workspace);

  async function make(noun: Noun, workspace: Workspace, user: User): Promise<string> {
    if (noun !== 'document') return makeOne(core, db, { noun, workspace, user });
    const bearer =
      workspace === other ? otherToken : user === own.admin ? tokens.admin : tokens.member;
    const { status, text } = await program.ask({
      method: 'POST',
      path: `/api/documents?file_name=${workspace.name}.txt`,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/octet-stream' },
      body: `${workspace.name} ${newId(core.ids)}`,
    });
    if (status !== 201) throw new Error(`No document could be made: ${text}`);
    return (JSON.parse(text) as { id: string }).id;
  }

  /** One is enough for those who may do nothing with it. */
  const ownOnes = new Map<Noun, Promise<string>>();
  function untouched(noun: Noun): Promise<string> {
    const one = ownOnes.get(noun) ?? make(noun, own, own.admin);
    ownOnes.set(noun, one);
    return one;
  }

  const foreign = new Map<Noun, string>();
  for (const noun of NOUNS) foreign.set(noun, await make(noun, other, other.admin));
  const [ownMarks, otherMarks] = [await marksOf(db, own), await marksOf(db, other)];
  const marks = [...otherMarks].filter((mark) => !ownMarks.has(mark));

  return {
    program,
    unfiltered: walled,
    bare,
    authorization: (asker) =>
      tokens[asker] === null ? {} : { authorization: `Bearer ${tokens[asker]}` },
    async idOf(of, kind, asker) {
      if (kind === 'foreign') return foreign.get(of) ?? '';
      if (kind === 'unknown') return placed(of, () => newId(core.ids));
      if (kind === 'malformed') return placed(of, () => 'no-id');
      if (asker !== 'member' && asker !== 'admin') return untouched(of);
      const isAdmins = (asker === 'admin') === (kind === 'own');
      return make(of, own, isAdmins ? own.admin : own.member);
    },
    foreignIn(text, asker) {
      const known = asker === 'stranger' ? [...marks, ...ownMarks] : marks;
      return known.find((mark) => text.includes(mark));
    },
    async newestNews(asker) {
      const { rows } = await db.query<{ number: number }>(
        'select feed_number as number from workspaces where id = $1',
        [asker === 'stranger' ? third.id : own.id],
      );
      return rows[0]?.number ?? 0;
    },
    foreignImage: () => imageOf(db, other),
    async close() {
      for (const one of [bare, walled, program]) await one.close();
      await simulator.close();
      await drop();
    },
  };
}

/** The ids of its rows, and its name, which stands in all its texts. */
async function marksOf(db: Db, workspace: Workspace): Promise<Set<string>> {
  const rows = await imageOf(db, workspace);
  return new Set([...(rows.match(UUID) ?? []), workspace.name]);
}

async function imageOf(db: Db, { id }: Workspace): Promise<string> {
  const { rows: tables } = await db.query<{ name: string; key: string }>(
    'select name, key from walled_tables order by name',
  );
  const images: string[] = [];
  for (const { name, key } of tables) {
    const { rows } = await db.query<{ row: string }>(
      `select to_jsonb(t)::text as row from ${name} t where ${key} = $1 order by 1`,
      [id],
    );
    images.push(`${name}\n${rows.map(({ row }) => row).join('\n')}`);
  }
  return images.join('\n\n');
}

function placed(of: Noun, id: () => string): string {
  return of === 'place' ? `${id()}/invitees/${id()}` : id();
}
