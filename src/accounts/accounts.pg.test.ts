/** Users and their tokens, on both engines. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { systemRandom } from '../base/random.ts';
import { newId, type IdSource } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import { revokeAccessToken } from '../store/access-tokens.ts';
import { issueToken, verifyToken } from './tokens.ts';
import { addUser, findUserByEmail, firstAdmin, listUsers, type User } from './users.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 15, 12);
const secret = systemRandom.bytes(32);
/** A millisecond passes with each user, so that their order is known. */
let usersAdded = 0;
const ids: IdSource = { now: () => NOW, bytes: (length) => systemRandom.bytes(length) };

describe.each(engines)('accounts on %s', (engine) => {
  let fresh: FreshDatabase;
  let workspaceId: string;

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
    workspaceId = newId(ids);
    await fresh.db.query(`insert into workspaces (id, name, created_at) values ($1, 'W', $2)`, [
      workspaceId,
      await fresh.db.clock(),
    ]);
  });
  afterAll(() => fresh.drop());

  const add = (
    email: string,
    role: 'admin' | 'member' = 'member',
    password?: string,
  ): Promise<User> =>
    fresh.db.tx((tx) =>
      addUser(
        tx,
        { workspaceId, email, role, password },
        { ...ids, now: () => NOW + usersAdded++ },
      ),
    );
  const issue = (user: User, days: number): Promise<string> =>
    fresh.db.tx(async (tx) => (await issueToken(tx, { user, days }, { secret, ids })).token);
  const verify = (token: string, now = NOW): ReturnType<typeof verifyToken> =>
    verifyToken(fresh.db, token, { secret, now });

  it('a user is found by the address in any case and width, and the first admin is the oldest', async () => {
    expect(await firstAdmin(fresh.db)).toBeUndefined();
    const member = await add('Member@Example.com');
    const admin = await add(' Admin@example.com ', 'admin', 'correct horse');
    await add('later@example.com', 'admin');
    expect(member).toEqual({
      workspaceId,
      id: member.id,
      email: 'Member@Example.com',
      name: null,
      role: 'member',
      bootstrapped: false,
      hasPassword: false,
      createdAt: expect.stringMatching(/^2026-01-15T12:00:00\.\d{6}Z$/),
    });
    expect(await findUserByEmail(fresh.db, 'MEMBER@example.COM')).toEqual(member);
    expect(await findUserByEmail(fresh.db, 'ｍember@example.com')).toEqual(member);
    expect(await findUserByEmail(fresh.db, 'nobody@example.com')).toBeUndefined();
    expect(await firstAdmin(fresh.db)).toEqual(admin);
    expect(admin).toMatchObject({ email: 'Admin@example.com', hasPassword: true });
    expect(await listUsers(fresh.db)).toHaveLength(3);
  });

  it('of ten who register one address at once, one does', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        add(index % 2 === 0 ? 'race@example.com' : 'RACE@example.com'),
      ),
    );
    const refused = tries.filter((attempt) => attempt.status === 'rejected');
    expect(refused).toHaveLength(9);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ kind: 'conflict', code: 'user.exists' });
  });

  it.each(['', 'x', '@', 'a@', '@b', 'a@b@c', 'a b@c', 'a\u0000@b.c', `${'a'.repeat(250)}@b.cd`])(
    'no user has the address %j',
    async (email) => {
      await expect(add(email)).rejects.toMatchObject({ kind: 'invalid', code: 'user.email_unfit' });
    },
  );

  it('an address is trimmed: a pasted one often has a line end', async () => {
    expect((await add(' pasted@example.com\n')).email).toBe('pasted@example.com');
  });

  it('a token says who its user is until it expires, is revoked, or the user is gone', async () => {
    const user = await add('tokens@example.com', 'admin');
    const token = await issue(user, 90);
    const caller = { workspaceId, userId: user.id, role: 'admin', email: 'tokens@example.com' };
    expect(await verify(token)).toEqual(caller);
    expect(await verify(token, NOW + 90 * DAY_MS + 4000)).toEqual(caller);
    expect(await verify(token, NOW + 90 * DAY_MS + 6000)).toBeUndefined();
    // Another host's clock: up to a minute behind the issuer's is fine.
    expect(await verify(token, NOW - 60_000)).toEqual(caller);
    expect(await verify(token, NOW - 61_000)).toBeUndefined();
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const revoke = async (): Promise<boolean> =>
      fresh.db.tx((tx) =>
        revokeAccessToken(
          tx,
          { workspaceId, userId: null },
          { id: String(jti), at: timestampFromMs(NOW) },
        ),
      );
    expect([await revoke(), await revoke()]).toEqual([true, false]);
    expect(await verify(token)).toBeUndefined();
    const second = await issue(user, 1);
    expect(await verify(second)).toEqual(caller);
    await fresh.db.query('delete from users where id = $1', [user.id]);
    expect(await verify(second)).toBeUndefined();
  });

  it('a role that changes holds for tokens that were issued before', async () => {
    const user = await add('promoted@example.com');
    const token = await issue(user, 365);
    await fresh.db.query(`update users set role = 'admin' where id = $1`, [user.id]);
    expect(await verify(token)).toMatchObject({ role: 'admin' });
  });

  it('the token itself is nowhere in the database', async () => {
    const user = await add('kept@example.com');
    const token = await issue(user, 1);
    const { rows } = await fresh.db.query(
      'select row_to_json(t)::text as kept from access_tokens t',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token.split('.')[2]);
  });

  it.each([0, -1, 1.5, 366, Number.NaN, Number.POSITIVE_INFINITY])(
    'no token lasts %d days',
    async (days) => {
      const user = (await listUsers(fresh.db))[0];
      if (user === undefined) throw new Error('There is no user');
      await expect(issue(user, days)).rejects.toMatchObject({ code: 'token.days_unfit' });
    },
  );
});
