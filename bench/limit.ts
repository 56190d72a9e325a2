/** `bench limit`: a first full sync under Calendly's limit and an ordinary latency, against the time that must pass. */
import { startPostgresEngine } from './engines.ts';
import { SHARE, syncOnce } from './first-sync.ts';
import { describeMachine, machineLine } from './machine.ts';
import { startUpstream } from './simulator.ts';
import { parseOptions, wholeNumber } from './usage.ts';

const OPTIONS = {
  meetings: { type: 'string', default: '1000' },
  limit: { type: 'string', default: '500' },
  latency: { type: 'string', default: '50' },
  json: { type: 'boolean', default: false },
} as const;

export const LIMIT_USAGE = '[--meetings 1000] [--limit 500] [--latency 50] [--json]';

/** Prints the figures; takes as long as the limit says. Throws `UsageError` for options that are none. */
export async function runLimitBench(argv: readonly string[]): Promise<void> {
  const { meetings, limit, latencyMs, isJson } = readOptions(argv);
  const upstream = await startUpstream({
    story: `thousand:${meetings}`,
    seed: 1,
    latencyMs,
    rateLimit: limit,
  });
  const engine = await startPostgresEngine();
  try {
    const { requests, tookMs } = await syncOnce(await engine.fresh(), upstream, {
      isLimited: true,
    });
    const leastMs = (requests / (limit * SHARE)) * 60_000;
    const facts = {
      bench: 'limit',
      meetings,
      limit,
      share: SHARE,
      latency_ms: latencyMs,
      machine: describeMachine(),
      requests,
      seconds: tookMs / 1000,
      ratio: tookMs / leastMs,
    };
    process.stdout.write(
      isJson
        ? `${JSON.stringify(facts)}\n`
        : [
            `first sync of ${meetings} meetings at ${limit} requests a minute, of which a share of ${SHARE}, latency ${latencyMs} ms`,
            machineLine(facts.machine),
            `  requests               ${requests}`,
            `  time                   ${facts.seconds.toFixed(1)} s`,
            `  ratio to requests ÷ (limit × share)   ${facts.ratio.toFixed(3)}`,
            '',
          ].join('\n'),
    );
  } finally {
    await engine.stop();
    await upstream.stop();
  }
}

function readOptions(argv: readonly string[]) {
  const values = parseOptions(argv, OPTIONS);
  return {
    meetings: wholeNumber('--meetings', values.meetings, 1_000_000),
    limit: wholeNumber('--limit', values.limit, 1_000_000),
    latencyMs: values.latency === '0' ? 0 : wholeNumber('--latency', values.latency, 60_000),
    isJson: values.json,
  };
}
