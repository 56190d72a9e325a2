/** What is held against the answers to one row, and against every answer whatever it is. */
import { expect } from 'vitest';
import { SECURITY_HEADERS } from '../../src/http/security-headers.ts';
import { type Asked, askRow, type Case } from './asking.ts';
import type { Answer, MatrixProgram } from './program.ts';
import { type Asker, expectedStatus, type Kind, type MatrixRow } from './row.ts';
import type { MatrixWorld } from './world.ts';

export interface Asking {
  askers: readonly Asker[];
  kinds: readonly Kind[];
}

/** Asks as all of these and with all of these ids at once: each gets his status, and nobody anything that is not his. */
export async function expectRow(
  { world, program }: { world: MatrixWorld; program: MatrixProgram },
  row: MatrixRow,
  { askers, kinds }: Asking,
): Promise<void> {
  const asked = kinds.filter((kind) => isAsked(row, kind));
  const cases = askers.flatMap((asker) => asked.map((kind): Case => ({ asker, kind })));
  const all = await Promise.all(cases.map((one) => askRow(world, program, { row, ...one })));
  expect(all.map((one) => [one.asker, one.kind, one.answer.status].join(' '))).toEqual(
    cases.map((one) => [one.asker, one.kind, expectedStatus(row, one)].join(' ')),
  );
  for (const { asker, answer } of all) {
    expectSafe(answer);
    const said = `${JSON.stringify(answer.headers)} ${answer.text}`;
    expect(world.foreignIn(said, asker)).toBeUndefined();
  }
  for (const asker of askers) {
    // a page that sends the browser on says where to
    if (asker === 'none' && row.none !== undefined) continue;
    expectSame(all.filter((one) => one.asker === asker && isNobodys(one)));
  }
}

/** Answers that are somebody's files have a stricter policy of their own. */
const SANDBOXED = /^sandbox(;|$)/;

/** What browsers are told, and no permission for other sites. */
export function expectSafe({ headers, status }: Answer): void {
  const policy = headers['content-security-policy'] ?? '';
  const isFile = SANDBOXED.test(policy) && status < 400;
  expect(headers).toMatchObject({
    ...SECURITY_HEADERS,
    ...(isFile ? { 'content-security-policy': policy } : {}),
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
}

/** Whatever the status, not one byte tells one of them from another. */
function expectSame(asked: readonly Asked[]): void {
  const answers = new Map(asked.map(({ answer }) => [comparable(answer), answer.status]));
  expect([...answers.keys()]).toHaveLength(new Set(answers.values()).size);
}

/** An answer without what is another in each. */
function comparable({ status, headers, text }: Answer): string {
  const { 'x-request-id': requestId = '', date: _date, ...same } = headers;
  const kept = Object.entries(same)
    .sort()
    .map(([name, value]) => `${name}: ${value}`);
  return [status, ...kept, text.replaceAll(requestId, 'REQUEST')].join('\n');
}

function isAsked({ id, colleague }: MatrixRow, kind: Kind): boolean {
  if (kind === 'own') return true;
  return kind === 'colleague' ? colleague !== undefined : id !== undefined;
}

/** For the stranger all of these are nobody's. */
function isNobodys({ asker, kind }: Case): boolean {
  return asker === 'stranger' || kind === 'foreign' || kind === 'unknown' || kind === 'malformed';
}
