-- Calendly accounts that users linked, what was learned of them, and their shared request budget.
create table calendly_connections (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  user_id uuid not null,
  kind text not null,
  scope text not null default 'user',
  -- where the token came from: 'environment' or 'user'
  origin text not null default 'user',
  -- sealed with the keyring, never in clear
  token_sealed text,
  -- keyed hash of the token, to notice a changed setting without opening it
  token_hash text,
  state text not null default 'active',
  -- null until the first answer of /users/me
  calendly_user_uri text,
  organization_uri text,
  name text,
  email text,
  timezone text,
  role text,
  plan text,
  stage text,
  -- how the listing is asked: 'organization', 'organization+user' or 'user'
  read_mode text,
  account_read_at timestamptz,
  last_started_at timestamptz,
  -- start of the last listing that was read to its end
  last_complete_at timestamptz,
  last_error_at timestamptz,
  error_code text,
  error_message text,
  error_action text,
  requests_limit integer,
  requests_left integer,
  requests_used integer,
  requests_seen_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, user_id) references users (workspace_id, id),
  constraint calendly_connections_state_known
    check (state in ('active', 'needs_reauth', 'forbidden', 'paused', 'disconnected')),
  constraint calendly_connections_scope_known check (scope in ('user', 'organization')),
  constraint calendly_connections_kind_known check (kind in ('token', 'oauth'))
);
create unique index calendly_connections_id on calendly_connections (id);
create unique index calendly_connections_account
  on calendly_connections (workspace_id, user_id, calendly_user_uri)
  where calendly_user_uri is not null and state <> 'disconnected';

-- Hosts and colleagues: never clients.
create table organization_members (
  workspace_id uuid not null references workspaces (id),
  organization_uri text not null,
  user_uri text not null,
  email text not null,
  email_key text not null,
  name text,
  role text not null,
  read_at timestamptz not null,
  primary key (workspace_id, organization_uri, user_uri)
);
create index organization_members_email on organization_members (workspace_id, email_key);
