/** What holds for every route: headers, limits, readiness and failures. */
import { describe, expect, it } from 'vitest';
import {
  call,
  startHttpWorld,
  type HttpWorld,
  type HttpWorldOptions,
} from '../../test/harness/http-world.ts';
import { sendRaw } from '../../test/harness/raw-http.ts';
import { DatabaseError } from '../store/database-error.ts';

async function withWorld(
  options: HttpWorldOptions,
  check: (world: HttpWorld) => Promise<void>,
): Promise<void> {
  const world = await startHttpWorld(options);
  try {
    await check(world);
  } finally {
    await world.close();
  }
}

describe('every answer', () => {
  it('allows a browser nothing but the own origin, and says so on pages, API and errors', async () => {
    await withWorld({}, async (world) => {
      for (const path of ['/', '/health', '/api/meetings', '/nowhere']) {
        const { headers } = await fetch(`${world.url}${path}`, {
          headers: { origin: 'https://evil.example' },
        });
        expect(headers.get('content-security-policy')).toBe(
          "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'self'",
        );
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
        expect(headers.has('access-control-allow-origin')).toBe(false);
        expect(headers.has('server')).toBe(false);
      }
    });
  });

  it('is 429 with the time to wait beyond the limit of one address, whatever X-Forwarded-For claims', async () => {
    await withWorld({ settings: { requestsPerMinute: 5 } }, async (world) => {
      const statuses: number[] = [];
      for (let index = 0; index < 7; index += 1) {
        const answer = await sendRaw(world.port, {
          path: '/api/openapi.json',
          headers: [['x-forwarded-for', `10.0.0.${index}`]],
        });
        statuses.push(answer.status);
        if (answer.status !== 429) continue;
        expect(JSON.parse(answer.text)).toMatchObject({ code: 'request.too_many', status: 429 });
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect((await fetch(`${world.url}/health`)).status).toBe(200);
    });
  });

  it('is 429 after 1,200 wrong tokens a minute, and good tokens still pass', async () => {
    await withWorld({}, async (world) => {
      const wrong = { ...world.admin, token: `${world.admin.token}x` };
      const counts = new Map<number, number>();
      for (let round = 0; round < 25; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => call(world, '/api/calendly/stats', { as: wrong })),
        );
        for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      expect(Object.fromEntries(counts)).toEqual({ 401: 1200, 429: 50 });
      expect((await call(world, '/api/calendly/stats')).status).toBe(200);
    });
  });

  it('believes one proxy where one is named', async () => {
    await withWorld({ settings: { requestsPerMinute: 1, trustProxy: 1 } }, async (world) => {
      const from = (forwarded: string): Promise<number> =>
        sendRaw(world.port, {
          path: '/api/openapi.json',
          headers: [['x-forwarded-for', forwarded]],
        }).then((answer) => answer.status);
      expect([await from('10.0.0.1'), await from('10.0.0.2')]).toEqual([200, 200]);
      // What the client itself put in front of the proxy's entry counts for nothing.
      expect(await from('10.9.9.9, 10.0.0.1')).toBe(429);
    });
  });
});

describe('a failure here', () => {
  it('shows a request id and nothing else; the log has it too', async () => {
    const secret = 'secret of ada@example.com';
    const failing = {
      actions: {
        schedulerStatus: async () => {
          throw new Error(secret);
        },
      },
    };
    await withWorld(failing, async (world) => {
      const { status, body, headers } = await call(world, '/api/calendly/scheduler/status');
      expect(status).toBe(500);
      expect(body).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        detail: expect.any(String),
        code: 'server.failed',
        request_id: headers.get('x-request-id'),
      });
      expect(JSON.stringify(body)).not.toContain(secret);
      expect(world.errors).toMatchObject([{ request_id: headers.get('x-request-id') }]);
    });
  });

  it('of the database is 503, and its SQLSTATE stays inside', async () => {
    const lost = async (): Promise<never> => {
      throw new DatabaseError({
        kind: 'upstream',
        code: 'database.connection_lost',
        message: 'at 10.1.2.3',
      });
    };
    await withWorld({ actions: { schedulerStatus: lost } }, async (world) => {
      const { status, body, headers } = await call(world, '/api/calendly/scheduler/status');
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect(body).toMatchObject({ code: 'server.no_database' });
      expect(JSON.stringify(body)).not.toContain('10.1.2.3');
    });
  });
});

describe('readiness', () => {
  it('is 200 once migrated, and /health always', async () => {
    let phase: 'starting' | 'ready' | 'stopping' = 'starting';
    await withWorld({ deps: { phase: () => phase } }, async (world) => {
      const ready = (): Promise<unknown> =>
        call(world, '/ready').then(({ status, body }) => [status, body]);
      expect(await ready()).toEqual([503, { status: 'starting' }]);
      expect(await call(world, '/api/meetings')).toMatchObject({
        status: 503,
        body: { code: 'server.starting' },
      });
      expect(await call(world, '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
      phase = 'ready';
      expect(await ready()).toEqual([200, { status: 'ready' }]);
      expect((await call(world, '/api/meetings')).status).toBe(200);
      phase = 'stopping';
      expect(await ready()).toEqual([503, { status: 'stopping' }]);
    });
  });

  it('is 503 while the database is away', async () => {
    await withWorld({}, async (world) => {
      await world.db.close();
      expect(await call(world, '/ready')).toMatchObject({
        status: 503,
        body: { status: 'no_database' },
      });
      expect((await call(world, '/health')).status).toBe(200);
    });
  });
});

describe('/metrics', () => {
  it('counts requests by route pattern, with no id or address in a label', async () => {
    await withWorld({}, async (world) => {
      await call(world, '/api/meetings/01890000-0000-7000-8000-000000000000');
      const text = await (await fetch(`${world.url}/metrics`)).text();
      expect(text).toContain('route="/api/meetings/:id",status="404"');
      expect(text).not.toContain('01890000');
    });
  });

  it('asks for its own token where one is set', async () => {
    await withWorld({ settings: { metricsToken: 'm'.repeat(32) } }, async (world) => {
      const status = (token: string): Promise<number> =>
        fetch(`${world.url}/metrics`, { headers: { authorization: `Bearer ${token}` } }).then(
          (r) => r.status,
        );
      expect(await status('m'.repeat(32))).toBe(200);
      expect([await status('m'.repeat(31)), await status(world.admin.token)]).toEqual([401, 401]);
    });
  });
});
