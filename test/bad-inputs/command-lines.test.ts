/** Every wrong use of the command line is exit code 2 and a usage line, before anything is opened. */
import { afterAll, expect, test } from 'vitest';
import { runHere } from '../harness/in-process.ts';
import { endPrograms } from '../harness/program.ts';
import { commandLines } from './command-lines.ts';

afterAll(endPrograms);

/** With a database that cannot be reached: opening it would be exit code 1. */
const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };

test.each(commandLines)('refused with its usage: $what', async ({ argv, says, stdin }) => {
  const { code, stdout, stderr } = await runHere(argv, {
    env,
    ...(stdin === undefined ? {} : { stdin }),
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const [first = ''] = stderr.split('\n');
  if (typeof says === 'string') expect(first.startsWith(says), `${first} …`).toBe(true);
  else expect(first).toMatch(says);
  expect(stderr).toMatch(/^(Usage: )?calendly-sync /m);
  expect(stderr.length).toBeLessThan(10_000);
  expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('the number of cases is told', () => {
  console.log(`command line bad inputs: ${commandLines.length} cases`);
  expect(new Set(commandLines.map(({ what }) => what)).size).toBe(commandLines.length);
});

test.each([
  [['--help'], 'COMMAND'],
  [['-h'], 'COMMAND'],
  [['help'], 'COMMAND'],
  [['help', 'sync'], 'Usage: calendly-sync sync '],
  [['user', '--help'], 'user token [EMAIL]'],
  [['webhooks', '-h'], 'webhooks replay'],
  ...[
    ...['serve', 'simulator', 'sync', 'verify', 'migrate', 'doctor', 'user add', 'user list'],
    ...['user token', 'webhooks list', 'webhooks ensure', 'webhooks remove', 'webhooks replay'],
  ].map((name): [string[], string] => [
    [...name.split(' '), '--nope', '--help'],
    `Usage: calendly-sync ${name} `,
  ]),
])('help needs no database and no settings: %s', async (argv, words) => {
  const { code, stdout, stderr } = await runHere(argv, { env: { PORT: 'nonsense' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(words);
});
