/** Looking for text in meetings and clients: literally, in everything that is shown, and in nobody else's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { call, readPages, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';
import { tenantsOf } from '../store/tenants.ts';

/** Far more than are looked through one by one. */
const MANY = 1200;
const OWN = 'https://api.calendly.com/users/OWN';
const ANSWER = {
  question: 'Why?',
  answer: 'Because of the 100% pension_plan \\ pool',
  position: 0,
};

describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  let rows: RowMaker;
  let workspaceId: string;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    world = await startHttpWorld({ engine, settings: { membersSee: 'own' } });
    workspaceId = world.admin.user.workspaceId;
    rows = rowsOf(world.db, workspaceId, world.ids);
    await rows.connection(world.member.user.id, { calendly_user_uri: OWN });
    await addMany();
    await add(
      'talk',
      { title: 'Talk about Zebras' },
      { name: 'Ödön Quux', email: 'Odon@Quux.example' },
    );
    await add('asked', { title: 'Call' }, { name: 'Ann', answers: [ANSWER] });
    await add('untitled', { title: ' ', event_type_uri: 'https://api.calendly.com/event_types/E' });
    await rows.row('event_types', {
      calendly_uri: 'https://api.calendly.com/event_types/E',
      name: 'Sorghum tasting',
      raw: {},
      full_hash: 'x',
      observed_at: '2026-01-01T00:00:00Z',
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
    });
    await add('own', {
      title: 'Zebras at home',
      hosts: [{ user_uri: OWN, email: null, name: null }],
    });
    const theirs = rowsOf(world.db, world.foreigner.user.workspaceId, world.ids);
    await theirs.meeting({ title: 'Foreign zebras' });
    await theirs.client('foreign.quux@v.example', { name: 'Foreign Quux' });
  });
  afterAll(() => world.close());

  /** More than are looked through one by one, and all before what is to be found. */
  async function addMany(): Promise<void> {
    const { id } = await rows.meeting({ title: 'Ordinary' });
    await world.db.query(
      `insert into meetings select m.* from generate_series(1, $2::int) n, jsonb_populate_record(null::meetings,
         (select to_jsonb(m) from meetings m where m.id = $1) || jsonb_build_object(
           'id', lpad(n::text, 8, '0') || '-0000-7000-8000-000000000000', 'calendly_uri', 'https://c.example/' || n,
           'start_time', '2030-01-01T00:00:00Z'::timestamptz + n * interval '1 minute')) m`,
      [id, MANY],
    );
    await world.db.query(
      `insert into clients (workspace_id, id, name, created_at, updated_at)
       select $1, ('ffff' || lpad(n::text, 4, '0') || '-0000-7000-8000-000000000000')::uuid, 'Ordinary',
         '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z' from generate_series(1, $2::int) n`,
      [workspaceId, MANY],
    );
  }

  async function add(
    label: string,
    meeting: Record<string, unknown>,
    person?: Record<string, unknown>,
  ): Promise<void> {
    const { id, uri } = await rows.meeting(meeting);
    ids[label] = id;
    if (person !== undefined) ids[`${label} person`] = await rows.invitee(uri, person);
  }

  async function found(q: string, more = '', as = world.admin): Promise<string[]> {
    const path = `/api/meetings?q=${encodeURIComponent(q)}${more}`;
    const { status, body } = await call(world, path, { as });
    expect(status).toBe(200);
    const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    return (body as { data: { id: string }[] }).data
      .map(({ id }) => names.get(id) ?? id)
      .toSorted();
  }

  it.each([
    ['a title', 'about zebra', ['talk']],
    ['a title in other letters', 'ZEBRAS', ['own', 'talk']],
    ['a name', 'ödön', ['talk']],
    ['a name in capitals', 'ÖDÖN QUUX', ['talk']],
    ['an address', 'odon@quux', ['talk']],
    ['an answer', 'because of', ['asked']],
    ['a per cent sign', '100%', ['asked']],
    ['a per cent sign that is nothing else', 'pension%plan', []],
    ['an underscore', 'pension_plan', ['asked']],
    ['an underscore that is nothing else', 'pension_pool', []],
    ['a backslash', '\\ pool', ['asked']],
    ['two letters', 'uu', ['talk']],
    ['the question that was asked', 'Why?', []],
    ['the name of the event type, where there is no title', 'sorghum', ['untitled']],
    ['what is nowhere', 'xylophone', []],
  ])('finds %s', async (_what, q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it('finds what is common at once, and page by page in both orders', async () => {
    const all = await readPages(world, '/api/meetings?q=ordinary&limit=200');
    expect([all.ids.length, new Set(all.ids).size]).toEqual([MANY + 1, MANY + 1]);
    const zebras = await readPages(world, '/api/meetings?q=zebra&limit=1&order=start_time');
    expect(zebras).toEqual({ ids: [ids['talk'], ids['own']], pages: 2 });
  });

  it('finds the few that a filter leaves of what is common, each once', async () => {
    const few = [100, 800].map((n) => `${String(n).padStart(8, '0')}-0000-7000-8000-000000000000`);
    await world.db.query(`update meetings set status = 'canceled' where id = any($1::uuid[])`, [
      few,
    ]);
    expect(await found('ordinary', '&status=canceled')).toEqual(few);
    expect(
      (await readPages(world, '/api/meetings?q=ordinary&status=canceled&limit=1')).ids,
    ).toEqual(few.toReversed());
  });

  it('goes with every other filter', async () => {
    expect(await found('zebra', '&status=canceled')).toEqual([]);
    expect(await found('zebra', '&from=2031-01-01T00:00:00Z')).toEqual([]);
    expect(await found('zebra', `&host=${encodeURIComponent(OWN)}`)).toEqual(['own']);
  });

  it('follows what is changed, and forgets what is gone', async () => {
    await call(world, `/api/meetings/${ids['talk']}`, {
      method: 'PATCH',
      json: { title_override: 'Okapi' },
    });
    expect([await found('about zebra'), await found('okapi')]).toEqual([[], ['talk']]);
    await call(world, `/api/meetings/${ids['talk']}`, {
      method: 'PATCH',
      json: { title_override: null },
    });
    await world.db.query(`update invitees set name = 'Renamed' where id = $1`, [
      ids['talk person'],
    ]);
    expect([await found('ödön'), await found('renamed')]).toEqual([[], ['talk']]);
    await world.db.query(`update invitees set vanished_at = $2 where id = $1`, [
      ids['talk person'],
      '2026-01-01T00:00:00Z',
    ]);
    expect(await found('renamed')).toEqual([]);
    await world.db.query(
      `update invitees set vanished_at = null, name = 'Ödön Quux' where id = $1`,
      [ids['talk person']],
    );
    const { rows: texts } = await world.db.query(
      `select count(*)::int as n from meeting_texts where id = $1`,
      [ids['asked person']],
    );
    await world.db.query(`delete from invitees where id = $1`, [ids['asked person']]);
    const { rows: after } = await world.db.query(
      `select count(*)::int as n from meeting_texts where id = $1`,
      [ids['asked person']],
    );
    expect([texts, after]).toEqual([[{ n: 1 }], [{ n: 0 }]]);
  });

  it('shows a member what he hosts, and another workspace its own', async () => {
    expect(await found('zebra', '', world.member)).toEqual(['own']);
    expect(await found('zebra', '', world.foreigner)).toHaveLength(1);
    expect(await found('about zebra', '', world.foreigner)).toEqual([]);
  });

  it('finds clients by name, address and number', async () => {
    const id = await rows.client('Uma.Quux@V.example', {
      name: 'Uma 50%',
      phones: ['+4930901820'],
    });
    const clients = async (q: string, as = world.admin): Promise<string[]> => {
      const { body } = await call(world, `/api/clients?q=${encodeURIComponent(q)}`, { as });
      return (body as { data: { id: string }[] }).data.map((row) => row.id);
    };
    for (const q of ['uma 50%', 'uma.quux@', '30901']) expect(await clients(q)).toEqual([id]);
    for (const q of ['uma_50', 'u%50', 'xylophone']) expect(await clients(q)).toEqual([]);
    expect(await clients('quux', world.member)).toEqual([]);
    expect((await clients('quux', world.foreigner)).includes(id)).toBe(false);
    await call(world, `/api/clients/${id}`, {
      method: 'PATCH',
      json: { name: 'Vera', phones: [] },
    });
    expect([await clients('uma 50'), await clients('vera'), await clients('30901')]).toEqual([
      [],
      [id],
      [],
    ]);
    const all = await readPages(world, '/api/clients?q=ordinary&limit=200');
    expect(new Set(all.ids).size).toBe(MANY);
  });

  it('is shut to everybody but its two functions, and these know only the workspace that is meant', async () => {
    const own = tenantsOf(world.db).of(workspaceId);
    for (const table of ['meeting_texts', 'client_texts']) {
      await expect(own.query(`select 1 from ${table}`)).rejects.toMatchObject({
        sqlstate: '42501',
      });
    }
    const finding = `select id from calendly_sync_find_meetings('%zebra%', true, null, null, null, null, 100)`;
    expect((await own.query(finding)).count).toBe(2);
    expect(
      (await tenantsOf(world.db).of(world.foreigner.user.workspaceId).query(finding)).count,
    ).toBe(1);
    await expect(tenantsOf(world.db).system.query(finding)).rejects.toMatchObject({
      sqlstate: '42501',
    });
  });
});
