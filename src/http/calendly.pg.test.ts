/** The routes that are asked for by name, in exactly the shapes that the contract writes down. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';
import { engines } from '../../test/harness/database.ts';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { AppError } from '../domain/errors.ts';

describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  let rows: RowMaker;
  let runIds: string[] = [];
  let finished = true;

  beforeAll(async () => {
    world = await startHttpWorld({
      engine,
      actions: {
        requestSync: async () => ({ runIds }),
        waitForRuns: async () => finished,
        triggerAll: async () => ({ runIds }),
      },
    });
    rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
  });
  afterAll(() => world.close());

  async function answer(path: string, request: Parameters<typeof call>[2] = {}): Promise<unknown> {
    const { status, body } = await call(world, path, request);
    return { status, body };
  }

  describe('GET /api/calendly/status', () => {
    it('says what to do while no account is linked', async () => {
      expect(await answer('/api/calendly/status', { as: world.member })).toEqual({
        status: 200,
        body: {
          connected: false,
          configured: false,
          user: null,
          message: expect.stringContaining('CALENDLY_PERSONAL_ACCESS_TOKEN'),
          connections: [],
        },
      });
    });

    it("shows the caller's connections with their freshness, not those of others", async () => {
      const id = await rows.connection(world.admin.user.id, {
        calendly_user_uri: 'https://api.calendly.com/users/ADA',
        last_complete_at: await world.db.clock(),
        requests_used: 3,
        requests_limit: 500,
        requests_seen_at: await world.db.clock(),
      });
      await rows.connection(world.member.user.id, { state: 'disconnected' });
      expect(await answer('/api/calendly/status')).toEqual({
        status: 200,
        body: {
          connected: true,
          configured: true,
          user: {
            name: 'Ada Host',
            email: 'ada@example.com',
            uri: 'https://api.calendly.com/users/ADA',
          },
          message: 'Calendly is connected.',
          connections: [
            {
              id,
              user_id: world.admin.user.id,
              calendly_user_uri: 'https://api.calendly.com/users/ADA',
              organization_uri: null,
              name: 'Ada Host',
              email: 'ada@example.com',
              kind: 'token',
              scope: 'user',
              state: 'active',
              freshness: 'fresh',
              method: 'polling',
              last_complete_at: expect.stringMatching(/T.*\.\d{6}Z$/),
              next_run_at: null,
              requests: { used: 3, left: null, limit: 500 },
              webhook_note: null,
              backlog: 0,
              silent_changes: 0,
              held_back: 0,
              preflight: null,
              error: null,
            },
          ],
        },
      });
    });
  });

  describe('GET /api/calendly/test-connection', () => {
    it('names the Calendly user', async () => {
      expect(await answer('/api/calendly/test-connection')).toEqual({
        status: 200,
        body: {
          success: true,
          message: expect.any(String),
          user: {
            name: 'Ada Host',
            email: 'ada@example.com',
            uri: 'https://api.calendly.com/users/ADA',
          },
        },
      });
    });

    it('is a problem with what to do where Calendly refuses', async () => {
      const refused = await startHttpWorld({
        actions: {
          testConnection: async () => {
            throw new AppError({
              kind: 'upstream',
              code: 'test.refused',
              message: 'Calendly refuses the token.',
              action: 'Make a new one.',
            });
          },
        },
      });
      const response = await fetch(`${refused.url}/api/calendly/test-connection`, {
        headers: { authorization: `Bearer ${refused.admin.token}` },
      });
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toEqual({
        type: 'about:blank',
        title: 'Bad Gateway',
        status: 502,
        detail: 'Calendly refuses the token.',
        code: 'test.refused',
        action: 'Make a new one.',
        request_id: response.headers.get('x-request-id'),
      });
      await refused.close();
    });
  });

  describe('POST /api/calendly/sync', () => {
    it('adds up what the runs of all connections did', async () => {
      const [first, second] = [
        await rows.connection(world.admin.user.id),
        await rows.connection(world.admin.user.id),
      ];
      runIds = [
        await rows.run(first, { created: 3, updated: 2, canceled: 1, unchanged: 7, vanished: 1 }),
        await rows.run(second, { state: 'failed', error_code: 'calendly.auth' }),
      ];
      expect(await answer('/api/calendly/sync', { method: 'POST' })).toEqual({
        status: 200,
        body: {
          success: true,
          message: 'Sync completed: 3 new, 2 updated, 2 deleted, 1 errors.',
          sync_result: { synced: 3, updated: 2, deleted: 2, unchanged: 7, errors: 1 },
          run_id: runIds[0],
          run_ids: runIds,
        },
      });
    });

    it('answers 202 with the ids while the runs go on', async () => {
      finished = false;
      expect(await answer('/api/calendly/sync', { method: 'POST' })).toEqual({
        status: 202,
        body: { success: true, message: expect.any(String), run_id: runIds[0], run_ids: runIds },
      });
      finished = true;
    });

    it('is a problem where every connection failed', async () => {
      const connection = await rows.connection(world.admin.user.id);
      runIds = [
        await rows.run(connection, {
          state: 'failed',
          error_code: 'calendly.auth',
          error_message: 'Calendly refuses the token.',
          error_action: 'Link the account again.',
        }),
      ];
      expect(await answer('/api/calendly/sync', { method: 'POST' })).toMatchObject({
        status: 502,
        body: {
          code: 'sync.failed',
          detail: 'Calendly refuses the token.',
          action: 'Link the account again.',
        },
      });
    });
  });

  describe('the scheduler', () => {
    it('shows its one task in the documented shape', async () => {
      expect(await answer('/api/calendly/scheduler/status')).toEqual({
        status: 200,
        body: {
          success: true,
          scheduler: {
            isRunning: true,
            scheduledTasks: [
              {
                name: 'Calendly Sync',
                schedule: 'Every 15 minutes',
                cron: '*/15 * * * *',
                next_run_at: null,
                last_run_at: null,
              },
            ],
            calendlyConfigured: true,
          },
        },
      });
    });

    it('is triggered by admins', async () => {
      expect(await answer('/api/calendly/scheduler/trigger', { method: 'POST' })).toEqual({
        status: 200,
        body: { success: true, message: 'Automatic sync triggered in background', run_ids: runIds },
      });
    });

    it('is not triggered by members', async () => {
      const refused = await answer('/api/calendly/scheduler/trigger', {
        method: 'POST',
        as: world.member,
      });
      expect(refused).toMatchObject({ status: 403, body: { code: 'request.admins_only' } });
    });
  });

  describe('meetings and counts', () => {
    it('lists active meetings as a bare array, newest first, with who comes', async () => {
      const early = await rows.meeting({
        start_time: '2026-03-01T10:00:00.000001Z',
        notes_plain: 'Bring papers',
      });
      const late = await rows.meeting({ start_time: '2026-03-02T10:00:00.000000Z', title: null });
      await rows.meeting({ status: 'canceled' });
      await rows.meeting({ vanished_at: '2026-01-02T00:00:00.000000Z' });
      await rows.invitee(early.uri, {
        name: 'Gone',
        email: 'gone@example.com',
        status: 'canceled',
      });
      await rows.invitee(early.uri, { name: 'Bo', email: 'bo@example.com' });
      await rows.invitee(early.uri, { name: 'Cy', email: 'cy@example.com' });
      const expected = {
        id: early.id,
        title: 'Consultation',
        starttime: '2026-03-01T10:00:00.000001Z',
        endtime: '2026-03-01T10:30:00.000000Z',
        summary: 'Bring papers',
        attendees: [
          { name: 'Bo', email: 'bo@example.com' },
          { name: 'Cy', email: 'cy@example.com' },
        ],
        meeting_source: 'calendly',
        calendly_event_uri: early.uri,
        client_email: 'bo@example.com',
      };
      expect(await answer('/api/calendly/meetings')).toEqual({
        status: 200,
        body: [
          expect.objectContaining({
            id: late.id,
            title: 'Meeting',
            attendees: [],
            client_email: null,
            summary: null,
          }),
          expected,
        ],
      });
    });

    it('counts the same meetings, and those of no other workspace', async () => {
      const { body } = await call(world, '/api/calendly/stats');
      expect(body).toEqual({
        userid: world.admin.user.id,
        google_meetings: 0,
        calendly_meetings: 2,
        manual_meetings: 0,
        total_meetings: 2,
        last_sync: expect.stringMatching(/\.\d{6}Z$/),
      });
      const foreign = await call(world, '/api/calendly/stats', { as: world.foreigner });
      expect(foreign.body).toMatchObject({ calendly_meetings: 0, last_sync: null });
    });
  });
});
