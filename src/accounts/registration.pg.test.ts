/** Set-up, registration and sign-in without HTTP, on both engines. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engines, freshDatabase, type FreshDatabase } from '../../test/harness/database.ts';
import { systemRandom } from '../base/random.ts';
import { newId } from '../domain/id.ts';
import { ensureWorkspace } from '../store/workspaces.ts';
import { ensureFirstAdmin } from './environment.ts';
import { offerSetup, register } from './registration.ts';
import { findSession } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { addUser, listUsers } from './users.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const PASSWORD = 'a good long password';
const HOUR_MS = 3_600_000;

describe.each(engines)('the set-up on %s', (engine) => {
  let fresh: FreshDatabase;
  let now = NOW;
  const ids = { now: () => now, bytes: (length: number) => systemRandom.bytes(length) };

  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  beforeEach(async () => {
    now = NOW;
    await fresh.db.script('truncate workspaces, users, account_links cascade');
  });
  afterAll(() => fresh.drop());

  const setUp = (
    key: string | undefined,
    email = 'first@example.com',
  ): ReturnType<typeof register> =>
    register(
      { db: fresh.db, ids },
      { email, password: PASSWORD, name: 'First', key },
      { openSignup: false, address: '127.0.0.1' },
    );
  const offer = (): Promise<string | undefined> => offerSetup(fresh.db, ids);

  it('makes the first admin, who can sign in; then there is no other', async () => {
    const [one, two] = [await offer(), await offer()];
    const { key } = await setUp(one);
    const session = await findSession(fresh.db, key, NOW);
    expect(session?.caller).toMatchObject({ role: 'admin', email: 'first@example.com' });
    await expect(setUp(two, 'second@example.com')).rejects.toMatchObject({ code: 'link.unfit' });
    expect(await offer()).toBeUndefined();
    const given = { email: ' FIRST@example.com', password: PASSWORD };
    const signedIn = await signIn({ db: fresh.db, ids }, given, '127.0.0.1');
    expect(await findSession(fresh.db, signedIn?.key ?? '', NOW)).toMatchObject({
      caller: session?.caller,
    });
  });

  it('of five who use two links at once, one is the first admin', async () => {
    const keys = [await offer(), await offer()];
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => setUp(keys[index % 2], `n${index}@example.com`)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await listUsers(fresh.db)).toHaveLength(1);
  });

  it('is over after a day, and with the first user by command', async () => {
    const old = await offer();
    now += 24 * HOUR_MS;
    await expect(setUp(old)).rejects.toMatchObject({ code: 'link.unfit' });
    const next = await offer();
    await fresh.db.tx(async (tx) => {
      const workspaceId = await ensureWorkspace(tx, { id: newId(ids), name: 'W' });
      await addUser(tx, { workspaceId, email: 'cli@example.com', role: 'member' }, ids);
    });
    await expect(setUp(next)).rejects.toMatchObject({ code: 'link.unfit' });
    expect(await offer()).toBeUndefined();
  });

  it('gives the admin whom the start made to who has the link, with all that is his', async () => {
    const made = await fresh.db.tx((tx) => ensureFirstAdmin(tx, ids));
    await setUp(await offer());
    expect(await listUsers(fresh.db)).toMatchObject([
      { id: made.id, email: 'first@example.com', name: 'First', bootstrapped: false },
    ]);
  });

  it('takes no key of another kind, and none that was never made', async () => {
    for (const key of ['', 'x', 'A'.repeat(43), '\u0000', "' or true --"]) {
      await expect(setUp(key)).rejects.toMatchObject({ code: 'link.unfit' });
    }
    expect(await listUsers(fresh.db)).toEqual([]);
  });
});
