/** The whole program behind its words: which command, with which settings, in which process. */
import { createLog, type Log } from '../base/log.ts';
import { standardOutput } from '../base/output.ts';
import { commands } from '../cli/catalogue.ts';
import { type Command, EXIT, flag, type Io, type Parsed, text } from '../cli/command.ts';
import type { CommandDeps } from '../cli/deps.ts';
import { complaint, parseCommand, runCommand } from '../cli/dispatch.ts';
import { openDoor } from '../cli/door.ts';
import { type RunFile, runRemotely } from '../cli/remote.ts';
import { loadConfig } from '../config.ts';
import type { Env } from '../config/reader.ts';
import type { Config } from '../config/shape.ts';
import { openCommandSession } from './command-deps.ts';
import type { Core } from './core.ts';
import { isDoor, openForServer, openInstallation, type Opening } from './opening.ts';
import { serve, type Serving } from './serve.ts';
import { runSimulator } from './simulator.ts';
import type { SyncRunner } from './sync-runner.ts';

/** What only the outermost program has: the environment and the way in which it is told to stop. */
export interface Program {
  env: Env;
  readFile(path: string): string;
  io: Io;
  /** Resolves when the process is asked to end. */
  stopped: Promise<void>;
}

type Local = Command<Program>;

const serveCommand: Local = {
  name: 'serve',
  usage: '[--no-scheduler] [--no-http]',
  summary: 'Runs server, scheduler and worker until it is told to stop',
  options: { 'no-scheduler': { type: 'boolean' }, 'no-http': { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  run: (program, args) => runServer(program, args),
};

const simulatorCommand: Local = {
  name: 'simulator',
  usage: '[--port P] [--story NAME] [--json]',
  summary: "Runs the project's own Calendly alone and prints its URL and a token",
  options: { port: { type: 'string' }, story: { type: 'string' } },
  positionals: { least: 0, most: 0 },
  run: (program, args, io) =>
    runSimulator({
      io,
      stopped: program.stopped,
      port: text(args, 'port'),
      story: text(args, 'story'),
      json: flag(args, 'json'),
    }),
};

/** Every word that the program knows; those that work on an installation are wrapped below. */
const all: readonly Local[] = [serveCommand, ...commands.map(onInstallation), simulatorCommand];

/** Runs `argv`; answers the exit code. Never throws. */
export async function runProgram(program: Program, argv: readonly string[]): Promise<number> {
  const parsed = parseCommand(all, argv, program.io);
  if (typeof parsed === 'number') return parsed;
  const { command, args } = parsed;
  return runCommand(command, { args, io: program.io, deps: () => Promise.resolve(program) });
}

/** The settings, or the exit code after they were refused with one message. */
function readConfig(program: Program): Config | number {
  try {
    return loadConfig(program.env, { readFile: program.readFile });
  } catch (error) {
    program.io.err(complaint(error));
    return EXIT.usage;
  }
}

async function runServer(program: Program, args: Parsed): Promise<number> {
  const config = readConfig(program);
  if (typeof config === 'number') return config;
  const log = logOf(config, standardOutput());
  for (const warning of config.warnings) log.warn(warning);
  const { signal } = program.io;
  const core = await openUnlessStopped({ config, log, demoPort: config.demo.port, signal });
  if (core === null) return EXIT.ok;
  let serving: Serving | null = null;
  try {
    serving = await serve(core, {
      scheduler: !flag(args, 'no-scheduler'),
      http: !flag(args, 'no-http'),
      openDoor: (opened, runner) =>
        opened.db.engine === 'pglite'
          ? openDoor({
              dataDir: config.dataDir,
              run: (argv, io) => runInside({ core: opened, runner }, argv, io),
            })
          : Promise.resolve(null),
    });
    await program.stopped;
    log.info('Stopping');
    return EXIT.ok;
  } finally {
    await serving?.stop();
    await core.close();
  }
}

/** Null where the server was told to stop while it waited for the database. */
async function openUnlessStopped(opening: Opening): Promise<Core | null> {
  try {
    return await openForServer(opening);
  } catch (error) {
    if (opening.signal.aborted) return null;
    throw error;
  }
}

/** A command that came through the door, run in the server's own process. */
async function runInside(
  inside: { core: Core; runner: SyncRunner },
  argv: readonly string[],
  io: Io,
): Promise<number> {
  const parsed = parseCommand(commands, argv, io);
  if (typeof parsed === 'number') return parsed;
  const session = openCommandSession(inside.core, inside.runner);
  const deps = (): Promise<CommandDeps> => Promise.resolve(session.deps);
  const { command, args } = parsed;
  try {
    return await runCommand(command, { args, io, deps });
  } finally {
    await session.close();
  }
}

/** Wraps a command: inside the server that holds the embedded database, else on a core of its own. */
function onInstallation(command: Command<CommandDeps>): Local {
  return {
    ...command,
    async run(program, args, io) {
      const config = readConfig(program);
      if (typeof config === 'number') return config;
      // a command's own log goes to standard error: standard output is its answer
      const log = logOf({ ...config, log: { ...config.log, level: 'warn' } }, io.err);
      const core = await openOrAsk({ config, log, demoPort: 0, signal: io.signal }, (door) =>
        askServer(door, { command, args, io }),
      );
      if (typeof core === 'number') return core;
      const session = openCommandSession(core, null);
      try {
        return await command.run(session.deps, args, io);
      } finally {
        await session.close();
        await core.close();
      }
    },
  };
}

/** A core of this process; or the exit code of the server that holds the database, after it ran the command. */
async function openOrAsk(
  opening: Opening,
  ask: (door: RunFile) => Promise<number | undefined>,
): Promise<Core | number> {
  for (;;) {
    const opened = await openInstallation(opening);
    if (!isDoor(opened)) return opened;
    const exit = await ask(opened);
    if (exit !== undefined) return exit;
  }
}

async function askServer(
  door: RunFile,
  call: { command: Command<CommandDeps>; args: Parsed; io: Io },
): Promise<number | undefined> {
  const { command, args, io } = call;
  const reads = flag(args, 'password-stdin') || flag(args, 'token-stdin');
  const stdin = reads ? await io.stdin() : '';
  const argv = [...command.name.split(' '), ...wordsOf(args)];
  return runRemotely(door, { argv, stdin, interactive: io.interactive }, io);
}

/** Arguments back as words, for the door. */
function wordsOf(args: Parsed): string[] {
  const flags = Object.entries(args.values).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : typeof value === 'string' ? [`--${name}=${value}`] : [],
  );
  return [...flags, '--', ...args.positionals];
}

function logOf(config: Config, write: (line: string) => void): Log {
  return createLog({ ...config.log, write });
}
