/** How soon a delivery is on the live stream: sent, stored, worked, committed and read there. */
import { setTimeout as pause } from 'node:timers/promises';
import { bookingBody, signedHeaders } from '../test/harness/booking-deliveries.ts';
import type { PostgresServer } from '../test/harness/postgres-server.ts';
import { runProgram } from '../test/harness/program.ts';
import { prepareReceiving, type Receiving } from '../test/harness/receiving.ts';
import { getJson, startServing } from '../test/harness/serving.ts';
import type { Upstream } from './simulator.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface StreamFigures {
  /** Of each round, over so many deliveries one after the other. */
  idle_p95_ms: Spread;
  idle_deliveries: number;
  /** While a first sync of the story runs. */
  syncing_p95_ms: Spread;
  syncing_deliveries: number;
}

/** Between two deliveries, so that each meets a server that has come to rest. */
const REST_MS = 20;
const LONGEST_MS = 30_000;

/** Each round has a new database and a new server. */
export async function measureStream(
  server: PostgresServer,
  options: { upstream: Upstream; rounds: number; deliveries: number },
): Promise<StreamFigures> {
  const idle: number[][] = [];
  const syncing: number[][] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const took = await measureOnce(server, { ...options, database: `stream_${round}` });
    idle.push(took.idle);
    syncing.push(took.syncing);
  }
  return {
    idle_p95_ms: spreadOf(idle.map(p95)),
    idle_deliveries: idle.flat().length,
    syncing_p95_ms: spreadOf(syncing.map(p95)),
    syncing_deliveries: syncing.flat().length,
  };
}

async function measureOnce(
  server: PostgresServer,
  options: { upstream: Upstream; deliveries: number; database: string },
): Promise<{ idle: number[]; syncing: number[] }> {
  const { upstream, database } = options;
  const receiving = await prepareReceiving(server, {
    database,
    calendly: upstream,
    user: upstream.user,
  });
  const serving = await startServing({ env: receiving.env }, ['serve', '--no-scheduler']);
  await receiving.identify();
  const { stdout } = await runProgram(['user', 'token'], { env: receiving.env });
  const stream = await listen(serving.url, stdout.trim());
  let number = 0;
  const deliverOne = async (): Promise<number> => {
    const began = performance.now();
    const worked = stream.next('delivery.changed');
    await deliver(serving.url, receiving, (number += 1));
    await worked;
    const took = performance.now() - began;
    await pause(REST_MS);
    return took;
  };
  try {
    // the first ones warm everything up
    for (let more = 0; more < 20; more += 1) await deliverOne();
    const idle: number[] = [];
    while (idle.length < options.deliveries) idle.push(await deliverOne());
    let isSyncing = true;
    const sync = getJson(`${serving.url}/api/calendly/sync`, stdout.trim(), {
      method: 'POST',
    }).finally(() => {
      isSyncing = false;
    });
    const syncing: number[] = [];
    while (isSyncing) syncing.push(await deliverOne());
    await sync;
    return { idle, syncing };
  } finally {
    await stream.close();
    await serving.stop();
  }
}

async function deliver(url: string, receiving: Receiving, number: number): Promise<void> {
  const body = bookingBody({ user: receiving.user, number });
  const answer = await fetch(`${url}${receiving.path}`, {
    method: 'POST',
    headers: signedHeaders(body, receiving.key, Math.floor(Date.now() / 1000)),
    body: new Uint8Array(body),
  });
  if (answer.status !== 200) throw new Error(`A delivery was answered with ${answer.status}`);
  await answer.arrayBuffer();
}

interface Listening {
  /** Resolves when the next event of this name has come; rejects when none does. */
  next(event: string): Promise<void>;
  close(): Promise<void>;
}

async function listen(url: string, token: string): Promise<Listening> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/stream`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  const heard = new Map<string, PromiseWithResolvers<void>>();
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) {
      for (const [, event = ''] of Buffer.from(chunk)
        .toString()
        .matchAll(/^event: (.+)$/gm)) {
        heard.get(event)?.resolve();
        heard.delete(event);
      }
    }
  };
  const over = read().catch(() => undefined);
  return {
    async next(event) {
      const waiting = heard.get(event) ?? Promise.withResolvers<void>();
      heard.set(event, waiting);
      const late = new AbortController();
      await Promise.race([
        waiting.promise,
        pause(LONGEST_MS, undefined, { signal: late.signal }).then(() => {
          throw new Error(`Nothing of ${event} came`);
        }),
      ]);
      late.abort();
    },
    async close() {
      leaving.abort();
      await over;
    },
  };
}

function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
