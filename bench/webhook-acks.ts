/** How many deliveries are acknowledged, and how fast, beside a bare server in the same rounds. */
import type { PostgresServer } from '../test/harness/postgres-server.ts';
import { prepareReceiving, type Receiving } from '../test/harness/receiving.ts';
import { startServing } from '../test/harness/serving.ts';
import { startChild } from './child.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface Load {
  connections: number;
  deliveries: number;
}

export interface AckFigures {
  connections: number;
  deliveries: number;
  per_second: Spread;
  p50_ms: Spread;
  p99_ms: Spread;
  bare_per_second: Spread;
  bare_p50_ms: Spread;
  bare_p99_ms: Spread;
  /** Median of ours by the median of the bare server's. */
  ratio_to_bare: number;
}

interface Loaded {
  perSecond: number;
  p50: number;
  p99: number;
  refused: number;
}

/** Our pool works deliveries too; the bare server has as many connections for its INSERTs alone. */
const BARE_CONNECTIONS = 14;

/** Bare server and ours take turns; before each turn the tables are emptied. One round does not count. */
export async function measureAcks(
  server: PostgresServer,
  options: { loads: readonly Load[]; rounds: number },
): Promise<AckFigures[]> {
  // nobody is there: acknowledging needs no Calendly
  const calendly = { url: 'http://127.0.0.1:1', token: 'token-for-nobody' };
  const receiving = await prepareReceiving(server, { database: 'acks', calendly });
  const ours = await startServing({ env: receiving.env }, ['serve', '--no-scheduler']);
  await receiving.identify();
  const bare = await startChild('webhook-bare-process.ts', [
    receiving.databaseUrl,
    receiving.key,
    String(BARE_CONNECTIONS),
  ]);
  const { url: bareUrl } = bare.said as { url: string };
  const send = createLoader(receiving);
  try {
    const figures: AckFigures[] = [];
    for (const load of options.loads) {
      const turns = { ours: [] as Loaded[], bare: [] as Loaded[] };
      for (let round = 0; round <= options.rounds; round += 1) {
        const [one, other] = [await send(bareUrl, load), await send(ours.url, load)];
        if (round === 0) continue;
        turns.bare.push(one);
        turns.ours.push(other);
      }
      figures.push(figuresOf(load, turns));
    }
    return figures;
  } finally {
    await bare.stop();
    await ours.stop();
  }
}

/** Sends one load to an address; no two deliveries of its life are the same. */
function createLoader(receiving: Receiving): (origin: string, load: Load) => Promise<Loaded> {
  let from = 1;
  return async (origin, load) => {
    await receiving.ask('truncate webhook_deliveries, bare_deliveries');
    await receiving.ask('checkpoint');
    const { path, key, user } = receiving;
    const job = { origin, path, key, user, ...load, from };
    from += load.deliveries;
    const child = await startChild('webhook-load-process.ts', [JSON.stringify(job)]);
    await child.stop();
    const loaded = child.said as Loaded;
    if (loaded.refused > 0) throw new Error(`${loaded.refused} deliveries were refused`);
    return loaded;
  };
}

function figuresOf(
  load: Load,
  turns: { ours: readonly Loaded[]; bare: readonly Loaded[] },
): AckFigures {
  const spread = (of: readonly Loaded[], key: 'perSecond' | 'p50' | 'p99'): Spread =>
    spreadOf(of.map((one) => one[key]));
  const [perSecond, bare] = [spread(turns.ours, 'perSecond'), spread(turns.bare, 'perSecond')];
  return {
    ...load,
    per_second: perSecond,
    p50_ms: spread(turns.ours, 'p50'),
    p99_ms: spread(turns.ours, 'p99'),
    bare_per_second: bare,
    bare_p50_ms: spread(turns.bare, 'p50'),
    bare_p99_ms: spread(turns.bare, 'p99'),
    ratio_to_bare: perSecond.median / bare.median,
  };
}
