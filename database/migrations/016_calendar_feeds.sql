-- Calendar feeds: one unguessable link for each user who wants one. Only hashes of the links are kept.
create table calendar_feeds (
  workspace_id uuid not null,
  user_id uuid not null,
  key_hash bytea not null,
  created_at timestamptz not null,
  primary key (workspace_id, user_id),
  foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);
create unique index calendar_feeds_key_hash on calendar_feeds (key_hash);

do $$
begin
  perform calendly_sync_protect('calendar_feeds');
  perform calendly_sync_allow('calendar_feeds', true);
end $$;
