/** Connections side by side: the trouble of one is its own, and each has one run at a time. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { findConnection } from '../../src/store/connections.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Crew, makeCrew, type Member } from '../harness/crew.ts';
import { differences, imageOfRows, imageOfTruth } from '../harness/mirror-truth.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await makeCrew();
});
afterEach(() => crew.close());

const hostile: { about: string; fault: Fault; state: string; connection: string }[] = [
  {
    about: 'answers nothing but 500',
    fault: { path: '/', then: { status: 500 } },
    state: 'failed',
    connection: 'active',
  },
  {
    about: 'has a dead token',
    fault: { path: '/', then: { status: 401 } },
    state: 'failed',
    connection: 'needs_reauth',
  },
  {
    about: 'sends pages of HTML',
    fault: { path: '/', then: { html: true } },
    state: 'failed',
    connection: 'active',
  },
  {
    about: 'resets every connection',
    fault: { path: '/', then: { reset: true } },
    state: 'failed',
    connection: 'active',
  },
  {
    about: 'refuses every invitee',
    fault: { path: '^/scheduled_events/[^/]+/invitees$', then: { status: 500 } },
    state: 'partial',
    connection: 'active',
  },
];

it.each(hostile)(
  'a Calendly that $about does not touch the connections beside it',
  async ({ fault, state, connection }) => {
    const [one, bad, two] = [
      await crew.join('thousand:25'),
      await crew.join('thousand:30'),
      await crew.join('thousand:20'),
    ];
    bad.simulator.faults.add(fault);
    crew.hire();
    const [first, hurt, second] = await runsOf([one, bad, two]);
    expect(first).toMatchObject({ state: 'done', error_code: null });
    expect(second).toMatchObject({ state: 'done', error_code: null, created: 20 });
    expect(hurt?.state).toBe(state);
    expect((await findConnection(crew.db, bad.connectionId))?.state).toBe(connection);
    expect(await driftOf(one)).toEqual([]);
    expect(await driftOf(two)).toEqual([]);

    bad.simulator.faults.clear();
    expect(await runsOf([bad])).toMatchObject([{ state: 'done' }]);
    expect(await driftOf(bad)).toEqual([]);
  },
);

it('a Calendly that never answers holds up nobody, and its run is queued again at the end', async () => {
  const [one, silent, two] = [
    await crew.join('thousand:25'),
    await crew.join('empty'),
    await crew.join('thousand:20'),
  ];
  silent.simulator.faults.add({ path: '/', then: { hang: true } });
  const worker = crew.hire();
  const [first, hung, second] = await crew.ask([one, silent, two]);
  const ended = await crew.ended([first ?? '', second ?? '']);
  expect(ended.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(await stateOf(hung)).toBe('running');
  await worker.stop();
  expect(await stateOf(hung)).toBe('queued');
});

it('twenty requests at once are one run, whoever works', async () => {
  const member = await crew.join('thousand:60');
  const workers = Array.from({ length: 4 }, () => crew.hire());
  expect(workers).toHaveLength(4);
  const asked = await Promise.all(Array.from({ length: 20 }, () => crew.ask([member])));
  const ids = new Set(asked.flat());
  expect(ids.size).toBe(1);
  const [run] = await crew.ended([...ids]);
  expect(run).toMatchObject({ state: 'done', created: 60, updated: 0 });
  // nobody else has asked for anything
  expect(member.simulator.requests).toHaveLength(run?.requests ?? -1);
  const { rows } = await crew.db.query('select 1 from sync_runs');
  expect(rows).toHaveLength(1);
  expect(await driftOf(member)).toEqual([]);
});

it('requests that go on all the time never make two runs at once, and none is left lying', async () => {
  const member = await crew.join('thousand:10');
  for (const _ of [1, 2, 3]) crew.hire();
  await crew.db.script(`
    create table seen_running (n integer not null);
    grant select, insert on seen_running to public;
    create function watch_running() returns trigger language plpgsql as $$ begin
      insert into seen_running select count(*) from sync_runs where state = 'running';
      return null;
    end $$;
    create trigger watch_running after update on sync_runs for each row execute function watch_running();`);
  const askers = Array.from({ length: 5 }, async () => {
    for (const _ of [1, 2, 3, 4]) await crew.ended(await crew.ask([member]));
  });
  await Promise.all(askers);
  const { rows } = await crew.db.query<{ most: number; runs: number }>(
    `select (select max(n) from seen_running) as most, (select count(*)::int from sync_runs) as runs`,
  );
  expect(rows[0]?.most).toBe(1);
  expect(rows[0]?.runs).toBeGreaterThanOrEqual(4);
  expect(rows[0]?.runs).toBeLessThanOrEqual(20);
});

async function runsOf(members: readonly Member[]) {
  const ids = await crew.ask(members);
  const runs = await crew.ended(ids);
  return ids.map((id) => runs.find((run) => run.id === id));
}

async function stateOf(id: string | undefined): Promise<unknown> {
  const { rows } = await crew.db.query('select state from sync_runs where id = $1', [id]);
  return rows[0]?.['state'];
}

async function driftOf({ workspaceId, simulator }: Member): Promise<string[]> {
  const truth = imageOfTruth(simulator.truth(), systemClock.now());
  return differences(await imageOfRows(crew.db, workspaceId), truth);
}
