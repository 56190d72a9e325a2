/** Every bad input of the HTTP side that applies so far, over real connections to a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpWorld, type HttpWorld } from '../harness/http-world.ts';
import { sendRaw, type RawAnswer } from '../harness/raw-http.ts';
import type { HttpCase } from './http-case.ts';
import { bodyCases, queryCases } from './http-queries.ts';
import { requestCases } from './http-requests.ts';
import { goodToken, tokenCases } from './http-tokens.ts';

let world: HttpWorld;
const unauthenticated = new Set<string>();
const missing = new Set<string>();
const cases = [...tokenCases, ...queryCases, ...bodyCases, ...requestCases];

beforeAll(async () => {
  world = await startHttpWorld();
});
afterAll(async () => {
  process.stdout.write(`http bad inputs: ${cases.length} cases\n`);
  await world.close();
});

async function answerTo(bad: HttpCase): Promise<RawAnswer> {
  const request = typeof bad.request === 'function' ? await bad.request(world) : bad.request;
  return sendRaw(world.port, request);
}

describe('a bad input over HTTP is refused as a problem, and nothing else happens', () => {
  it.each(cases)('$name → $status', async (bad) => {
    const answer = await answerTo(bad);
    expect(answer.status).toBe(bad.status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    expect(answer.headers.has('location')).toBe(false);
    const problem: { errors?: { field: string }[] } = JSON.parse(answer.text);
    expect(problem).toMatchObject({
      type: 'about:blank',
      status: bad.status,
      code: expect.any(String),
    });
    if (bad.field !== undefined)
      expect(problem.errors?.map((error) => error.field)).toContain(bad.field);
    for (const [name, value] of Object.entries(bad.headers ?? {})) {
      expect(answer.headers.get(name)).toBe(value);
    }
    if (bad.status === 401) unauthenticated.add(answer.text);
    if (bad.status === 404) missing.add(answer.text);
  });

  it('takes a token that expired within the tolerance, made like those that it refuses', async () => {
    expect((await answerTo(goodToken)).status).toBe(200);
  });

  it('gives the same bytes for every reason of a 401, and for every reason of a 404', () => {
    expect(unauthenticated.size).toBe(1);
    expect(missing.size).toBe(1);
  });

  it('logged no error meanwhile, and a good request is answered', async () => {
    expect(world.errors).toEqual([]);
    const good = await sendRaw(world.port, {
      path: '/api/meetings?limit=200',
      headers: [['authorization', `Bearer ${world.admin.token}`]],
    });
    expect(good.status).toBe(200);
  });
});
