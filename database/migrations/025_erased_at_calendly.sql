-- Addresses whose bookings Calendly has erased, until nothing else of them is left here: then they are erased too.
create table erasures_due (
  workspace_id uuid not null references workspaces (id),
  email_key text not null,
  noticed_at timestamptz not null,
  primary key (workspace_id, email_key)
);

do $$
begin
  perform calendly_sync_protect('erasures_due');
  perform calendly_sync_allow('erasures_due', false);
end $$;
