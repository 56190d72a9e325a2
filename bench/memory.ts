/** `bench memory`: the most memory that a first sync takes, for few and for many meetings, each in a process of its own. */
import { startChild } from './child.ts';
import { startPostgresEngine } from './engines.ts';
import { describeMachine, machineLine } from './machine.ts';
import { startUpstream } from './simulator.ts';
import { parseOptions, wholeNumber } from './usage.ts';

const OPTIONS = {
  few: { type: 'string', default: '1000' },
  many: { type: 'string', default: '20000' },
  json: { type: 'boolean', default: false },
} as const;

export const MEMORY_USAGE = '[--few 1000] [--many 20000] [--json]';

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runMemoryBench(argv: readonly string[]): Promise<void> {
  const { few, many, isJson } = readOptions(argv);
  const engine = await startPostgresEngine();
  try {
    const least = await peakMiB(few);
    const most = await peakMiB(many);
    const machine = describeMachine();
    const facts = { bench: 'memory', few, many, machine, few_mib: least, many_mib: most };
    process.stdout.write(
      isJson
        ? `${JSON.stringify({ ...facts, ratio: most / least })}\n`
        : [
            'peak memory (resident set) of the process of a first sync, PostgreSQL',
            machineLine(machine),
            `  ${few} meetings   ${least.toFixed(0)} MiB`,
            `  ${many} meetings   ${most.toFixed(0)} MiB`,
            `  ratio   ${(most / least).toFixed(2)}`,
            '',
          ].join('\n'),
    );
  } finally {
    await engine.stop();
  }

  async function peakMiB(meetings: number): Promise<number> {
    const upstream = await startUpstream({ story: `thousand:${meetings}`, seed: 1, latencyMs: 0 });
    try {
      const database = await engine.address();
      const child = await startChild('memory-process.ts', [
        database,
        upstream.url,
        upstream.token,
        String(meetings),
      ]);
      await child.stop();
      return (child.said as { peak_mib: number }).peak_mib;
    } finally {
      await upstream.stop();
    }
  }
}

function readOptions(argv: readonly string[]) {
  const values = parseOptions(argv, OPTIONS);
  return {
    few: wholeNumber('--few', values.few, 1_000_000),
    many: wholeNumber('--many', values.many, 1_000_000),
    isJson: values.json,
  };
}
