/** /api/clients and /api/runs: their shapes, and what a user may write on a client. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';

const UNKNOWN = '01890000-0000-7000-8000-000000000000';
describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  let rows: RowMaker;

  beforeAll(async () => {
    world = await startHttpWorld({ engine });
    rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
  });
  afterAll(() => world.close());

  describe('a client', () => {
    it('shows the meetings of the person as invitee and as guest, each once', async () => {
      const id = await rows.client('Bo@Example.com', {
        name: 'Bo',
        tags: ['vip'],
        phones: ['+49301'],
      });
      const past = await rows.meeting({ start_time: '2020-01-01T10:00:00.000001Z' });
      const later = await rows.meeting({ start_time: '2090-01-01T10:00:00.000000Z' });
      const last = await rows.meeting({ start_time: '2091-01-01T10:00:00.000000Z' });
      const canceled = await rows.meeting({
        start_time: '2019-01-01T10:00:00Z',
        status: 'canceled',
      });
      const vanished = await rows.meeting({
        start_time: '2018-01-01T10:00:00Z',
        vanished_at: '2026-01-01T00:00:00Z',
      });
      for (const { uri } of [past, past, later, canceled, vanished])
        await rows.invitee(uri, { client_id: id });
      for (const meeting of [last, past]) {
        await world.db.query(
          `insert into meeting_guests (workspace_id, meeting_id, email_key, email, client_id, created_at)
         values ($1, $2, 'bo@example.com', 'Bo@Example.com', $3, now())`,
          [world.admin.user.workspaceId, meeting.id, id],
        );
      }
      const expected = {
        id,
        name: 'Bo',
        emails: ['Bo@Example.com'],
        phones: ['+49301'],
        notes: null,
        tags: ['vip'],
        source: 'calendly',
        first_meeting_at: '2020-01-01T10:00:00.000001Z',
        last_meeting_at: '2020-01-01T10:00:00.000001Z',
        next_meeting_at: '2090-01-01T10:00:00.000000Z',
        meetings_count: 3,
        documents_count: 0,
        created_at: '2026-01-01T00:00:00.000001Z',
        updated_at: '2026-01-01T00:00:00.000001Z',
      };
      const shown = (await call(world, `/api/clients/${id}`)).body;
      expect(shown).toEqual({ ...expected, answers: [] });
      const listed = await call(world, '/api/clients?q=BO%40EXAMPLE');
      expect(listed.body).toEqual({ data: [expected], next_cursor: null });
      expect((await call(world, '/api/clients?q=b%25o')).body).toEqual({
        data: [],
        next_cursor: null,
      });
    });

    it('keeps a name that a user gave', async () => {
      const id = await rows.client('cy@example.com');
      const edited = await call(world, `/api/clients/${id}`, {
        method: 'PATCH',
        json: { name: 'Cy Twombly', tags: ['a', 'b', 'a'], notes: 'Tall' },
      });
      expect(edited.body).toMatchObject({ name: 'Cy Twombly', tags: ['a', 'b'], notes: 'Tall' });
      const { rows: kept } = await world.db.query(
        'select name_edited_at from clients where id = $1',
        [id],
      );
      expect(kept).toEqual([{ name_edited_at: expect.any(String) }]);
      const { rows: feed } = await world.db.query('select event from feed where subject_id = $1', [
        id,
      ]);
      expect(feed).toEqual([{ event: 'client.changed' }]);
      const cleared = await call(world, `/api/clients/${id}`, {
        method: 'PATCH',
        json: { tags: [] },
      });
      expect(cleared.body).toMatchObject({ name: 'Cy Twombly', tags: [], notes: 'Tall' });
    });

    it('is not written over a change that the writer has not seen', async () => {
      const id = await rows.client('di@example.com');
      const etag = (await call(world, `/api/clients/${id}`)).headers.get('etag') ?? '';
      const write = (name: string): ReturnType<typeof call> =>
        call(world, `/api/clients/${id}`, {
          method: 'PATCH',
          json: { name },
          headers: { 'if-match': etag },
        });
      expect((await write('First')).status).toBe(200);
      expect(await write('Second')).toMatchObject({ status: 412, body: { code: 'request.stale' } });
      expect((await call(world, `/api/clients/${id}`)).body).toMatchObject({ name: 'First' });
    });

    it('of another workspace is the same 404 as one that does not exist, to read and to write', async () => {
      const id = await rows.client('ed@example.com');
      const unknown = await call(world, `/api/clients/${UNKNOWN}`);
      const read = await call(world, `/api/clients/${id}`, { as: world.foreigner });
      const written = await call(world, `/api/clients/${id}`, {
        as: world.foreigner,
        method: 'PATCH',
        json: { name: 'Mine' },
      });
      expect([read.status, written.status]).toEqual([404, 404]);
      expect([read.body, written.body]).toEqual([unknown.body, unknown.body]);
      expect((await call(world, `/api/clients/${id}`)).body).toMatchObject({ name: 'Client' });
      expect((await call(world, '/api/clients', { as: world.foreigner })).body).toEqual({
        data: [],
        next_cursor: null,
      });
    });
  });

  describe('a run', () => {
    it('tells counts, cost and what went wrong', async () => {
      const connection = await rows.connection(world.admin.user.id);
      const id = await rows.run(connection, {
        trigger: 'schedule',
        state: 'partial',
        created: 1,
        requests: 12,
        error_code: 'calendly.malformed',
        error_message: 'One item could not be read.',
      });
      const expected = {
        id,
        connection_id: connection,
        trigger: 'schedule',
        state: 'partial',
        queued_at: '2026-01-01T00:00:00.000001Z',
        started_at: '2026-01-01T00:00:00.000001Z',
        finished_at: '2026-01-01T00:00:00.000001Z',
        created: 1,
        updated: 0,
        canceled: 0,
        unchanged: 0,
        vanished: 0,
        requests: 12,
        error: { code: 'calendly.malformed', message: 'One item could not be read.', action: null },
      };
      expect((await call(world, `/api/runs/${id}`)).body).toEqual(expected);
      expect((await call(world, '/api/runs')).body).toEqual({
        data: [expected],
        next_cursor: null,
      });
      const foreign = await call(world, `/api/runs/${id}`, { as: world.foreigner });
      expect(foreign.body).toEqual((await call(world, `/api/runs/${UNKNOWN}`)).body);
    });
  });
});
