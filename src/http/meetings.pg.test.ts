/** /api/meetings: the shape, the filters, and what a user may write. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { call, readPages, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';

describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  let rows: RowMaker;

  beforeAll(async () => {
    world = await startHttpWorld({ engine });
    rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
  });
  afterAll(() => world.close());

  async function idsOf(parameters: string): Promise<string[]> {
    const { ids } = await readPages(world, `/api/meetings?${parameters}`);
    return ids;
  }

  describe('one meeting', () => {
    it('has exactly the fields of the contract, times to the microsecond', async () => {
      await rows.row('event_types', {
        calendly_uri: 'https://api.calendly.com/event_types/E1',
        name: 'Intro call',
        raw: {},
        full_hash: 'x',
        observed_at: '2026-01-01T00:00:00Z',
        created_at: '2026-01-01T00:00:00Z',
        updated_at: '2026-01-01T00:00:00Z',
      });
      await rows.connection(world.member.user.id, {
        calendly_user_uri: 'https://api.calendly.com/users/H1',
      });
      const client = await rows.client('Bo@Example.com', { name: 'Bo' });
      const { id, uri } = await rows.meeting({
        title: null,
        start_time: '2026-03-01T10:00:00.123456Z',
        event_type_uri: 'https://api.calendly.com/event_types/E1',
        location: { type: 'zoom', join_url: 'https://zoom.example/1', extra: [1] },
        hosts: [
          { user_uri: 'https://api.calendly.com/users/H1', email: 'h1@example.com', name: 'Host' },
          { user_uri: 'https://api.calendly.com/users/H2', email: null, name: null },
        ],
        guests: [{ email: 'guest@example.com', created_at: null, updated_at: null }],
        cancellation: {
          by: 'Bo',
          reason: null,
          canceler_type: 'invitee',
          at: '2026-02-01T00:00:00.000000Z',
        },
      });
      const invitee = await rows.invitee(uri, {
        name: 'Bo',
        email: 'Bo@Example.com',
        timezone: 'Europe/Berlin',
        client_id: client,
        link_rule: 'email',
        answers: [{ question: 'Why?', answer: 'Because', position: 0 }],
        no_show_at: '2026-03-01T11:00:00.000000Z',
        old_invitee: `${uri}/invitees/OLD`,
      });
      await rows.invitee(uri, { name: 'Gone', vanished_at: '2026-02-01T00:00:00Z' });
      const expected = {
        id,
        calendly_uri: uri,
        title: 'Intro call',
        status: 'active',
        start_time: '2026-03-01T10:00:00.123456Z',
        end_time: '2026-03-01T10:30:00.000000Z',
        location: { type: 'zoom', join_url: 'https://zoom.example/1', extra: [1] },
        hosts: [
          {
            user_uri: 'https://api.calendly.com/users/H1',
            email: 'h1@example.com',
            name: 'Host',
            user_id: world.member.user.id,
          },
          { user_uri: 'https://api.calendly.com/users/H2', email: null, name: null, user_id: null },
        ],
        invitees: [
          {
            id: invitee,
            calendly_uri: expect.stringContaining(`${uri}/invitees/`),
            name: 'Bo',
            email: 'Bo@Example.com',
            status: 'active',
            timezone: 'Europe/Berlin',
            client_id: client,
            link_rule: 'email',
            link_evidence: null,
            answers: [{ question: 'Why?', answer: 'Because', position: 0 }],
            tracking: null,
            payment: null,
            no_show: true,
            rescheduled: false,
            rescheduled_from: `${uri}/invitees/OLD`,
            rescheduled_to: null,
          },
        ],
        clients: [{ id: client, name: 'Bo', emails: ['Bo@Example.com'] }],
        event_type: { uri: 'https://api.calendly.com/event_types/E1', name: 'Intro call' },
        cancellation: {
          by: 'Bo',
          reason: null,
          at: '2026-02-01T00:00:00.000000Z',
          canceler_type: 'invitee',
        },
        series_id: null,
        rescheduled_from: null,
        rescheduled_to: null,
        no_show: true,
        guests: [{ email: 'guest@example.com', created_at: null, updated_at: null }],
        documents_count: 0,
        notes: null,
        notes_updated_at: null,
        vanished_at: null,
        created_at: '2026-01-01T00:00:00.000001Z',
        updated_at: '2026-01-01T00:00:00.000001Z',
        synced_at: '2026-01-01T00:00:00.000001Z',
        synced: false,
      };
      expect((await call(world, `/api/meetings/${id}`)).body).toEqual(expected);
      expect((await call(world, `/api/meetings?client_id=${client}`)).body).toEqual({
        data: [expected],
        next_cursor: null,
      });
      await world.db.query('update meetings set vanished_at = created_at where id = $1', [id]);
    });

    it('is a no-show only when every active invitee is', async () => {
      const { id, uri } = await rows.meeting({ title: 'Group' });
      const shown = async (): Promise<unknown> => (await call(world, `/api/meetings/${id}`)).body;
      expect(await shown()).toMatchObject({ no_show: false });
      await rows.invitee(uri, { no_show_at: '2026-03-01T11:00:00Z' });
      await rows.invitee(uri, { status: 'canceled' });
      expect(await shown()).toMatchObject({ no_show: true });
      await rows.invitee(uri);
      expect(await shown()).toMatchObject({ no_show: false });
    });

    it('of another workspace is the same 404 as one that does not exist', async () => {
      const { id } = await rows.meeting();
      const foreign = await call(world, `/api/meetings/${id}`, { as: world.foreigner });
      const unknown = await call(world, '/api/meetings/01890000-0000-7000-8000-000000000000');
      expect([foreign.status, unknown.status]).toEqual([404, 404]);
      expect(foreign.body).toEqual(unknown.body);
      const edit = { method: 'PATCH', json: { notes: 'mine' }, as: world.foreigner };
      expect((await call(world, `/api/meetings/${id}`, edit)).body).toEqual(unknown.body);
    });
  });

  describe('filters', () => {
    it('from is inclusive, to is exclusive, in whatever zone they are said', async () => {
      const { id } = await rows.meeting({ start_time: '2030-01-01T10:00:00.000001Z' });
      expect(await idsOf('from=2030-01-01T11:00:00.000001%2B01:00')).toEqual([id]);
      expect(await idsOf('from=2030-01-01T10:00:00.000002Z')).toEqual([]);
      expect(await idsOf('from=2029-12-31T00:00:00Z&to=2030-01-01T10:00:00.000001Z')).toEqual([]);
      expect(await idsOf('from=2029-12-31T00:00:00Z&to=2030-01-01T10:00:00.000002Z')).toEqual([id]);
    });

    it('hide vanished meetings unless asked for', async () => {
      const { id } = await rows.meeting({
        start_time: '2031-01-01T10:00:00Z',
        vanished_at: '2026-01-01T00:00:00Z',
      });
      expect(await idsOf('from=2031-01-01T00:00:00Z')).toEqual([]);
      expect(await idsOf('from=2031-01-01T00:00:00Z&include=vanished')).toEqual([id]);
    });

    it('know status, event type, and hosts by URI, e-mail and user', async () => {
      const uri = 'https://api.calendly.com/users/H9';
      const { id } = await rows.meeting({
        start_time: '2032-01-01T10:00:00Z',
        status: 'canceled',
        event_type_uri: 'https://api.calendly.com/event_types/E9',
        hosts: [{ user_uri: uri, email: 'H9@example.com', name: null }],
      });
      await rows.meeting({ start_time: '2032-01-01T11:00:00Z' });
      await rows.connection(world.admin.user.id, { calendly_user_uri: uri });
      const since = 'from=2032-01-01T00:00:00Z';
      expect(await idsOf(`${since}&status=canceled`)).toEqual([id]);
      expect(
        await idsOf(
          `${since}&event_type=${encodeURIComponent('https://api.calendly.com/event_types/E9')}`,
        ),
      ).toEqual([id]);
      expect(await idsOf(`${since}&host=${encodeURIComponent(uri)}`)).toEqual([id]);
      expect(await idsOf(`${since}&host=h9@EXAMPLE.com`)).toEqual([id]);
      expect(await idsOf(`${since}&host=${world.admin.user.id}`)).toEqual([id]);
      expect(await idsOf(`${since}&host=nobody@example.com`)).toEqual([]);
    });

    it('look for text literally, in the shown title and in the people', async () => {
      const titled = await rows.meeting({ title: String.raw`100% of A_B\C` });
      const invited = await rows.meeting({ title: 'Other' });
      await rows.invitee(invited.uri, { name: 'Zoë Quux', email: 'zoe@quux.example' });
      for (const q of ['100%', 'a_b', String.raw`b\c`]) {
        expect(await idsOf(`q=${encodeURIComponent(q)}`)).toEqual([titled.id]);
      }
      expect(await idsOf('q=zo%C3%AB')).toEqual([invited.id]);
      expect(await idsOf('q=QUUX.example')).toEqual([invited.id]);
      for (const q of ['1%A', 'a%25b', '100_', String.raw`\\`]) {
        expect(await idsOf(`q=${encodeURIComponent(q)}`)).toEqual([]);
      }
    });
  });

  describe('what a user writes', () => {
    it('is kept beside what Calendly says, and appears in the feed', async () => {
      const { id } = await rows.meeting({ title: 'From Calendly' });
      const before = await call(world, `/api/meetings/${id}`);
      const edited = await call(world, `/api/meetings/${id}`, {
        method: 'PATCH',
        json: { notes: 'Call back', title_override: ' Renamed ' },
      });
      expect(edited.status).toBe(200);
      expect(edited.body).toMatchObject({ notes: 'Call back', title: 'Renamed' });
      expect(edited.headers.get('etag')).not.toBe(before.headers.get('etag'));
      const { rows: kept } = await world.db.query(
        'select title, notes_updated_at from meetings where id = $1',
        [id],
      );
      expect(kept).toEqual([{ title: 'From Calendly', notes_updated_at: expect.any(String) }]);
      const { rows: feed } = await world.db.query('select event from feed where subject_id = $1', [
        id,
      ]);
      expect(feed).toEqual([{ event: 'meeting.updated' }]);
      const undone = await call(world, `/api/meetings/${id}`, {
        method: 'PATCH',
        json: { title_override: null },
      });
      expect(undone.body).toMatchObject({ notes: 'Call back', title: 'From Calendly' });
    });

    it('of ten at once with one If-Match, one wins and nine are stale', async () => {
      const { id } = await rows.meeting();
      const etag = (await call(world, `/api/meetings/${id}`)).headers.get('etag') ?? '';
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          call(world, `/api/meetings/${id}`, {
            method: 'PATCH',
            json: { notes: `note ${index}` },
            headers: { 'if-match': etag },
          }),
        ),
      );
      const statuses = answers.map((answer) => answer.status).sort();
      expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    });
  });
});
