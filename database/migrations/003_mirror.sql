-- The mirror of Calendly. No foreign keys between mirrored things: parents arrive late, and deleted
-- event types are not listed. Columns that a user writes (notes, title_override, client links) are
-- never named by a sync.
create table meetings (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  calendly_uri text not null,
  title text,
  status text not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  event_type_uri text,
  location jsonb,
  hosts jsonb not null default '[]',
  guests jsonb not null default '[]',
  invitees_total integer,
  invitees_active integer,
  invitees_limit integer,
  cancellation jsonb,
  notes_plain text,
  notes_html text,
  calendar_event jsonb,
  calendly_created_at timestamptz not null,
  source_updated_at timestamptz not null,
  raw jsonb not null,
  -- the exact JSON text where raw had to replace U+0000 or a lone surrogate
  raw_exact text,
  flags text[] not null default '{}',
  -- the staleness rule: what was written last, read when, from where
  core_hash text not null,
  full_hash text,
  observed_at timestamptz not null,
  observed_from text not null,
  -- invitees are complete for the list row whose fingerprint this is
  fingerprint text not null,
  invitees_fingerprint text,
  invitees_read_at timestamptz,
  -- first complete listing that should have shown the row and did not
  absent_since timestamptz,
  vanished_at timestamptz,
  -- written by users
  title_override text,
  notes text,
  notes_updated_at timestamptz,
  series_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  synced_at timestamptz not null,
  primary key (workspace_id, id),
  constraint meetings_status_known check (status in ('active', 'canceled'))
);
create unique index meetings_calendly_uri on meetings (workspace_id, calendly_uri);
create index meetings_start_time on meetings (workspace_id, start_time, id);
create index meetings_event_type on meetings (workspace_id, event_type_uri);

create table meeting_sightings (
  workspace_id uuid not null,
  connection_id uuid not null,
  meeting_id uuid not null,
  first_seen_at timestamptz not null,
  -- set by a complete listing of this connection without the meeting, cleared when it is back
  absent_since timestamptz,
  primary key (workspace_id, connection_id, meeting_id),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id),
  foreign key (workspace_id, meeting_id) references meetings (workspace_id, id)
);
create index meeting_sightings_meeting on meeting_sightings (workspace_id, meeting_id);

create table invitees (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  calendly_uri text not null,
  meeting_uri text not null,
  email text,
  -- folded in case and width: how people are compared
  email_key text,
  name text,
  first_name text,
  last_name text,
  status text not null,
  timezone text,
  answers jsonb not null default '[]',
  tracking jsonb,
  payment jsonb,
  no_show_uri text,
  no_show_at timestamptz,
  rescheduled boolean not null default false,
  old_invitee text,
  new_invitee text,
  cancellation jsonb,
  reconfirmation jsonb,
  scheduling_method text,
  text_reminder_number text,
  cancel_url text,
  reschedule_url text,
  routing_form_submission text,
  calendly_created_at timestamptz not null,
  source_updated_at timestamptz not null,
  raw jsonb not null,
  raw_exact text,
  flags text[] not null default '{}',
  core_hash text not null,
  full_hash text,
  observed_at timestamptz not null,
  observed_from text not null,
  vanished_at timestamptz,
  -- the person behind the invitee; link_pending marks work for the linker
  link_pending boolean not null default true,
  client_id uuid,
  link_rule text,
  link_evidence jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  constraint invitees_status_known check (status in ('active', 'canceled'))
);
create unique index invitees_calendly_uri on invitees (workspace_id, calendly_uri);
create index invitees_meeting on invitees (workspace_id, meeting_uri);
create index invitees_client on invitees (workspace_id, client_id) where client_id is not null;
create index invitees_email on invitees (workspace_id, email_key);
create index invitees_link_pending on invitees (workspace_id, id) where link_pending;

create table event_types (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  calendly_uri text not null,
  name text,
  active boolean,
  slug text,
  scheduling_url text,
  duration_minutes integer,
  kind text,
  pooling_type text,
  type text,
  owner_uri text,
  deleted_at timestamptz,
  calendly_created_at timestamptz,
  source_updated_at timestamptz,
  raw jsonb not null,
  raw_exact text,
  full_hash text not null,
  observed_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index event_types_calendly_uri on event_types (workspace_id, calendly_uri);

-- Items that could not be read: kept with their reason, the rest of the page went on.
create table set_aside (
  workspace_id uuid not null references workspaces (id),
  connection_id uuid not null,
  -- the item's URI, or a hash of its text where it has none
  item_key text not null,
  item_kind text not null,
  reason text not null,
  raw_text text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  times integer not null default 1,
  primary key (workspace_id, connection_id, item_key)
);
