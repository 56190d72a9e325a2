-- Deliveries as received, and the subscriptions that they come through.
create table webhook_subscriptions (
  workspace_id uuid not null,
  -- also the last segment of the callback's path
  id uuid not null,
  connection_id uuid not null,
  -- events that Calendly wants in a subscription of their own: 'core', 'routing'
  family text not null,
  -- null until Calendly has answered
  calendly_uri text,
  callback_url text not null,
  scope text not null,
  events text[] not null,
  key_sealed text not null,
  -- creating: asked for, not answered yet; live: deliveries are expected; retiring: replaced, its key still
  -- counts for what is under way; ended: no longer accepted
  state text not null,
  calendly_state text,
  retry_started_at timestamptz,
  last_delivery_at timestamptz,
  -- why it could not be made or was replaced, in words
  note text,
  created_at timestamptz not null,
  checked_at timestamptz,
  ended_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id),
  constraint webhook_subscriptions_state_known check (state in ('creating', 'live', 'retiring', 'ended'))
);
create unique index webhook_subscriptions_id on webhook_subscriptions (id);
create unique index webhook_subscriptions_one_live
  on webhook_subscriptions (workspace_id, connection_id, family) where state in ('creating', 'live');

-- Why a connection has no subscription of a family, so that it is not asked for in every cycle.
create table webhook_refusals (
  workspace_id uuid not null,
  connection_id uuid not null,
  family text not null,
  code text not null,
  message text not null,
  refused_at timestamptz not null,
  primary key (workspace_id, connection_id, family),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id)
);

-- Each delivery is its own job. The exact bytes are kept; the same bytes again are one row.
create table webhook_deliveries (
  workspace_id uuid not null,
  id uuid not null,
  -- null: the path without id, with the key from the settings
  subscription_id uuid,
  connection_id uuid not null,
  body bytea not null,
  body_sha256 bytea not null,
  headers jsonb not null,
  received_at timestamptz not null,
  -- the signature's own time
  signed_at timestamptz,
  -- how often these very bytes came
  times integer not null default 1,
  event text,
  state text not null default 'received',
  reason text,
  flags text[] not null default '{}',
  attempts integer not null default 0,
  next_try_at timestamptz not null,
  worked_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id),
  constraint webhook_deliveries_state_known
    check (state in ('received', 'done', 'ignored', 'quarantined', 'dead'))
);
create unique index webhook_deliveries_id on webhook_deliveries (id);
create unique index webhook_deliveries_bytes
  on webhook_deliveries (workspace_id, connection_id, body_sha256);
create index webhook_deliveries_due on webhook_deliveries (next_try_at, id) where state = 'received';
create index webhook_deliveries_newest on webhook_deliveries (workspace_id, id desc);

-- Submissions of routing forms, as deliveries bring them.
create table routing_form_submissions (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  calendly_uri text not null,
  routing_form_uri text,
  submitter_uri text,
  calendly_created_at timestamptz,
  source_updated_at timestamptz,
  raw jsonb not null,
  raw_exact text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index routing_form_submissions_calendly_uri
  on routing_form_submissions (workspace_id, calendly_uri);

-- One invitee can be owed too: a delivery about a single person of a large meeting costs one request.
alter table queued_reads drop constraint queued_reads_kind_known;
alter table queued_reads add constraint queued_reads_kind_known
  check (kind in ('invitees', 'invitee', 'meeting', 'event_type'));
create index queued_reads_due on queued_reads (next_try_at) where reason = 'delivered';
