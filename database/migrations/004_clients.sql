-- One person across meetings. The e-mail key is unique: two processes meeting a new person make one.
create table clients (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  name text,
  -- set once a user changed the name; a sync then leaves it alone
  name_edited_at timestamptz,
  phones text[] not null default '{}',
  notes text,
  tags text[] not null default '{}',
  source text not null default 'calendly',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);

create table client_emails (
  workspace_id uuid not null references workspaces (id),
  email_key text not null,
  email text not null,
  client_id uuid not null,
  created_at timestamptz not null,
  primary key (workspace_id, email_key),
  foreign key (workspace_id, client_id) references clients (workspace_id, id)
    deferrable initially deferred
);
create index client_emails_client on client_emails (workspace_id, client_id);

-- Addresses that host or hosted meetings here: never clients.
create table host_addresses (
  workspace_id uuid not null references workspaces (id),
  email_key text not null,
  primary key (workspace_id, email_key)
);

create table meeting_guests (
  workspace_id uuid not null,
  meeting_id uuid not null,
  email_key text not null,
  email text not null,
  client_id uuid,
  link_rule text,
  link_pending boolean not null default true,
  created_at timestamptz not null,
  primary key (workspace_id, meeting_id, email_key),
  foreign key (workspace_id, meeting_id) references meetings (workspace_id, id)
);
create index meeting_guests_client on meeting_guests (workspace_id, client_id)
  where client_id is not null;
create index meeting_guests_link_pending on meeting_guests (workspace_id, meeting_id)
  where link_pending;

alter table invitees add constraint invitees_client_known
  foreign key (workspace_id, client_id) references clients (workspace_id, id);
