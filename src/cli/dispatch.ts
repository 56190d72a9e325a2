/** From words to a command: finds it, checks its flags, runs it, and turns what goes wrong into an exit code. */
import { parseArgs } from 'node:util';
import { AppError, describeError } from '../domain/errors.ts';
import { type Command, EXIT, INTERRUPTED, type Io, type Parsed, UsageError } from './command.ts';
import { commandHelp, overview } from './help.ts';

/** Longer words are nobody's intention. */
const LONGEST_WORD = 4096;

/** The command that `argv` names, with its arguments; or the exit code where help or usage was all. */
export function parseCommand<Deps>(
  commands: readonly Command<Deps>[],
  argv: readonly string[],
  io: Io,
): { command: Command<Deps>; args: Parsed } | number {
  const found = findCommand(commands, argv);
  if (found === undefined) return withoutCommand(commands, argv, io);
  const { command, rest } = found;
  if (asksForHelp(rest)) {
    io.out(commandHelp(command));
    return EXIT.ok;
  }
  try {
    const args = parse(command, rest);
    command.check?.(args);
    return { command, args };
  } catch (error) {
    return refuse(command, error, io);
  }
}

/** Runs a parsed command; every error becomes a sentence on `io.err` and an exit code. */
export async function runCommand<Deps>(
  command: Command<Deps>,
  call: { args: Parsed; io: Io; deps: () => Promise<Deps> },
): Promise<number> {
  const { args, io } = call;
  try {
    return await command.run(await call.deps(), args, io);
  } catch (error) {
    if (error instanceof UsageError) return refuse(command, error, io);
    if (io.signal.aborted) {
      io.err(INTERRUPTED);
      return EXIT.interrupted;
    }
    io.err(complaint(error));
    return EXIT.failed;
  }
}

/** An error as a person should read it: what is wrong, then what to do. */
export function complaint(error: unknown): string {
  if (!(error instanceof AppError)) {
    const { name, code, message } = describeError(error);
    return `A fault of this program: ${name} (${code}): ${message}\n`;
  }
  return [error.message, error.action]
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`)
    .join('');
}

function findCommand<Deps>(
  commands: readonly Command<Deps>[],
  argv: readonly string[],
): { command: Command<Deps>; rest: string[] } | undefined {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const command = commands.find((one) => one.name === name);
    if (command !== undefined) return { command, rest: argv.slice(words) };
  }
  return undefined;
}

function withoutCommand<Deps>(
  commands: readonly Command<Deps>[],
  argv: readonly string[],
  io: Io,
): number {
  const [first = '', ...rest] = argv;
  if (first === 'help' && rest.length > 0) return parseHelp(commands, rest, io);
  const family = commands.filter((command) => command.name.startsWith(`${first} `));
  if (first === 'help' || (first.startsWith('-') && asksForHelp(argv))) {
    io.out(overview(commands));
    return EXIT.ok;
  }
  if (family.length > 0 && asksForHelp(argv)) {
    io.out(family.map(commandHelp).join('\n'));
    return EXIT.ok;
  }
  io.err(
    `${refusalOf(argv)}\n\n${family.length > 0 ? family.map(commandHelp).join('\n') : overview(commands)}`,
  );
  return EXIT.usage;
}

/** `help sync` is `sync --help`. */
function parseHelp<Deps>(
  commands: readonly Command<Deps>[],
  words: readonly string[],
  io: Io,
): number {
  const found = findCommand(commands, words);
  if (found === undefined) return withoutCommand(commands, [...words, '--help'], io);
  io.out(commandHelp(found.command));
  return EXIT.ok;
}

function refusalOf([first, second]: readonly string[]): string {
  if (first === undefined) return 'No command was given.';
  if (first.startsWith('-'))
    return `The command stands before its options: "${plain(first)}" is none.`;
  const words = second === undefined || second.startsWith('-') ? first : `${first} ${second}`;
  return `There is no command "${plain(words)}".`;
}

/** What stands behind `--` is never an option. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  return options.includes('--help') || options.includes('-h');
}

/** Somebody's word in a sentence of ours: short, and nothing that moves a terminal's cursor. */
function plain(word: string): string {
  return word.slice(0, 60).replaceAll(/\p{Cc}/gu, '?');
}

function parse<Deps>(command: Command<Deps>, rest: string[]): Parsed {
  if (rest.some((word) => word.length > LONGEST_WORD)) {
    throw new UsageError(`An argument is longer than ${LONGEST_WORD} characters.`);
  }
  const { values, positionals } = parseArgs({
    args: rest,
    options: { ...command.options, json: { type: 'boolean' } },
    allowPositionals: true,
    strict: true,
  });
  const { least, most } = command.positionals;
  if (positionals.length < least) throw new UsageError('An argument is missing.');
  if (positionals.length > most) throw new UsageError('There are too many arguments.');
  const empty = Object.entries(onlySingle(values)).find(([, value]) => value === '');
  if (empty !== undefined) throw new UsageError(`--${empty[0]} needs a value.`);
  if (positionals.some((word) => word.trim() === '')) throw new UsageError('An argument is empty.');
  return { values: onlySingle(values), positionals };
}

function onlySingle(values: Record<string, unknown>): Parsed['values'] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' || typeof value === 'boolean' ? value : undefined,
    ]),
  );
}

function refuse<Deps>(command: Command<Deps>, error: unknown, io: Io): number {
  const message = error instanceof Error ? firstSentence(error.message) : 'Wrong use.';
  io.err(
    `${message}\nUsage: calendly-sync ${command.name} ${command.usage}\n`.replace(/ +\n/g, '\n'),
  );
  return EXIT.usage;
}

/** node:util's messages end in advice about its own API. */
function firstSentence(message: string): string {
  const sentence = message.split(/\. (?=To )|\n/)[0] ?? message;
  return sentence.replace(/\.?$/, '.').replaceAll(/\p{Cc}/gu, '?');
}
