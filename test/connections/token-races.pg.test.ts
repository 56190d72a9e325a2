/** Two processes that renew one OAuth token at once: one call for both, and the chain goes on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOAuthTokens, type OAuthTokens } from '../../src/accounts/oauth-tokens.ts';
import { parseKeyring, generateKeyring } from '../../src/base/box.ts';
import { systemClock } from '../../src/base/time.ts';
import { createOAuthClient } from '../../src/calendly/oauth.ts';
import { createTransport } from '../../src/calendly/transport.ts';
import { refreshPlace, tokenPlace } from '../../src/domain/sealed-places.ts';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import type { Db } from '../../src/store/db.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { CLIENT } from '../../simulator/oauth/grants.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, userNamed } from '../../simulator/world.ts';
import { type Engine, engines, freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { seedConnection } from '../harness/sync-world.ts';

/** Each race is two hours after the one before it: the access token has ended, the limit a minute is far. */
const RACES = process.env['RACES'] === 'full' ? 200 : 20;
const STEP_MS = 7_200_000;

let now = Date.UTC(2026, 10, 25, 9);
const time = { clock: () => Promise.resolve(timestampFromMs(now)) };
const keyring = parseKeyring(generateKeyring());
const { signal } = new AbortController();

describe.each(engines)('on %s', (engine: Engine) => {
  let fresh: FreshDatabase;
  let simulator: Simulator;
  let id: string;
  const others: Db[] = [];
  beforeAll(async () => {
    fresh = await freshDatabase(engine, time);
    const world = createWorld({ story: 'firm', clock: { now: () => now } });
    simulator = await startSimulator({ world });
    id = (await seedConnection(fresh.db, 'user')).connectionId;
    const user = userNamed(world, 'host').uri;
    const pair = simulator.grants.begin({ user, redirectUri: '', challenge: null, scope: null });
    if (pair === 'limited') throw new Error('The first pair was refused');
    await fresh.db.query(
      `update calendly_connections set kind = 'oauth', token_sealed = $2, refresh_sealed = $3,
         access_expires_at = $4 where id = $1`,
      [
        id,
        keyring.seal(pair.access_token, tokenPlace(id)),
        keyring.seal(pair.refresh_token, refreshPlace(id)),
        timestampFromMs(now + STEP_MS),
      ],
    );
  });
  afterAll(async () => {
    for (const db of others) await db.close();
    await simulator.close();
    await fresh.drop();
  });

  /** What a process of its own has: a pool, a memory, a transport. */
  async function process(): Promise<{ tokens: OAuthTokens; close(): Promise<void> }> {
    const db = fresh.url === null ? fresh.db : await openOther(fresh.url);
    const transport = createTransport({ clock: systemClock });
    const oauth = createOAuthClient({
      authUrl: simulator.url,
      clientId: CLIENT.id,
      clientSecret: () => CLIENT.secret,
      userAgent: 'calendly-sync/test',
      transport,
    });
    const clock = { ...systemClock, now: () => now };
    return {
      tokens: createOAuthTokens({ db, clock, keyring, oauth }),
      close: () => transport.close(),
    };
  }

  async function openOther(url: string): Promise<Db> {
    const db = await openPostgres({ url, schema: 'public', onError: () => undefined, ...time });
    others.push(db);
    return db;
  }

  const asked = (): number => simulator.counts.get('POST /oauth/token') ?? 0;
  const isGood = (token: string): boolean => {
    const record = simulator.world.tokens.get(token);
    return record !== undefined && !record.revoked && (record.expiresAt ?? 0) > now;
  };

  test(`${RACES} races cost one token call each, and no chain is lost`, async () => {
    // the embedded database is one process's: there the race is within it
    const first = await process();
    const second = engine === 'pglite' ? first : await process();
    for (let race = 0; race < RACES; race += 1) {
      now += STEP_MS;
      const before = asked();
      const tokens = await Promise.all(
        [first, second, first, second].map(({ tokens: of }) => of.access(id, signal)),
      );
      expect([new Set(tokens).size, asked() - before]).toEqual([1, 1]);
      expect(isGood(tokens[0] ?? '')).toBe(true);
    }
    await first.close();
    if (second !== first) await second.close();
  });

  test('of two whose token was refused at once one renews it, and both go on', async () => {
    now += STEP_MS;
    const first = await process();
    const second = engine === 'pglite' ? first : await process();
    const refused = await first.tokens.access(id, signal);
    expect(await second.tokens.access(id, signal)).toBe(refused);
    now += 61_000;
    const before = asked();
    const renewed = await Promise.all(
      [first, second].map(({ tokens }) => tokens.access(id, signal, refused)),
    );
    expect([new Set(renewed).size, asked() - before]).toEqual([1, 1]);
    expect(renewed[0]).not.toBe(refused);
  });

  test('who asks may go away: the renewal goes on, and its pair is kept', async () => {
    now += STEP_MS;
    const { tokens, close } = await process();
    const gone = new AbortController();
    simulator.faults.add({ path: '/oauth/token', then: { delayMs: 50 } });
    const asking = tokens.access(id, gone.signal);
    gone.abort(new Error('gone'));
    await expect(asking).rejects.toThrow('gone');
    await tokens.settle();
    simulator.faults.clear();
    const before = asked();
    expect(isGood(await tokens.access(id, signal))).toBe(true);
    expect(asked()).toBe(before);
    await close();
  });

  test('an answer that was lost on the way ends the chain, said once and without a loop', async () => {
    now += STEP_MS;
    const { tokens, close } = await process();
    simulator.faults.add({ path: '/oauth/token', then: { cut: 10 }, times: 1 });
    await expect(tokens.access(id, signal)).rejects.toMatchObject({ class: 'temporary' });
    simulator.faults.clear();
    await expect(tokens.access(id, signal)).rejects.toMatchObject({ code: 'calendly.grant_ended' });
    const before = asked();
    await expect(tokens.access(id, signal)).rejects.toMatchObject({ code: 'calendly.grant_ended' });
    expect(asked()).toBe(before);
    const { rows } = await fresh.db.query(
      'select state, error_code, refresh_sealed from calendly_connections where id = $1',
      [id],
    );
    expect(rows).toEqual([
      { state: 'needs_reauth', error_code: 'calendly.grant_ended', refresh_sealed: null },
    ]);
    await close();
  });
});
