/** Bad inputs 1 to 22: the signature header, keys, times, paths. */
import { createHmac } from 'node:crypto';
import { keyPlace } from '../../src/domain/sealed-places.ts';
import { systemClock } from '../../src/base/time.ts';
import { expect } from 'vitest';
import { makeId } from '../harness/sync-world.ts';
import { findByBytes, signed, type WebhookWorld } from '../harness/webhook-world.ts';
import {
  goodParts,
  harmless,
  IGNORED,
  JSON_TYPE,
  PATH,
  type Sent,
  type WebhookCase,
  withHeader,
} from './case.ts';

type Header = (t: string, mac: string, other: string) => string;

/** A case about the header alone: refused unless `accepted`. */
function header(row: number, about: string, write: Header, accepted = false): WebhookCase {
  return {
    row,
    about,
    send(world) {
      const body = harmless();
      const [t, mac] = goodParts(body, world.key);
      const [, other] = goodParts(body, 'key of another', Number(t));
      return withHeader(body, write(t, mac, other));
    },
    ...(accepted ? { status: 200, ends: IGNORED } : { status: 401 }),
  };
}

/** A case about when the delivery was signed: taken and marked. */
function aged(row: number, about: string, seconds: number, flags: string[]): WebhookCase {
  return {
    row,
    about,
    send(world) {
      const body = harmless();
      const t = Math.floor(systemClock.now() / 1000) + seconds;
      return { body, headers: [JSON_TYPE, signed(body, world.key, t)] };
    },
    status: 200,
    ends: { ...IGNORED, flags },
  };
}

function signedAs(row: number, about: string, t: string): WebhookCase {
  return {
    row,
    about,
    send(world) {
      const body = harmless();
      const mac = createHmac('sha256', world.key).update(`${t}.`).update(body).digest('hex');
      return withHeader(body, `t=${t},v1=${mac}`);
    },
    status: 401,
  };
}

const headers: WebhookCase[] = [
  {
    row: 1,
    about: 'no signature',
    send: () => ({ body: harmless(), headers: [JSON_TYPE] }),
    status: 401,
  },
  header(2, 'an empty header', () => ''),
  header(2, 'a blank header', () => '   '),
  header(3, 'no t', (_t, mac) => `v1=${mac}`),
  header(3, 'no v1', (t) => `t=${t}`),
  header(3, 'an empty t', (_t, mac) => `t=,v1=${mac}`),
  header(3, 'an empty v1', (t) => `t=${t},v1=`),
  header(4, 't in letters', (_t, mac) => `t=abc,v1=${mac}`),
  header(4, 't with an exponent', (_t, mac) => `t=1e10,v1=${mac}`),
  header(4, 't with a plus', (t, mac) => `t=+${t},v1=${mac}`),
  header(4, 't behind a space', (t, mac) => `t= ${t},v1=${mac}`),
  header(4, 't with letters behind it', (t, mac) => `t=${t}abc,v1=${mac}`),
  signedAs(5, 'a negative t that was signed so', '-1700000000'),
  signedAs(5, 't of zero that was signed so', '0'),
  signedAs(5, 't of 2^53 + 1 that was signed so', '9007199254740993'),
  signedAs(5, 't of 400 digits that was signed so', '1'.repeat(400)),
  header(6, '63 digits', (t, mac) => `t=${t},v1=${mac.slice(1)}`),
  header(6, '65 digits', (t, mac) => `t=${t},v1=${mac}0`),
  header(6, '128 digits', (t, mac) => `t=${t},v1=${mac}${mac}`),
  header(7, 'no hexadecimal digits', (t) => `t=${t},v1=${'z'.repeat(64)}`),
  header(7, 'one letter that is none', (t, mac) => `t=${t},v1=${mac.slice(1)}g`),
  header(8, 'upper-case digits', (t, mac) => `t=${t},v1=${mac.toUpperCase()}`, true),
  header(9, 'two in one header', (t, mac, other) => `t=${t},v1=${other}, t=${t},v1=${mac}`),
  {
    row: 9,
    about: 'two headers, both good',
    send(world) {
      const body = harmless();
      return { body, headers: [JSON_TYPE, signed(body, world.key), signed(body, world.key)] };
    },
    status: 401,
  },
  header(10, 'v0 alone', (t, mac) => `t=${t},v0=${mac}`),
  header(10, 'v2 alone', (t, mac) => `t=${t},v2=${mac}`),
  header(
    10,
    'keys that nobody knows beside a good v1',
    (t, mac, other) => `t=${t},v0=${other},v1=${mac},x=`,
    true,
  ),
  header(11, 'two v1, the second good', (t, mac, other) => `t=${t},v1=${other},v1=${mac}`, true),
  header(11, 'two v1, the first good', (t, mac, other) => `t=${t},v1=${mac},v1=${other}`, true),
  header(
    11,
    'three v1, the last good',
    (t, mac, other) => `t=${t},v1=${other},v1=${other},v1=${mac}`,
    true,
  ),
  header(11, 'four v1', (t, mac, other) => `t=${t},v1=${other},v1=${other},v1=${other},v1=${mac}`),
  {
    row: 12,
    about: 'a header of 20 kB',
    send: () => withHeader(harmless(), 'x'.repeat(20_000)),
    status: 431,
  },
  {
    row: 13,
    about: 'a MAC over the same JSON without a space',
    send(world) {
      const body = `${harmless()} `;
      const [t, mac] = goodParts(JSON.stringify(JSON.parse(body)), world.key);
      return withHeader(body, `t=${t},v1=${mac}`);
    },
    status: 401,
  },
  {
    row: 14,
    about: 'a MAC over the body alone',
    send(world) {
      const body = harmless();
      const mac = createHmac('sha256', world.key).update(body).digest('hex');
      return withHeader(body, `t=${goodParts(body, world.key)[0]},v1=${mac}`);
    },
    status: 401,
  },
];

