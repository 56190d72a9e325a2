/** Every bad answer that Calendly (or what stands before it) can give, one case each, over real HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { UpstreamCase } from '../../test/hostile/case.ts';
import { bodyCases } from '../../test/hostile/cases-bodies.ts';
import { httpCases } from '../../test/hostile/cases-http.ts';
import { factCases } from '../../test/hostile/cases-facts.ts';
import { itemCases } from '../../test/hostile/cases-items.ts';
import { pageCases } from '../../test/hostile/cases-pages.ts';
import { refusalCases } from '../../test/hostile/cases-refusals.ts';
import { createTestClock } from '../../test/hostile/clock.ts';
import type { ItemCase } from '../../test/hostile/item-case.ts';
import type { HostileServer } from '../../test/hostile/server.ts';
import { startHostileServer } from '../../test/hostile/server.ts';
import { clientWorld, countItems, outcomeOf, TOKEN } from '../../test/hostile/world.ts';
import type { CalendlyClient } from './client.ts';
import { TRANSPORT_LIMITS } from './transport.ts';
import { toEventType } from './to-event-type.ts';
import { toInvitee } from './to-invitee.ts';
import { toMeeting } from './to-meeting.ts';

const answers: UpstreamCase[] = [...bodyCases, ...httpCases, ...refusalCases, ...pageCases];
const items: ItemCase[] = [...itemCases, ...factCases];
const NOW_MS = Date.UTC(2026, 2, 4, 9, 30);

let server: HostileServer;
let elsewhere: HostileServer;

beforeAll(async () => {
  server = await startHostileServer();
  elsewhere = await startHostileServer();
});

afterAll(async () => {
  await server.close();
  await elsewhere.close();
  console.log(`upstream bad inputs: ${answers.length + items.length} cases`);
});

describe('a bad answer', () => {
  it.each(answers)('$row: $about → $expect', async (input) => {
    const clock = createTestClock(NOW_MS);
    const replies =
      typeof input.replies === 'function' ? input.replies(elsewhere.url) : input.replies;
    server.script(replies, () => clock.advance(TRANSPORT_LIMITS.requestMs));
    const { client } = clientWorld({ baseUrl: server.url, clock, limits: input.limits ?? {} });

    expect(await outcomeOf(() => ask(client, input.ask ?? 'pages'))).toBe(input.expect);

    expect(server.asked).toHaveLength(input.requests);
    expect(client.requests).toBe(input.requests);
    expect(elsewhere.asked).toHaveLength(0);
    if (input.waits !== undefined) expect(clock.slept).toEqual(input.waits);
    expect(clock.pending).toBe(0);
    await client.close();
  });

  it.each(items)('$row: $about', (input) => {
    const parsed = read(input);
    if ('reason' in input.expect) {
      expect(parsed).toMatchObject({ ok: false, reason: input.expect.reason });
    } else {
      expect(parsed).toMatchObject({ ok: true, value: { flags: input.expect.flags } });
    }
  });

  it('never puts the token or an answer into the error', async () => {
    server.script([
      { bytes: 'HTTP/1.1 200 OK\r\n\r\n{"email":"someone@private.example"', then: 'end' },
    ]);
    const { client } = clientWorld({ baseUrl: server.url });
    const error = await client.get('/users/me').catch((thrown: unknown) => thrown);
    const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    expect(everything).toContain('calendly.not_json');
    expect(everything).not.toContain('private.example');
    expect(everything).not.toContain(TOKEN);
    await client.close();
  });
});

async function ask(
  client: CalendlyClient,
  what: NonNullable<UpstreamCase['ask']>,
): Promise<number> {
  switch (what) {
    case 'pages':
      return countItems(client);
    case 'resource':
      return Object.keys(await client.getResource('/users/me')).length;
    case 'post':
      await client.post('/invitee_no_shows', { invitee: 'x' });
      return 0;
    case 'delete':
      await client.delete('/invitee_no_shows/x');
      return 0;
  }
}

function read({ kind, item }: ItemCase): unknown {
  const context = { from: 'api', nowMs: NOW_MS } as const;
  if (kind === 'meeting') return toMeeting(item, context);
  return kind === 'invitee' ? toInvitee(item, context) : toEventType(item, context);
}
