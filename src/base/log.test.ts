/** What a log line looks like, and what it can never look like. */
import { expect, test } from 'vitest';
import { createLog, type Log, type LogOptions } from './log.ts';
import { Secret } from './secret.ts';

const clock = { now: () => Date.UTC(2026, 0, 31, 9, 5, 7) };

function logInto(lines: string[], options: Partial<LogOptions>): Log {
  return createLog({
    level: 'info',
    format: 'json',
    clock,
    write: (line) => lines.push(line),
    ...options,
  });
}

function written(options: Partial<LogOptions>, work: (log: Log) => void): string[] {
  const lines: string[] = [];
  work(logInto(lines, options));
  return lines;
}

test('a JSON line carries level, time in UTC, the sentence and the fields', () => {
  const [line = ''] = written({}, (log) => log.info('  ✅ User 1: 3 new', { run_id: 'r1', n: 3 }));
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: '2026-01-31T09:05:07.000Z',
    msg: '  ✅ User 1: 3 new',
    run_id: 'r1',
    n: 3,
  });
});

test('a pretty line is the time of day, the sentence and the fields', () => {
  const lines = written({ format: 'pretty' }, (log) => {
    log.info('🚀 Starting automatic sync scheduler...');
    log.info('  🔄 Syncing for user 1 (user@example.com)...', { n: 3, name: 'a b', of: null });
    log.warn('The disk is nearly full');
    log.error('The run failed', { code: 'calendly.timeout' });
  });
  expect(lines.map((line) => line.replace(/^\d\d:05:07 /, ''))).toEqual([
    '🚀 Starting automatic sync scheduler...\n',
    '  🔄 Syncing for user 1 (user@example.com)...  n=3 name="a b" of=null\n',
    'WARNING The disk is nearly full\n',
    'ERROR The run failed  code=calendly.timeout\n',
  ]);
});

test('lines below the level are not written', () => {
  const lines = written({ level: 'warn' }, (log) => {
    log.info('quiet');
    log.debug('quiet');
    log.warn('loud');
  });
  expect(lines).toHaveLength(1);
  expect(written({ level: 'silent' }, (log) => log.fatal('nothing'))).toEqual([]);
});

test('a child names itself and hands its fields on', () => {
  const [line = ''] = written({}, (log) =>
    log.child('sync', { connection_id: 'c1' }).child('reads').info('Read', { n: 1 }),
  );
  expect(JSON.parse(line)).toMatchObject({ logger: 'reads', connection_id: 'c1', n: 1 });
});

test('a field cannot stand in for level, time or sentence', () => {
  const [line = ''] = written({}, (log) => log.info('true', { msg: 'false', level: 'x', time: 0 }));
  expect(JSON.parse(line)).toMatchObject({
    msg: 'true',
    level: 'info',
    msg_: 'false',
    level_: 'x',
  });
  expect(line.match(/"msg":/g)).toHaveLength(1);
});

test('a secret shows as stars, an error as its name, code and message', () => {
  for (const format of ['json', 'pretty'] as const) {
    const [line = ''] = written({ format }, (log) =>
      log.error('It failed', { token: new Secret('sesame'), err: new RangeError('too far') }),
    );
    expect(line).not.toContain('sesame');
    expect(line).toContain('***');
    expect(line).toContain('RangeError');
    expect(line).not.toContain('log.test');
  }
});

test.each(['json', 'pretty'] as const)(
  'no name forges a line or speaks to a terminal (%s)',
  (format) => {
    const evil = 'a\n09:00:00 forged\r\u001b[2J\u009b31m\u2028\u202e\u0000\u007f';
    const lines = written({ format }, (log) => {
      log.info(`Sentence ${evil}`, { name: evil, [evil]: 1 });
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(lines[0]).toContain('\\u001b');
  },
);

test('what JSON cannot say does not stop the log', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const lines = written({}, (log) =>
    log.info('odd', { circle, big: 10n, fn: () => 1, no: undefined }),
  );
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'odd' });
});
