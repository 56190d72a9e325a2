/** `bench accounts`: how long many separate accounts take beside six hostile ones, by how long they take alone. */
import { randomBytes } from 'node:crypto';
import { silentLog } from '../src/base/log.ts';
import { systemRandom } from '../src/base/random.ts';
import { systemClock } from '../src/base/time.ts';
import { createCalendlyClient } from '../src/calendly/client.ts';
import type { ConnectionClient } from '../src/calendly/connection-client.ts';
import { createGate, type Gate } from '../src/calendly/gate.ts';
import { PLACES } from '../src/app/sync-runner.ts';
import { createRunBoard } from '../src/jobs/board.ts';
import { executeRun, type ExecuteDeps } from '../src/jobs/execute.ts';
import { startWorker } from '../src/jobs/worker.ts';
import type { Db } from '../src/store/db.ts';
import { findRuns, type Run } from '../src/store/runs.ts';
import { tenantsOf } from '../src/store/tenants.ts';
import { queueRuns } from '../src/sync/request.ts';
import { startChild } from './child.ts';
import { startPostgresEngine } from './engines.ts';
import { SHARE } from './first-sync.ts';
import { describeMachine, machineLine } from './machine.ts';
import { RANGE } from './run-once.ts';
import { makeId, seedConnection } from './seed.ts';
import { showSpread, spreadOf } from './spread.ts';
import { parseOptions, wholeNumber } from './usage.ts';

const OPTIONS = {
  accounts: { type: 'string', default: '194' },
  latency: { type: 'string', default: '100' },
  rounds: { type: 'string', default: '3' },
  json: { type: 'boolean', default: false },
} as const;

export const ACCOUNTS_USAGE = '[--accounts 194] [--latency 100] [--rounds 3] [--json]';

/** Where a connection's Calendly is, and with which token it is asked. */
interface Place {
  url: string;
  token: string;
}

interface Upstream {
  url: string;
  tokens: string[];
}

interface Hostile {
  urls: { way: string; url: string }[];
}

interface Crowd {
  /** Until all honest accounts had ended, and until half of them had. */
  lastMs: number;
  medianMs: number;
  /** Honest runs that did not reach everything. */
  unfinished: number;
  /** Where the runs of the hostile ones stood at that moment. */
  hostile: string[];
}

interface Pair {
  alone: Crowd;
  beside: Crowd;
}

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runAccountsBench(argv: readonly string[]): Promise<void> {
  const values = parseOptions(argv, OPTIONS);
  const count = wholeNumber('--accounts', values.accounts, 10_000);
  const latency = wholeNumber('--latency', values.latency, 10_000);
  const rounds = wholeNumber('--rounds', values.rounds, 100);
  const harm = await startChild('hostile-process.ts', []);
  const engine = await startPostgresEngine();
  // what the children print is these shapes
  const { urls } = harm.said as Hostile;
  const hostile = urls.map((one) => ({ url: one.url, token: 'a-token' }));
  const round = async (beside: readonly Place[]): Promise<Crowd> => {
    // a new one each time: Calendly counts requests by the minute
    const upstream = await startChild('accounts-process.ts', [String(count), String(latency)]);
    const { url, tokens } = upstream.said as Upstream;
    const honest = tokens.map((token) => ({ url, token }));
    try {
      return await syncAll((await engine.fresh()).db, { hostile: beside, honest });
    } finally {
      await upstream.stop();
    }
  };
  const pairs: Pair[] = [];
  try {
    // by turns, so that whatever else the machine does meets both
    for (let turn = 0; turn < rounds; turn += 1) {
      pairs.push({ alone: await round([]), beside: await round(hostile) });
    }
  } finally {
    await engine.stop();
    await harm.stop();
  }
  report(values.json, { count, latency, pairs, ways: urls.map(({ way }) => way) });
}

