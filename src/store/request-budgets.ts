/** What all processes together may send to Calendly: one row for each Calendly user, each change one statement. */
import type { Sql } from './db.ts';

/** When it is for all processes alike: the database's clock, read before the statement. */
interface At {
  /** The Calendly user's URI. */
  account: string;
  at: string;
}

export interface RequestAsk extends At {
  wanted: number;
  /** What is granted may be sent until so long after `at`. */
  goodForMs: number;
  /** SYNC_RATE_SHARE, and the requests a minute that are ours whatever others use. */
  share: number;
  floor: number;
  freeFloor: number;
  /** The limit of free plans, and what is taken until the first answer. */
  freeLimit: number;
}

export interface RequestGrant {
  granted: number;
  /** The second in which the granted requests may be sent at the latest: what `noteRequests` settles them by. */
  batch: number;
  /** 0 where something was granted. */
  wait_ms: number;
  limit: number | null;
}

/**
 * The row, locked, and its requests of the last minute. Both are of the row as it is once the lock is there,
 * not as the statement first saw it. A row from more than a minute ahead was written before the clock was
 * set back: what was timed by it is forgotten.
 */
const LOCKED = `
  locked as (
    select r.*, r.updated_at > $2::timestamptz + interval '60 seconds' as is_ahead
    from request_budgets r where r.account = $1 for update),
  moment as (select extract(epoch from $2::timestamptz)::float8 as second),
  sent as (
    select key::bigint as second, value::bigint as count
    from locked, moment, jsonb_each_text(locked.spent)
    where not is_ahead and key::bigint > moment.second - 60)`;

const TAKE = `
  with ${LOCKED},
  facts as (
    select account, requests_limit, used_when_heard, requests_left, reset_at,
      coalesce(requests_limit, $8::integer) as assumed,
      case when is_ahead then null else shut_until end as shut_until,
      not is_ahead and requests_left is not null and reset_at > $2::timestamptz as is_known,
      (select coalesce(sum(count), 0) from sent)::bigint as used
    from locked),
  shares as (
    select *, case when assumed <= $8 then $7::integer else $6::integer end as lowest,
      floor(assumed * $5::float8)::bigint as share
    from facts),
  caps as (
    select *,
      -- what is left and what we used do not make up our share: others took the rest
      is_known and requests_left + used_when_heard < greatest(lowest, share) as is_crowded
    from shares),
  answers as (
    select *,
      greatest(lowest, case when is_crowded
        then used_when_heard + floor(requests_left * $5::float8)::bigint else share end) as cap
    from caps),
  granted as (
    select *, case when shut_until > $2::timestamptz then 0
      else greatest(0, least($3::bigint, cap - used)) end as count
    from answers),
  batch as (select ceil(second + $4::float8 / 1000)::bigint as second from moment),
  kept as (
    select second, sum(count) as count
    from (select * from sent union all
          select batch.second, granted.count from batch, granted) as x
    where count > 0 group by second)
  update request_budgets r set
    spent = coalesce((select jsonb_object_agg(second::text, count) from kept), '{}'),
    shut_until = g.shut_until, reset_at = case when g.is_known then g.reset_at end,
    updated_at = $2::timestamptz
  from granted g, batch, moment where r.account = g.account
  returning g.count as granted, batch.second as batch, g.requests_limit as limit,
    case when g.count > 0 then 0
      when g.shut_until > $2::timestamptz
        then ceil((extract(epoch from g.shut_until)::float8 - moment.second) * 1000)
      else ceil(1000 * (least(
        -- the request whose leaving the minute brings us under the cap; a crowd's end may come first
        (select min(s.second) from (select second, sum(count) over (order by second) as through from sent) s
         where g.used - s.through < g.cap) + 60,
        case when g.is_crowded then extract(epoch from g.reset_at)::float8 end) - moment.second))
    end::float8 as wait_ms`;

/** Takes up to `wanted` requests from the account's budget, of which nobody else gets the same. */
export async function takeRequests(sql: Sql, ask: RequestAsk): Promise<RequestGrant> {
  const take = async (): Promise<RequestGrant | undefined> => {
    const { account, at, wanted, goodForMs, share, floor, freeFloor, freeLimit } = ask;
    const values = [account, at, wanted, goodForMs, share, floor, freeFloor, freeLimit];
    return (await sql.query<RequestGrant>(TAKE, values)).rows[0];
  };
  const grant = (await take()) ?? (await openBudget(sql, ask).then(take));
  if (grant === undefined) throw new Error('The row of a budget is gone as soon as it is made');
  return grant;
}