/** A subscription of ours with this key, in this state; answers the path of its deliveries. */
async function addSubscription(
  world: WebhookWorld,
  given: { key: string; state: string },
): Promise<string> {
  const { id: connectionId, workspace_id: workspaceId } = await world.connection();
  const id = makeId();
  const sealed = world.core.secrets.keyring.seal(given.key, keyPlace(id));
  const at = await world.db.clock();
  await world.db.query(
    `insert into webhook_subscriptions (workspace_id, id, connection_id, family, callback_url, scope, events,
       key_sealed, state, created_at) values ($1, $2, $3, $4, 'https://x.example', 'user', '{}', $5, $6, $7)`,
    [workspaceId, id, connectionId, `test-${id}`, sealed, given.state, at],
  );
  return `${PATH}/${id}`;
}

function keyed(
  about: string,
  given: { row: number; key?: string; with?: string; state?: string; accepted?: boolean },
): WebhookCase {
  const { row, key = 'its own key', state = 'live', accepted = false } = given;
  return {
    row,
    about,
    async send(world) {
      const path = await addSubscription(world, { key, state });
      const body = harmless();
      return { body, path, headers: [JSON_TYPE, signed(body, given.with ?? key)] };
    },
    ...(accepted ? { status: 200, ends: IGNORED } : { status: 401 }),
  };
}

const keys: WebhookCase[] = [
  {
    row: 15,
    about: 'a MAC with an empty key',
    send: () => {
      const body = harmless();
      return { body, headers: [JSON_TYPE, signed(body, '')] };
    },
    status: 401,
  },
  keyed('a subscription whose key is empty, signed with it', { row: 15, key: '' }),
  keyed('a subscription whose key is empty, signed with another', { row: 15, key: '', with: 'x' }),
  keyed('the key of another subscription', { row: 16, with: 'key of another subscription' }),
  {
    row: 16,
    about: "a subscription's path with the key of the path without id",
    async send(world) {
      const path = await addSubscription(world, { key: 'its own key', state: 'live' });
      const body = harmless();
      return { body, path, headers: [JSON_TYPE, signed(body, world.key)] };
    },
    status: 401,
  },
  keyed('the key of a subscription that is being made', {
    row: 17,
    state: 'creating',
    accepted: true,
  }),
  keyed('the key of a subscription that was replaced', {
    row: 17,
    state: 'retiring',
    accepted: true,
  }),
  keyed('the key of a subscription that has ended', { row: 17, state: 'ended' }),
];

const ages: WebhookCase[] = [
  aged(18, 'signed 10 minutes ago', -600, ['stale']),
  aged(19, 'signed 26 hours ago', -26 * 3600, ['stale']),
  aged(19, 'signed in 1970', -(Math.floor(systemClock.now() / 1000) - 1), ['stale']),
  aged(20, 'signed in 10 minutes', 600, ['ahead']),
  aged(20, 'signed in the year 30,000', 880_000_000_000, ['ahead']),
];

/** The same request again and again, sixteen at a time. */
const replays = process.env['ORDERS'] === 'full' ? 10_000 : 200;
const replay: WebhookCase = {
  row: 21,
  about: `an exact replay, ${replays} times`,
  async send(world) {
    const body = harmless();
    const [name, value] = signed(body, world.key);
    let left = replays - 1;
    const statuses = new Set<number>();
    const sender = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const init = { method: 'POST', body, headers: { [name]: value } };
        const response = await fetch(`${world.url}${PATH}`, init);
        statuses.add(response.status);
        await response.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: 16 }, sender));
    expect([...statuses]).toEqual([200]);
    return { body, headers: [JSON_TYPE, [name, value]] };
  },
  status: 200,
  ends: IGNORED,
  async leaves(world, sent) {
    const { rows } = await world.db.query('select 1 from webhook_deliveries where body = $1', [
      Buffer.from(sent.body),
    ]);
    expect(rows).toHaveLength(1);
    expect((await findByBytes(world.db, sent.body))?.times).toBe(replays);
    expect(await world.confirmed()).toBe(0);
  },
};

const paths: WebhookCase[] = [
  ['nobody', makeId()],
  ['no id', 'x'],
  ['../', '..%2f..%2fwebhook'],
  ['an encoded ../', '%2e%2e%2fwebhook'],
  ['a NUL', '%00'],
  ['4 kB', 'a'.repeat(4096)],
  ['an id in braces', `{${makeId()}}`],
  ['SQL', `'%20or%201=1--`],
].map(([about, segment]) => ({
  row: 22,
  about: `the path of ${about}`,
  send(world: WebhookWorld): Sent {
    const body = harmless();
    return { body, path: `${PATH}/${segment}`, headers: [JSON_TYPE, signed(body, world.key)] };
  },
  status: 401,
}));

export const signatureCases: readonly WebhookCase[] = [
  ...headers,
  ...keys,
  ...ages,
  replay,
  ...paths,
];
