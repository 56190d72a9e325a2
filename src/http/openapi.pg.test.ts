/** The description of all routes: complete, and with what each can answer. */
import { describe, expect, it } from 'vitest';
import { call, startHttpWorld } from '../../test/harness/http-world.ts';

describe('/api/openapi.json', () => {
  it('is OpenAPI 3.1 and describes every route with answer, problem and login', async () => {
    const world = await startHttpWorld();
    try {
      const { body } = await call(world, '/api/openapi.json');
      const page = body as {
        openapi: string;
        paths: Record<
          string,
          Record<string, { responses: object; security?: object[]; summary: string }>
        >;
      };
      expect(page.openapi).toBe('3.1.0');
      const described = Object.entries(page.paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method} ${path}`),
      );
      expect(described.sort()).toEqual([
        'delete /api/blocked/{id}',
        'delete /api/calendar-feed',
        'delete /api/connections/{id}',
        'delete /api/documents/{id}',
        'delete /api/invitations/{id}',
        'delete /api/invitees/{id}/no-show',
        'delete /api/members/{id}',
        'delete /api/tokens/{id}',
        'delete /api/workspace',
        'get /api/audit',
        'get /api/auth/me',
        'get /api/blocked',
        'get /api/blocked/suggestions',
        'get /api/calendar-feed',
        'get /api/calendly/meetings',
        'get /api/calendly/oauth/callback',
        'get /api/calendly/oauth/start',
        'get /api/calendly/scheduler/status',
        'get /api/calendly/stats',
        'get /api/calendly/status',
        'get /api/calendly/test-connection',
        'get /api/calendly/webhook/test',
        'get /api/clients',
        'get /api/clients.csv',
        'get /api/clients/review',
        'get /api/clients/{id}',
        'get /api/clients/{id}/similar',
        'get /api/clients/{id}/timeline',
        'get /api/connections',
        'get /api/deliveries',
        'get /api/documents',
        'get /api/documents/{id}',
        'get /api/documents/{id}/content',
        'get /api/documents/{id}/preview',
        'get /api/drift',
        'get /api/invitations',
        'get /api/meetings',
        'get /api/meetings.csv',
        'get /api/meetings/{id}',
        'get /api/members',
        'get /api/openapi.json',
        'get /api/runs',
        'get /api/runs/{id}',
        'get /api/stream',
        'get /api/tokens',
        'get /api/workspace',
        'get /health',
        'get /ics/{file}',
        'get /metrics',
        'get /ready',
        'patch /api/clients/{id}',
        'patch /api/connections/{id}',
        'patch /api/documents/{id}',
        'patch /api/meetings/{id}',
        'patch /api/meetings/{id}/invitees/{invitee}',
        'patch /api/members/{id}',
        'patch /api/workspace',
        'post /api/auth/login',
        'post /api/auth/logout',
        'post /api/auth/password',
        'post /api/auth/register',
        'post /api/blocked',
        'post /api/calendar-feed',
        'post /api/calendly/scheduler/trigger',
        'post /api/calendly/sync',
        'post /api/calendly/webhook',
        'post /api/calendly/webhook/{subscription}',
        'post /api/clients/review/{id}',
        'post /api/clients/{id}/merge',
        'post /api/clients/{id}/split',
        'post /api/connections',
        'post /api/deliveries/{id}/replay',
        'post /api/documents',
        'post /api/documents/{id}/restore',
        'post /api/drift/verify',
        'post /api/invitations',
        'post /api/meetings/{id}/cancel',
        'post /api/members',
        'post /api/members/{id}/reset',
        'post /api/people/erase',
        'post /api/people/export',
        'post /api/tokens',
        'put /api/invitees/{id}/no-show',
      ]);
      for (const [path, operations] of Object.entries(page.paths)) {
        for (const operation of Object.values(operations)) {
          expect(operation.responses).toMatchObject({
            default: { content: { 'application/problem+json': expect.anything() } },
          });
          expect(Object.keys(operation.responses)).toContainEqual(
            expect.stringMatching(/^20[012]$/),
          );
          expect(operation.summary).not.toBe('');
          const isOpen =
            /^\/(health|ready|metrics)$|^\/ics|openapi|calendly\/webhook|auth\/(login|reg|pass)/.test(
              path,
            );
          expect([path, operation.security]).toEqual([
            path,
            isOpen ? undefined : [{ bearer: [] }, { session: [] }],
          ]);
        }
      }
    } finally {
      await world.close();
    }
  });
});
