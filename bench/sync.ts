/** `bench sync`: how fast a first sync is, on each engine, beside the cost of merely reading the same URLs. */
import { systemClock } from '../src/base/time.ts';
import { createTransport } from '../src/calendly/transport.ts';
import { type Reading, readBare } from './bare.ts';
import { type Engine, startPgliteEngine, startPostgresEngine } from './engines.ts';
import { syncOnce, type Timed } from './first-sync.ts';
import { describeMachine, machineLine } from './machine.ts';
import { recordRequests } from './recorder.ts';
import { startUpstream, type Upstream } from './simulator.ts';
import { showSpread, type Spread, spreadOf } from './spread.ts';
import { parseOptions, UsageError, wholeNumber } from './usage.ts';

const OPTIONS = {
  meetings: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '3' },
  seed: { type: 'string', default: '1' },
  latency: { type: 'string', default: '0' },
  engine: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const SYNC_USAGE =
  '[--meetings 1000] [--rounds 3] [--seed 1] [--latency 0] [--engine postgres|pglite] [--json]';

interface Options {
  meetings: number;
  rounds: number;
  seed: number;
  latencyMs: number;
  engines: readonly (() => Promise<Engine>)[];
  isJson: boolean;
}

interface Figures {
  engine: string;
  version: string;
  requests: number;
  at_once: number;
  rows_written: number;
  rows_written_per_meeting: number;
  meetings_per_second: Spread;
  bare_meetings_per_second: Spread;
  /** Median of the sync's meetings a second by the median of the bare loop's. */
  ratio_to_bare: number;
}

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runSyncBench(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const { meetings, seed, rounds, latencyMs } = options;
  const upstream = await startUpstream({ story: `thousand:${meetings}`, seed, latencyMs });
  const figures: Figures[] = [];
  try {
    for (const start of options.engines) {
      const engine = await start();
      try {
        figures.push(await measure(engine, upstream, rounds));
      } finally {
        await engine.stop();
      }
    }
  } finally {
    await upstream.stop();
  }
  const machine = describeMachine();
  const facts = { bench: 'sync', meetings, n: rounds, seed, latency_ms: latencyMs, machine };
  process.stdout.write(
    options.isJson
      ? `${JSON.stringify({ ...facts, figures })}\n`
      : [
          `first sync of ${meetings} meetings, n = ${rounds}, seed ${seed}, latency ${latencyMs} ms`,
          machineLine(machine),
          ...figures.flatMap(linesOf),
          '',
        ].join('\n'),
  );
}

/** Bare loop and sync take turns, so that whatever else the machine does meets both. */
async function measure(engine: Engine, upstream: Upstream, rounds: number): Promise<Figures> {
  const reading = await warmUp(engine, upstream);
  const bare: number[] = [];
  const synced: Timed[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await readBare(reading));
    synced.push(await syncOnce(await engine.fresh(), upstream));
  }
  const [last] = synced;
  if (last === undefined) throw new Error('Nothing was measured');
  const perSecond = (ms: number): number => (last.meetings * 1000) / ms;
  const speed = spreadOf(synced.map(({ tookMs }) => perSecond(tookMs)));
  const bareSpeed = spreadOf(bare.map(perSecond));
  const rowsWritten = spreadOf(synced.map((one) => one.rowsWritten)).median;
  return {
    engine: engine.name,
    version: engine.version,
    requests: last.requests,
    at_once: reading.atOnce,
    rows_written: rowsWritten,
    rows_written_per_meeting: rowsWritten / last.meetings,
    meetings_per_second: speed,
    bare_meetings_per_second: bareSpeed,
    ratio_to_bare: speed.median / bareSpeed.median,
  };
}

/** One round that does not count: it warms everything up and writes down the URLs. */
async function warmUp(engine: Engine, upstream: Upstream): Promise<Reading> {
  const recorder = recordRequests(createTransport({ clock: systemClock }));
  await syncOnce(await engine.fresh(), upstream, { transport: recorder });
  await recorder.close();
  const reading = recorder.recorded();
  await readBare(reading);
  return reading;
}

function linesOf(figures: Figures): string[] {
  return [
    '',
    figures.version,
    `  requests               ${figures.requests}, at most ${figures.at_once} at once`,
    `  rows written           ${figures.rows_written_per_meeting.toFixed(2)} per meeting (${figures.rows_written}: inserts, updates and deletes of all tables, from pg_stat_user_tables)`,
    `  meetings per second    ${showSpread(figures.meetings_per_second)}`,
    `  the same URLs, bare    ${showSpread(figures.bare_meetings_per_second)}`,
    `  ratio of the medians   ${figures.ratio_to_bare.toFixed(2)}`,
  ];
}

const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  postgres: startPostgresEngine,
  pglite: startPgliteEngine,
};

function readOptions(argv: readonly string[]): Options {
  const values = parseOptions(argv, OPTIONS);
  const engine = values.engine;
  if (engine !== undefined && !Object.hasOwn(ENGINES, engine)) {
    throw new UsageError(`--engine is one of ${Object.keys(ENGINES).join(', ')}.`);
  }
  return {
    meetings: wholeNumber('--meetings', values.meetings, 1_000_000),
    rounds: wholeNumber('--rounds', values.rounds, 1000),
    seed: wholeNumber('--seed', values.seed, 999_999_999),
    latencyMs: values.latency === '0' ? 0 : wholeNumber('--latency', values.latency, 60_000),
    engines: Object.entries(ENGINES)
      .filter(([name]) => engine === undefined || name === engine)
      .map(([, start]) => start),
    isJson: values.json,
  };
}
