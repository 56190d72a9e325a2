-- What all processes together sent to Calendly, one row for each Calendly user. No tenant's table: the same user
-- may be linked in several workspaces, and Calendly counts the requests of all of them together.
create table request_budgets (
  -- the Calendly user's URI
  account text primary key,
  -- as Calendly's headers last said it, and when that was
  requests_limit integer,
  requests_left integer,
  reset_at timestamptz,
  heard_at timestamptz,
  -- ours of the minute before heard_at: what is left and this do not make up the limit where others use Calendly too
  used_when_heard integer not null default 0,
  -- Calendly refused, or said that nothing is left
  shut_until timestamptz,
  -- requests granted to processes, by the second (since 1970) in which each may be sent at the latest, for the
  -- last minute. A count of the calendar's minute would let twice the share pass around its end.
  spent jsonb not null default '{}',
  updated_at timestamptz not null
);
