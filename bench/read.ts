/** `bench read`: first pages and searches over very many clients and meetings, beside a bare route with the same rows. */
import Fastify, { type FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { issueToken } from '../src/accounts/tokens.ts';
import { silentLog } from '../src/base/log.ts';
import { systemRandom } from '../src/base/random.ts';
import { systemClock } from '../src/base/time.ts';
import { createHttpServer } from '../src/http/server.ts';
import { listClients } from '../src/store/client-list.ts';
import type { Db } from '../src/store/db.ts';
import { listMeetings } from '../src/store/meeting-list.ts';
import { tenantsOf } from '../src/store/tenants.ts';
import { startPostgresEngine } from './engines.ts';
import { describeMachine, machineLine } from './machine.ts';
import { idleActions } from './read-actions.ts';
import { TERMS, writeRows } from './read-rows.ts';
import { makeId, seedConnection } from './seed.ts';
import { parseOptions, wholeNumber } from './usage.ts';

const OPTIONS = {
  clients: { type: 'string', default: '100000' },
  meetings: { type: 'string', default: '1000000' },
  requests: { type: 'string', default: '300' },
  json: { type: 'boolean', default: false },
} as const;

export const READ_USAGE = '[--clients 100000] [--meetings 1000000] [--requests 300] [--json]';

const LIMIT = 50;

interface Figure {
  what: string;
  rows: number;
  p50_ms: number;
  p99_ms: number;
  bare_p50_ms: number;
  bare_p99_ms: number;
  ratio_of_p50: number;
}

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runReadBench(argv: readonly string[]): Promise<void> {
  const values = parseOptions(argv, OPTIONS);
  const size = {
    clients: wholeNumber('--clients', values.clients, 10_000_000),
    meetings: wholeNumber('--meetings', values.meetings, 10_000_000),
  };
  const requests = wholeNumber('--requests', values.requests, 100_000);
  const engine = await startPostgresEngine();
  const { db, closeAndCount } = await engine.fresh();
  try {
    const seeded = await seedConnection(db);
    await writeRows(db, seeded, size);
    const figures = await measure(db, seeded.workspaceId, requests);
    const machine = describeMachine();
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ bench: 'read', ...size, n: requests, machine, figures })}\n`
        : [
            `${size.meetings} meetings of ${size.clients} clients, pages of ${LIMIT}, n = ${requests} one after the other`,
            machineLine(machine),
            '',
            ...figures.map(lineOf),
            '',
          ].join('\n'),
    );
  } finally {
    await closeAndCount();
    await engine.stop();
  }
}

async function measure(db: Db, workspaceId: string, requests: number): Promise<Figure[]> {
  const served = await serve(db, workspaceId);
  const bare = await serveBare(db, workspaceId);
  const figures: Figure[] = [];
  try {
    for (const list of ['meetings', 'clients']) {
      for (const [what, q] of Object.entries({ 'first page': '', ...TERMS })) {
        const query = q === '' ? `limit=${LIMIT}` : `limit=${LIMIT}&q=${q}`;
        const ours = `${served.url}/api/${list}?${query}`;
        const theirs = `${bare.url}/${list}?${query}`;
        const { headers } = served;
        await time(ours, { headers, requests: 20 });
        await time(theirs, { headers: {}, requests: 20 });
        // by turns, so that whatever else the machine does falls on both
        const times = { ours: [] as number[], theirs: [] as number[], rows: 0 };
        for (let done = 0; done < requests; done += 50) {
          const some = Math.min(50, requests - done);
          const a = await time(ours, { headers, requests: some });
          const b = await time(theirs, { headers: {}, requests: some });
          times.ours.push(...a.times);
          times.theirs.push(...b.times);
          times.rows = a.rows;
        }
        const [mine, bares] = [percentiles(times.ours), percentiles(times.theirs)];
        figures.push({
          what: `${list}, ${what}`,
          rows: times.rows,
          p50_ms: mine.p50,
          p99_ms: mine.p99,
          bare_p50_ms: bares.p50,
          bare_p99_ms: bares.p99,
          ratio_of_p50: mine.p50 / bares.p50,
        });
      }
    }
    return figures;
  } finally {
    await served.close();
    await bare.close();
  }
}

interface Served {
  url: string;
  headers: Record<string, string>;
  close(): Promise<void>;
}

async function serve(db: Db, workspaceId: string): Promise<Served> {
  const jwt = systemRandom.bytes(32);
  const ids = {
    now: () => systemClock.now(),
    bytes: (length: number) => systemRandom.bytes(length),
  };
  const { rows } = await db.query<{ id: string }>('select id from users limit 1');
  const user = { workspaceId, id: rows[0]?.id ?? '' };
  const { token } = await db.tx((tx) => issueToken(tx, { user, days: 1 }, { secret: jwt, ids }));
  const server = await createHttpServer({
    tenants: tenantsOf(db),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    metrics: new Registry(),
    secrets: { jwt, cursor: systemRandom.bytes(32) },
    settings: {
      version: makeId(),
      publicUrl: null,
      trustProxy: 0,
      metricsToken: null,
      demo: false,
    },
    actions: idleActions,
    phase: () => 'ready',
  });
  const { url } = await server.listen('127.0.0.1', 0);
  return { url, headers: { authorization: `Bearer ${token}` }, close: () => server.close() };
}

/** The same rows by the same statements, without login, wall, schema or cursor around them. */
async function serveBare(db: Db, workspaceId: string): Promise<Served> {
  const app: FastifyInstance = Fastify({ logger: false });
  const rows = tenantsOf(db).of(workspaceId);
  const asked = (query: unknown): string | undefined => {
    const { q } = Object(query) as { q?: string };
    return q;
  };
  app.get('/meetings', async (request) => {
    const filter = { q: asked(request.query), withVanished: false };
    const page = { filter, newestFirst: true, limit: LIMIT };
    return rows.tx((tx) => listMeetings(tx, workspaceId, page));
  });
  app.get('/clients', async (request) =>
    rows.tx((tx) => listClients(tx, workspaceId, { q: asked(request.query), limit: LIMIT })),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, headers: {}, close: () => app.close() };
}

async function time(
  url: string,
  { headers, requests }: { headers: Record<string, string>; requests: number },
): Promise<{ times: number[]; rows: number }> {
  const times: number[] = [];
  let rows = 0;
  for (let done = 0; done < requests; done += 1) {
    const began = performance.now();
    const response = await fetch(url, { headers });
    const body = (await response.json()) as { data?: unknown[]; rows?: unknown[] };
    times.push(performance.now() - began);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    rows = (body.data ?? body.rows ?? []).length;
  }
  return { times, rows };
}

function percentiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function lineOf(figure: Figure): string {
  const ms = (p50: number, p99: number): string =>
    `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`;
  return `${figure.what.padEnd(22)} ${String(figure.rows).padStart(3)} rows  ${ms(figure.p50_ms, figure.p99_ms)}  bare ${ms(figure.bare_p50_ms, figure.bare_p99_ms)}  ratio ${figure.ratio_of_p50.toFixed(2)}`;
}
