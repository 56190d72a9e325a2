-- Work: runs, the listing a run is in, the reads it still owes, the schedule's slots, the feed.
create table sync_runs (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  connection_id uuid not null,
  trigger text not null,
  kind text not null default 'sync',
  full_range boolean not null default false,
  state text not null,
  created integer not null default 0,
  updated integer not null default 0,
  canceled integer not null default 0,
  unchanged integer not null default 0,
  vanished integer not null default 0,
  requests integer not null default 0,
  error_class text,
  error_code text,
  error_message text,
  error_action text,
  -- who works on it: host and process; a write of another owner is refused
  owner text,
  lease_until timestamptz,
  queued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id),
  constraint sync_runs_state_known check (state in ('queued', 'running', 'done', 'partial', 'failed'))
);
create unique index sync_runs_id on sync_runs (id);
-- never two runs of one connection at once; a second request joins the first
create unique index sync_runs_one_open on sync_runs (workspace_id, connection_id)
  where state in ('queued', 'running');
create index sync_runs_open on sync_runs (state, queued_at) where state in ('queued', 'running');
create index sync_runs_newest on sync_runs (workspace_id, queued_at desc, id desc);

-- Where a listing stands. It moves in the transaction of the page that it speaks of.
create table listings (
  workspace_id uuid not null,
  connection_id uuid not null,
  tier text not null,
  min_start_time timestamptz not null,
  max_start_time timestamptz not null,
  started_at timestamptz not null,
  -- resume from here after a crash or a refused page token
  last_start_time timestamptz,
  pages integer not null default 0,
  -- read in more than one piece: complete, but no evidence that something is absent
  pieced boolean not null default false,
  primary key (workspace_id, connection_id, tier),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id)
);

-- Reads that are owed: invitees of a meeting, one meeting, one event type.
create table queued_reads (
  workspace_id uuid not null,
  connection_id uuid not null,
  kind text not null,
  uri text not null,
  reason text not null,
  priority integer not null default 0,
  attempts integer not null default 0,
  next_try_at timestamptz not null,
  queued_at timestamptz not null,
  last_error text,
  primary key (workspace_id, connection_id, kind, uri),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id),
  constraint queued_reads_kind_known check (kind in ('invitees', 'meeting', 'event_type'))
);
create index queued_reads_next on queued_reads (workspace_id, connection_id, priority, next_try_at);

create table schedule_slots (
  name text not null,
  slot timestamptz not null,
  claimed_by text not null,
  claimed_at timestamptz not null,
  primary key (name, slot)
);

-- Processes that are alive: their schedulers answer for /scheduler/status.
create table processes (
  id text primary key,
  host text not null,
  pid integer not null,
  scheduler boolean not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);

-- What changed, numbered per workspace in commit order.
create table feed (
  workspace_id uuid not null references workspaces (id),
  number bigint not null,
  at timestamptz not null,
  event text not null,
  subject_id uuid not null,
  data jsonb not null default '{}',
  primary key (workspace_id, number)
);

-- Facts that one installation keeps about itself.
create table installation (
  key text primary key,
  value jsonb not null
);
