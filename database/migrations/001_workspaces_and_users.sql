-- The tenant, its users and their script tokens.
create table workspaces (
  id uuid primary key,
  name text not null,
  -- number of the newest feed row; its row lock puts feed rows in commit order
  feed_number bigint not null default 0,
  created_at timestamptz not null
);

create table users (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  email text not null,
  -- trimmed and lower-cased: what sign-in and look-ups compare
  email_key text not null,
  name text,
  role text not null default 'member',
  password_hash text,
  -- made by the start for the environment's token, before anybody registered
  bootstrapped boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  constraint users_role_known check (role in ('admin', 'member'))
);
create unique index users_email_key on users (email_key);
create unique index users_id on users (id);

create table access_tokens (
  workspace_id uuid not null,
  -- the token's jti; the token itself is never stored
  id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);
create unique index access_tokens_id on access_tokens (id);
