/** The schedule's slots and the processes that serve it: once per slot, whoever is alive. */
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql } from './db.ts';

/** Claims a slot; true for exactly one caller, in however many processes. */
export async function claimSlot(
  sql: Sql,
  claim: { name: string; slot: string; owner: string; at: string },
): Promise<boolean> {
  const { count } = await sql.query(
    `insert into schedule_slots (name, slot, claimed_by, claimed_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [claim.name, claim.slot, claim.owner, claim.at],
  );
  return count === 1;
}

/** Forgets slots before `before`. */
export async function forgetSlots(sql: Sql, before: string): Promise<void> {
  await sql.query(`delete from schedule_slots where slot < $1`, [before]);
}

export interface ProcessRow {
  id: string;
  host: string;
  pid: number;
  scheduler: boolean;
}

/** Says that this process is alive. */
export async function beat(sql: Sql, self: ProcessRow): Promise<void> {
  const at = await sql.clock();
  await sql.query(
    `insert into processes (id, host, pid, scheduler, started_at, seen_at) values ($1, $2, $3, $4, $5, $5)
     on conflict (id) do update set seen_at = excluded.seen_at, scheduler = excluded.scheduler`,
    [self.id, self.host, self.pid, self.scheduler, at],
  );
}

/** Takes this process off the list, and with it those not seen for a day. */
export async function leave(sql: Sql, id: string): Promise<void> {
  const at = await sql.clock();
  await sql.query(
    `delete from processes where id = $1 or seen_at < $2::timestamptz - interval '1 day'`,
    [id, at],
  );
}

/** Whether any process's scheduler was alive within 60 seconds. */
export async function isSchedulerAlive(sql: Sql): Promise<boolean> {
  const at = await sql.clock();
  const { rows } = await sql.query<{ alive: boolean }>(
    `select exists (
       select 1 from processes where scheduler and seen_at > $1::timestamptz - interval '60 seconds') as alive`,
    [at],
  );
  return rows[0]?.alive ?? false;
}

/** When the newest automatic run was queued; null before the first. */
export async function lastSlotRun(sql: Sql): Promise<Timestamp | null> {
  const { rows } = await sql.query<{ at: Timestamp | null }>(
    `select max(queued_at) as at from sync_runs where trigger in ('schedule', 'start')`,
  );
  return rows[0]?.at ?? null;
}
