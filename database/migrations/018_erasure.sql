-- People who asked to be forgotten: a keyed hash of each address, so that nothing Calendly says of bookings made
-- before brings them back. The key stays with the rows: a restored backup knows them too.
create table suppressions (
  workspace_id uuid not null references workspaces (id),
  email_hash bytea not null,
  erased_at timestamptz not null,
  primary key (workspace_id, email_hash)
);

do $$
begin
  insert into installation (key, value)
  values ('suppression_key', to_jsonb(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')))
  on conflict do nothing;
  perform calendly_sync_protect('suppressions');
  perform calendly_sync_allow('suppressions', false);
end $$;

-- since when the texts of a meeting are left out, because they spoke of somebody who was erased
alter table meetings add column redacted_at timestamptz;
