/** Whether a run counted what became of the rows, neither more nor less. */
import { expect } from 'vitest';
import type { SyncWorld } from '../harness/sync-world.ts';
import type { Run } from '../../src/store/runs.ts';

interface MeetingState {
  uri: string;
  status: string;
  vanished: boolean;
  /** Of everything that mirrors Calendly. */
  hash: string;
  /** Whether everybody who was there moved on to another time. */
  moved: boolean;
}

export type Snapshot = ReadonlyMap<string, MeetingState>;

export async function snapshot({ db }: SyncWorld): Promise<Snapshot> {
  const { rows } = await db.query<MeetingState>(
    `select m.calendly_uri as uri, m.status, m.vanished_at is not null as vanished,
       coalesce(m.full_hash, '') || m.observed_at::text as hash,
       coalesce((select bool_and(i.rescheduled) from invitees i
                 where i.workspace_id = m.workspace_id and i.meeting_uri = m.calendly_uri), false) as moved
     from meetings m`,
  );
  return new Map(rows.map((row) => [row.uri, row]));
}

export async function expectCounted(world: SyncWorld, run: Run, before: Snapshot): Promise<void> {
  const after = [...(await snapshot(world)).values()];
  const was = (uri: string): MeetingState | undefined => before.get(uri);
  const canceled = after.filter(
    ({ uri, status, moved }) => status === 'canceled' && was(uri)?.status === 'active' && !moved,
  );
  const changed = after.filter(
    ({ uri, hash }) => was(uri) !== undefined && was(uri)?.hash !== hash,
  );
  expect({
    created: run.created,
    canceled: run.canceled,
    changed: run.updated + run.canceled,
    vanished: run.vanished,
  }).toEqual({
    created: after.filter(({ uri }) => was(uri) === undefined).length,
    canceled: canceled.length,
    changed: changed.length,
    vanished: after.filter(({ uri, vanished }) => vanished && was(uri)?.vanished === false).length,
  });
}
