/** What a run against a spoiled Calendly is held to: how it ended, and that rows are as they were. */
import { expect } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { FAULTS, type CalendlyErrorCode } from '../../src/calendly/errors.ts';
import type { ConnectionState } from '../../src/store/connections.ts';
import type { Run } from '../../src/store/runs.ts';
import { imageOfRows, imageOfTruth, type MirrorImage } from '../harness/mirror-truth.ts';
import type { Spoil } from '../harness/spoiling-proxy.ts';
import type { SyncWorld } from '../harness/sync-world.ts';

export const LIST = /^\/scheduled_events$/;
export const INVITEES = /^\/scheduled_events\/[^/]+\/invitees$/;
export const MEETING = /^\/scheduled_events\/[^/]+$/;

export interface SpoiledRun {
  run: Run;
  before: MirrorImage;
  after: MirrorImage;
  connection: ConnectionState;
  /** Items that are set aside, with their reasons. */
  setAside: { item_key: string; reason: string }[];
}

/** One run under these faults; the faults are over afterwards. */
export async function runSpoiled(
  world: SyncWorld,
  rules: readonly Spoil[],
  options: { full?: boolean } = {},
): Promise<SpoiledRun> {
  const before = await imageOfRows(world.db, world.workspaceId);
  world.spoil(...rules);
  const run = await world.sync(options);
  world.spoil();
  const { rows } = await world.db.query<{ item_key: string; reason: string }>(
    'select item_key, reason from set_aside order by item_key',
  );
  return {
    run,
    before,
    after: await imageOfRows(world.db, world.workspaceId),
    connection: (await world.connection()).state,
    setAside: rows,
  };
}

/** Nothing is hidden, and the next run, with honest answers, makes everything true again. */
export async function expectHealed(world: SyncWorld): Promise<void> {
  expect(await hiddenRows(world)).toBe(0);
  expect(await world.sync()).toMatchObject({ state: 'done', error_code: null, vanished: 0 });
  expect(await world.drift()).toEqual([]);
  expect((await world.connection()).state).toBe('active');
  const { rows } = await world.db.query('select 1 from set_aside');
  expect(rows).toEqual([]);
}

/** What the last run said of the connection and of single items is forgotten. */
export async function startAfresh(world: SyncWorld): Promise<void> {
  await world.db.query(`update calendly_connections set state = 'active'`);
  await world.db.query('delete from set_aside');
}

/** Rows that a reader would not see. */
export async function hiddenRows(world: SyncWorld): Promise<number> {
  const { rows } = await world.db.query<{ hidden: number }>(
    `select (select count(*) from meetings where vanished_at is not null)
          + (select count(*) from invitees where vanished_at is not null) as hidden`,
  );
  return rows[0]?.hidden ?? -1;
}

/** The connection's state after a listing that failed for good with this code. */
export function connectionAfter(code: CalendlyErrorCode): ConnectionState {
  const kind = FAULTS[code].class;
  if (kind === 'auth') return 'needs_reauth';
  return kind === 'scope' || kind === 'role' || kind === 'plan' ? 'forbidden' : 'active';
}

/** The truth as it stands now. */
export function truthOf(world: SyncWorld): MirrorImage {
  return imageOfTruth(world.simulator.truth(), systemClock.now());
}
