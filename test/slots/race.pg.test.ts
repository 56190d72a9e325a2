/** Two thousand slots that three real processes ask for at the same time are given out once each. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';

const SLOTS = 2000;
const FROM = Date.UTC(2026, 0, 1);
const RACER = fileURLToPath(new URL('racer.ts', import.meta.url));
const OWNERS = ['host-a:1:x', 'host-b:1:x', 'host-c:1:x'];

type Racer = ChildProcessByStdio<Writable, Readable, null>;

let fresh: FreshDatabase;
const racers: Racer[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(async () => {
  for (const racer of racers) racer.kill('SIGKILL');
  await fresh.drop();
});

async function start(owner: string): Promise<Racer> {
  const argv = [RACER, fresh.url ?? '', owner, String(FROM), String(SLOTS)];
  const racer = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  racers.push(racer);
  racer.stdout.setEncoding('utf8');
  await once(racer.stdout, 'data');
  return racer;
}

async function run(racer: Racer): Promise<number[]> {
  let output = '';
  racer.stdout.on('data', (text: string) => {
    output += text;
  });
  racer.stdin.end('go');
  await once(racer, 'close');
  return JSON.parse(output) as number[];
}

it(
  'three processes that ask for 2,000 slots get each of them once, together',
  { timeout: 60_000 },
  async () => {
    const started = await Promise.all(OWNERS.map(start));
    const given = await Promise.all(started.map(run));
    expect(given.flat().toSorted((a, b) => a - b)).toEqual([...Array(SLOTS).keys()]);
    // it was a race: who is behind finds the rows there, which is quicker than to write them, and catches up
    expect(given.filter(({ length }) => length > 0).length).toBeGreaterThan(1);
    const { rows } = await fresh.db.query<{ owner: string; slots: number }>(
      `select claimed_by as owner, count(*) as slots from schedule_slots where name = 'race'
     group by 1 order by 1`,
    );
    const told = OWNERS.map((owner, index) => ({ owner, slots: given[index]?.length ?? 0 }));
    expect(rows).toEqual(told.filter(({ slots }) => slots > 0));
  },
);