/** A first run of everybody, the hostile ones first, with the places that the program has. */
async function syncAll(
  db: Db,
  { hostile, honest }: { hostile: readonly Place[]; honest: readonly Place[] },
): Promise<Crowd> {
  const places = new Map<string, Place & { gate: Gate }>();
  const connections: { workspace_id: string; id: string }[] = [];
  for (const place of [...hostile, ...honest]) {
    const { workspaceId, connectionId } = await seedConnection(
      db,
      'user',
      randomBytes(6).toString('hex'),
    );
    const gate = createGate({ clock: systemClock, random: systemRandom, share: SHARE });
    places.set(connectionId, { ...place, gate });
    connections.push({ workspace_id: workspaceId, id: connectionId });
  }
  const board = await createRunBoard({ db, clock: systemClock });
  const self = { id: 'bench:1:accounts', host: 'bench', pid: 1 };
  const deps = executeDeps(db, self.id, places);
  const ids = await queueRuns({ db, newId: makeId }, connections, {
    trigger: 'schedule',
    full: false,
  });
  const began = performance.now();
  const endedAt: number[] = [];
  const worker = startWorker({
    db,
    clock: systemClock,
    log: silentLog,
    board,
    self,
    concurrency: PLACES,
    execute: (run, signal) => executeRun(deps, run, signal),
  });
  const runs = await board.waitFor(ids.slice(hostile.length), {
    signal: new AbortController().signal,
    ended: () => void endedAt.push(performance.now() - began),
  });
  const left = await findRuns(db, ids.slice(0, hostile.length));
  await worker.stop();
  await board.close();
  await db.close();
  return {
    lastMs: endedAt.at(-1) ?? 0,
    medianMs: endedAt[Math.floor(endedAt.length / 2)] ?? 0,
    unfinished: runs.filter(({ state }) => state !== 'done').length,
    hostile: ids.slice(0, hostile.length).map((id) => standing(left.find((run) => run.id === id))),
  };
}

function executeDeps(
  db: Db,
  owner: string,
  places: ReadonlyMap<string, Place & { gate: Gate }>,
): ExecuteDeps {
  return {
    tenants: tenantsOf(db),
    log: silentLog,
    range: RANGE,
    newId: makeId,
    owner,
    clientFor(connection, signal): ConnectionClient {
      const place = places.get(connection.id);
      if (place === undefined) throw new Error('A connection of nobody');
      const calendly = createCalendlyClient({
        baseUrl: place.url,
        token: () => place.token,
        clock: systemClock,
        random: systemRandom,
        gate: place.gate,
        signal,
        userAgent: 'calendly-sync/bench',
      });
      return { calendly, budget: () => place.gate.state(), close: () => calendly.close() };
    },
    identified: () => Promise.resolve(),
    finished: () => undefined,
  };
}

function standing(run: Run | undefined): string {
  return run === undefined ? 'gone' : (run.error_code ?? run.state);
}

function report(
  isJson: boolean,
  figures: { count: number; latency: number; pairs: readonly Pair[]; ways: string[] },
): void {
  const { count, latency, pairs, ways } = figures;
  const machine = describeMachine();
  const ratio = spreadOf(pairs.map(({ alone, beside }) => beside.lastMs / alone.lastMs));
  const line = (which: keyof Pair): string => {
    const seconds = (of: 'lastMs' | 'medianMs'): string =>
      showSpread(spreadOf(pairs.map((pair) => pair[which][of] / 1000)));
    const unfinished = pairs.reduce((sum, pair) => sum + pair[which].unfinished, 0);
    return `${seconds('lastMs')} s for all, ${seconds('medianMs')} s for half of them, ${unfinished} unfinished`;
  };
  const last = pairs.at(-1)?.beside.hostile ?? [];
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ bench: 'accounts', ...figures, machine, ratio })}\n`
      : [
          `a first sync of ${count} accounts, every third on a free plan, ${PLACES} places, latency ${latency} ms, n = ${pairs.length}`,
          machineLine(machine),
          '',
          `  alone                  ${line('alone')}`,
          `  beside ${ways.length} hostile ones   ${line('beside')}`,
          ...ways.map((way, index) => `    ${way.padEnd(20)} then: ${last[index]}`),
          `  ratio                  ${showSpread(ratio)}`,
          '',
        ].join('\n'),
  );
}
