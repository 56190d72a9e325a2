-- Signing in: sessions, one-time links, subjects of a host application, removed users, and the audit trail.
alter table users
  -- null: a subject of a host application, who never signs in with an address
  alter column email_key drop not null,
  add column password_changed_at timestamptz,
  -- set: nobody signs in as this user any more; the row stays for what hangs on it
  add column removed_at timestamptz,
  add column issuer text,
  add column subject text,
  -- what AUTH_WORKSPACE_CLAIM said; empty where the subject has a workspace of its own
  add column subject_workspace text;
drop index users_email_key;
create unique index users_email_key on users (email_key) where removed_at is null;
create unique index users_subject on users (issuer, subject, subject_workspace);

-- The workspace that a host application's claim names.
alter table workspaces
  add column issuer text,
  add column claim text;
create unique index workspaces_claim on workspaces (issuer, claim);

alter table access_tokens
  add column name text;
create index access_tokens_user on access_tokens (workspace_id, user_id);

create table sessions (
  workspace_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  -- SHA-256 of the cookie's key; the key itself is never stored
  key_hash bytea not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);
create unique index sessions_key_hash on sessions (key_hash);
create index sessions_user on sessions (workspace_id, user_id);

create table account_links (
  id uuid primary key,
  -- null: the set-up link, which is older than the first workspace
  workspace_id uuid references workspaces (id),
  kind text not null,
  -- SHA-256 of the link's key; the key itself is never stored
  key_hash bytea not null,
  -- whose password a reset link sets
  user_id uuid,
  -- whom an invitation is for
  email text,
  email_key text,
  role text,
  created_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade,
  constraint account_links_kind_known check (kind in ('setup', 'invitation', 'reset')),
  constraint account_links_role_known check (role in ('admin', 'member'))
);
create unique index account_links_key_hash on account_links (key_hash);
create index account_links_workspace on account_links (workspace_id, kind, id);

create table audit_log (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  at timestamptz not null,
  -- null: a command on the machine, or nobody who is known
  actor_id uuid,
  action text not null,
  -- id of what it was done to
  subject text,
  -- network address of the request
  address text,
  -- never a secret, never anybody's data
  detail jsonb not null default '{}',
  primary key (workspace_id, id)
);
create index audit_log_at on audit_log (at);
