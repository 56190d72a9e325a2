-- Proofs: when a connection's rows were held against Calendly, and what differed.
create table drift_checks (
  workspace_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  -- 'daily' reads the whole listing and the invitees of one thirtieth of the meetings, the others all
  trigger text not null,
  -- when the proof began: nothing is proven of what came later
  checked_at timestamptz not null,
  -- whether everything could be read
  complete boolean not null,
  meetings_checked integer not null,
  invitees_checked integer not null,
  -- arrays of URIs; of objects {uri, fields}
  missing jsonb not null,
  extra jsonb not null,
  different jsonb not null,
  requests integer not null,
  -- what this proof found was mended after it; the next one says what is left
  repaired boolean not null default false,
  -- what kept the proof from being complete
  error_code text,
  error_message text,
  error_action text,
  primary key (workspace_id, id),
  foreign key (workspace_id, connection_id) references calendly_connections (workspace_id, id)
    on delete cascade,
  constraint drift_checks_trigger_known check (trigger in ('command', 'api', 'daily'))
);
create index drift_checks_newest on drift_checks (workspace_id, checked_at desc, id desc);
create index drift_checks_of_connection
  on drift_checks (workspace_id, connection_id, checked_at desc, id desc);
