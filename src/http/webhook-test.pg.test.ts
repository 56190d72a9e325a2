/** GET /api/calendly/webhook/test: true instructions for everybody, the state of things for members. */
import { afterEach, describe, expect, it } from 'vitest';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import type { WebhookStatus } from './deps.ts';

const PATH = '/api/calendly/webhook/test';
const URL_OF_ALL = 'https://sync.example/api/calendly/webhook';
let world: HttpWorld | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

interface Answer {
  message: string;
  instructions: string[];
}

async function ask(status?: WebhookStatus): Promise<Answer & Record<string, unknown>> {
  const deps = status === undefined ? {} : { webhookStatus: async () => status };
  world = await startHttpWorld({ deps });
  const response = await fetch(`${world.url}${PATH}`);
  expect(response.status).toBe(200);
  const body: unknown = await response.json();
  return body as Answer & Record<string, unknown>;
}

const nothing: WebhookStatus = {
  configured: false,
  url: null,
  subscriptions: [],
  last_delivery_at: null,
};

describe('GET /api/calendly/webhook/test', () => {
  it.each([undefined, nothing])(
    'without PUBLIC_URL says how webhooks come to be',
    async (status) => {
      const answer = await ask(status);
      expect(answer).toEqual({
        success: true,
        message: expect.stringContaining('polled'),
        url: null,
        configured: false,
        instructions: expect.any(Array),
      });
      const text = answer.instructions.join('\n');
      expect(text).toContain('PUBLIC_URL');
      expect(text).toContain('no page for webhooks');
      expect(text).toContain('curl -X POST https://api.calendly.com/webhook_subscriptions');
      expect(text).toContain('"url":"https://YOUR-ADDRESS/api/calendly/webhook"');
    },
  );

  it('with PUBLIC_URL says that nothing has to be done, or what stands in the way', async () => {
    const live = await ask({ ...nothing, configured: true, url: URL_OF_ALL });
    expect(live).toMatchObject({ configured: true, url: URL_OF_ALL });
    expect(live.instructions.join()).toContain('Nothing has to be done');
    await world?.close();
    const waiting = await ask({ ...nothing, url: URL_OF_ALL });
    expect(waiting.message).toContain('no subscription yet');
    expect(waiting.instructions.join()).toContain(`"url":"${URL_OF_ALL}"`);
  });

  it('shows subscriptions and the last delivery to members only, each those of his workspace', async () => {
    const at = '2026-05-01T10:00:00.000001Z';
    const asked: (string | undefined)[] = [];
    world = await startHttpWorld({
      deps: {
        webhookStatus: async (caller) => {
          asked.push(caller?.workspaceId);
          return { ...nothing, configured: true, url: URL_OF_ALL, last_delivery_at: at };
        },
      },
    });
    const wrong = { ...world.member, token: 'x' };
    for (const as of [world.member, world.foreigner, wrong]) {
      const { status, body } = await call(world, PATH, { as });
      expect(status).toBe(200);
      expect(Object.keys(Object(body)).includes('subscriptions')).toBe(as !== wrong);
      expect(Object.keys(Object(body)).includes('last_delivery_at')).toBe(as !== wrong);
    }
    const { member, foreigner } = world;
    expect(asked).toEqual([member.user.workspaceId, foreigner.user.workspaceId, undefined]);
  });
});
