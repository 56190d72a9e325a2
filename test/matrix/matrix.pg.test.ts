/** Every route, asked by everybody with everybody's ids: what each may, and that nobody learns or changes what is not his. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../src/http/security-headers.ts';
import { sendBytes } from '../harness/raw-http.ts';
import { askRow } from './asking.ts';
import { expectRow, expectSafe } from './expectations.ts';
import { ASKERS, KINDS } from './row.ts';
import { namedRows, table } from './table.ts';
import { makeMatrixWorld, type MatrixWorld } from './world.ts';

let world: MatrixWorld;
let before: string;

beforeAll(async () => {
  world = await makeMatrixWorld('postgres');
  before = await world.foreignImage();
});
afterAll(() => world.close());

it('has a row for each route, and a route for each row', () => {
  const known = [...new Set(table.map(({ route }) => route))];
  const heads = known.map((route) => route.replace(/^GET /, 'HEAD '));
  const { routes } = world.program;
  expect(routes.filter((route) => !known.includes(route) && !heads.includes(route))).toEqual([]);
  expect(known.filter((route) => !routes.includes(route))).toEqual([]);
});

describe('each gets what is his, and of what is not his nothing, not even that it is there', () => {
  it.each(namedRows)('$title', async (row) => {
    await expectRow({ world, program: world.program }, row, { askers: ASKERS, kinds: KINDS });
  });
});

it('lets nobody in by asking for the headers alone', async () => {
  const heads = world.program.routes.filter((route) => route.startsWith('HEAD '));
  for (const head of heads) {
    const row = table.find(({ route }) => route === head.replace('HEAD', 'GET'));
    const asked = { row: { ...row, route: head }, asker: 'expired', kind: 'unknown' } as const;
    const { answer } = await askRow(world, world.program, asked);
    expect([head, answer.status]).toEqual([head, row?.anybody ?? 401]);
    expectSafe(answer);
  }
});

it('allows no other site anything, whatever a browser asks before', async () => {
  const patterns = new Set(table.map(({ route }) => route.split(' ')[1] ?? ''));
  for (const pattern of patterns) {
    const answer = await world.program.ask({
      method: 'OPTIONS',
      path: pattern.replaceAll(/:\w+/g, 'x'),
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([pattern, answer.status]).toEqual([pattern, 405]);
    expectSafe(answer);
  }
});

it('tells browsers the same where there is no route, and no request', async () => {
  for (const path of ['/nowhere', '/api/%zz', '/api/meetings?limit=x', '/%2e%2e']) {
    expectSafe(await world.program.ask({ method: 'GET', path }));
  }
  const unreadable = await sendBytes(world.program.port, Buffer.from('no request\r\n\r\n'));
  expect(unreadable.status).toBe(400);
  expect(Object.fromEntries(unreadable.headers)).toMatchObject(SECURITY_HEADERS);
});

it('has changed nothing of the other workspace, and logged no error', async () => {
  expect(await world.foreignImage()).toBe(before);
  expect(world.program.errors).toEqual([]);
});