export interface RequestNotes extends At {
  settled: readonly RequestSettlement[];
  /** What Calendly's headers said, `agoMs` before `at`. */
  heard: { limit: number | null; left: number | null; resetMs: number; agoMs: number } | null;
  /** Nobody may send for so long after `at`; 0 where that is not so. */
  shutMs: number;
}

/** What became of granted requests. */
export interface RequestSettlement {
  /** As the grant named it; null for requests that were sent without one. */
  batch: number | null;
  taken: number;
  used: number;
  /** How long before `at` the last one was sent; null: at the latest allowed, without a grant at `at`. */
  agoMs: number | null;
}

const NOTE = `
  with ${LOCKED},
  settled as (
    select s.batch, s.taken, s.used,
      coalesce(ceil(moment.second - s."agoMs" / 1000)::bigint, s.batch, ceil(moment.second)::bigint) as last
    from moment, jsonb_to_recordset($3::jsonb) as s(batch bigint, taken bigint, used bigint, "agoMs" float8)),
  kept as (
    select second, sum(count) as count
    from (select * from sent union all
          select batch, -taken from settled where batch is not null union all
          select last, used from settled) as x
    group by second having sum(count) > 0),
  heard as (
    select $2::timestamptz - $7::float8 * interval '1 millisecond' as at, $4::integer as "limit", $5::integer as "left",
      $2::timestamptz + ($6::float8 - $7::float8) * interval '1 millisecond' as reset_at),
  facts as (
    select l.*, heard.at is not null and (l.heard_at is null or l.is_ahead or heard.at >= l.heard_at) as is_news
    from locked l, heard)
  update request_budgets r set
    spent = coalesce((select jsonb_object_agg(second::text, count) from kept), '{}'),
    requests_limit = case when f.is_news then coalesce(heard.limit, f.requests_limit) else f.requests_limit end,
    requests_left = case when f.is_news then heard.left else f.requests_left end,
    reset_at = case when f.is_news then heard.reset_at when not f.is_ahead then f.reset_at end,
    heard_at = case when f.is_news then heard.at else f.heard_at end,
    used_when_heard = case when f.is_news then (select coalesce(sum(count), 0) from kept) else f.used_when_heard end,
    shut_until = greatest(case when not f.is_ahead then f.shut_until end,
      case when $8::float8 > 0 then $2::timestamptz + $8::float8 * interval '1 millisecond' end),
    updated_at = $2::timestamptz
  from facts f, heard where r.account = f.account`;

/** Settles granted requests and keeps what headers said, unless somebody heard something newer. */
export async function noteRequests(sql: Sql, notes: RequestNotes): Promise<void> {
  const { account, at, settled, heard, shutMs } = notes;
  const said = [
    heard?.limit ?? null,
    heard?.left ?? null,
    heard?.resetMs ?? null,
    heard?.agoMs ?? null,
  ];
  const values = [account, at, JSON.stringify(settled), ...said, shutMs];
  const { count } = await sql.query(NOTE, values);
  if (count > 0) return;
  await openBudget(sql, notes);
  await sql.query(NOTE, values);
}

export interface RequestBudget {
  account: string;
  /** By all processes in the last minute, and what is left of the limit as far as known. */
  used: number;
  left: number | null;
  limit: number | null;
}

/** The budgets of these accounts as they stand at `at`; an account that no process has asked for has none. */
export async function listRequestBudgets(
  sql: Sql,
  accounts: readonly string[],
  at: string,
): Promise<RequestBudget[]> {
  const { rows } = await sql.query<RequestBudget>(
    `select account, requests_limit as "limit",
       case when reset_at > $2::timestamptz and not is_ahead then requests_left end as "left",
       case when is_ahead then 0 else (
         select coalesce(sum(value::bigint), 0)::bigint from jsonb_each_text(spent)
         where key::bigint > extract(epoch from $2::timestamptz)::float8 - 60) end as used
     from (
       select *, updated_at > $2::timestamptz + interval '60 seconds' as is_ahead
       from request_budgets where account = any($1::text[])) b`,
    [accounts, at],
  );
  return rows.map((row) => ({ ...row, left: leftOf(row) }));
}

/** Answers overtake each other: never more is said to be left than our own count leaves. */
function leftOf({ limit, left, used }: RequestBudget): number | null {
  return limit === null ? null : Math.min(left ?? limit, Math.max(0, limit - used));
}

async function openBudget(sql: Sql, { account, at }: At): Promise<void> {
  await sql.query(
    `insert into request_budgets (account, updated_at) values ($1, $2) on conflict do nothing`,
    [account, at],
  );
}
