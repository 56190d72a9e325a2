/** `bench webhook`: deliveries acknowledged with the disk waited for, and how soon they are seen. */
import { startPostgres } from '../test/harness/postgres-server.ts';
import { endPrograms } from '../test/harness/program.ts';
import { describeMachine, machineLine } from './machine.ts';
import { startUpstream } from './simulator.ts';
import { showSpread } from './spread.ts';
import { parseOptions, UsageError, wholeNumber } from './usage.ts';
import { type AckFigures, measureAcks } from './webhook-acks.ts';
import { measureStream, type StreamFigures } from './webhook-stream.ts';

const OPTIONS = {
  deliveries: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1' },
  latency: { type: 'string', default: '0' },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const WEBHOOK_USAGE =
  '[--deliveries 2000] [--rounds 5] [--seed 1] [--latency 0] [--only acks|stream] [--json]';

interface Options {
  deliveries: number;
  rounds: number;
  seed: number;
  latencyMs: number;
  only: string | undefined;
  isJson: boolean;
}

interface Figures {
  acks?: AckFigures[];
  stream?: StreamFigures;
}

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runWebhookBench(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const figures = await measure(options);
  const { rounds, seed, latencyMs } = options;
  const machine = describeMachine();
  const facts = { bench: 'webhook', n: rounds, seed, latency_ms: latencyMs, machine };
  process.stdout.write(
    options.isJson
      ? `${JSON.stringify({ ...facts, ...figures })}\n`
      : [
          `deliveries on PostgreSQL with fsync, n = ${rounds} rounds`,
          machineLine(machine),
          ...(figures.acks ?? []).flatMap(ackLines),
          ...streamLines(figures.stream),
          '',
        ].join('\n'),
  );
}

async function measure({ deliveries, rounds, seed, latencyMs, only }: Options): Promise<Figures> {
  const server = await startPostgres({ fsync: true });
  const upstream = await startUpstream({ story: 'thousand', seed, latencyMs });
  const loads = [
    { connections: 50, deliveries },
    { connections: 1, deliveries: Math.ceil(deliveries / 10) },
  ];
  try {
    return {
      ...(only === 'stream' ? {} : { acks: await measureAcks(server, { loads, rounds }) }),
      ...(only === 'acks'
        ? {}
        : { stream: await measureStream(server, { upstream, rounds, deliveries: 100 }) }),
    };
  } finally {
    await endPrograms();
    await upstream.stop();
    await server.stop();
  }
}

function ackLines(figures: AckFigures): string[] {
  const { connections, deliveries } = figures;
  const ms = (p50: AckFigures['p50_ms'], p99: AckFigures['p99_ms']): string =>
    `p50 ${showSpread(p50)} ms, p99 ${showSpread(p99)} ms`;
  return [
    '',
    `${deliveries} deliveries over ${connections === 1 ? 'one connection' : `${connections} connections`}, worked meanwhile`,
    `  acknowledged per second  ${showSpread(figures.per_second)}`,
    `                           ${ms(figures.p50_ms, figures.p99_ms)}`,
    `  bare HMAC and INSERT     ${showSpread(figures.bare_per_second)}`,
    `                           ${ms(figures.bare_p50_ms, figures.bare_p99_ms)}`,
    `  ratio of the medians     ${figures.ratio_to_bare.toFixed(2)}`,
  ];
}

function streamLines(figures: StreamFigures | undefined): string[] {
  if (figures === undefined) return [];
  return [
    '',
    'from sending to the live stream, p95',
    `  idle                     ${showSpread(figures.idle_p95_ms)} ms (${figures.idle_deliveries} deliveries)`,
    `  during a first sync      ${showSpread(figures.syncing_p95_ms)} ms (${figures.syncing_deliveries} deliveries)`,
  ];
}

function readOptions(argv: readonly string[]): Options {
  const values = parseOptions(argv, OPTIONS);
  const { only } = values;
  if (only !== undefined && only !== 'acks' && only !== 'stream') {
    throw new UsageError('--only is acks or stream.');
  }
  return {
    deliveries: wholeNumber('--deliveries', values.deliveries, 100_000),
    rounds: wholeNumber('--rounds', values.rounds, 1000),
    seed: wholeNumber('--seed', values.seed, 999_999_999),
    latencyMs: values.latency === '0' ? 0 : wholeNumber('--latency', values.latency, 60_000),
    only,
    isJson: values.json,
  };
}
