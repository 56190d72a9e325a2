-- Accounts that users link themselves: what Calendly allows each, the user's own pause, and "Connect with Calendly".
-- a pause of the user's outlives a restart; one that the environment made ends with its cause
alter table calendly_connections add column paused_by_user boolean not null default false;
-- CALENDLY_SCOPE when it was last taken up: only another one overrules what a user chose since
alter table calendly_connections add column environment_scope text;
-- what Calendly allowed when it was last looked at: account, role, plan and each scope, with what a gap costs
alter table calendly_connections add column preflight jsonb;
-- of OAuth: the refresh token is good for one use, so the pair is written together, before either is used
alter table calendly_connections add column refresh_sealed text;
alter table calendly_connections add column access_expires_at timestamptz;
-- when tokens were asked for in the last minute: Calendly allows eight
alter table calendly_connections add column token_requests timestamptz[] not null default '{}';

-- Authorizations that were begun at Calendly: good once, for ten minutes, for the user who began.
create table oauth_states (
  workspace_id uuid not null,
  -- of the random text that Calendly hands back; the text itself is never kept
  state_hash text not null,
  user_id uuid not null,
  -- the session that began it, and has to end it; null where a script's token did
  session_id uuid,
  -- PKCE verifier
  verifier_sealed text not null,
  scope text not null,
  redirect_uri text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (workspace_id, state_hash),
  foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade,
  constraint oauth_states_scope_known check (scope in ('user', 'organization'))
);
create unique index oauth_states_hash on oauth_states (state_hash);
create index oauth_states_user on oauth_states (workspace_id, user_id, created_at);
