-- A wall between workspaces that stands whatever a query asks for. Every transaction takes the role
-- calendly_sync_app and says whose rows it wants: set local calendly_sync.workspace = '…'. What looks across
-- workspaces (sign-in, intake of deliveries, the scheduler, an operator's commands) takes the role
-- calendly_sync_system, which may not touch what people said and wrote.
-- Where these roles cannot be made or taken, the owner itself stands behind the wall (FORCE), and
-- calendly_sync.system = 'on' is how it looks across.

do $$
declare
  wanted text;
  -- before 16 membership was all there was to taking a role
  taking constant text :=
    case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end;
begin
  foreach wanted in array array['calendly_sync_app', 'calendly_sync_system'] loop
    begin
      -- roles belong to the whole cluster: another database's migration may have made them, now or long ago
      if not exists (select 1 from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
      end if;
    exception when insufficient_privilege or duplicate_object or unique_violation then
      null;
    end;
    begin
      if not (pg_has_role(current_user, wanted, taking) and pg_has_role(current_user, wanted, 'USAGE')) then
        execute format('grant %I to %I', wanted, current_user);
      end if;
      execute format('grant usage on schema %I to %I', current_schema(), wanted);
    -- undefined_object: it could not be made; internal_error: another migration grants it at this moment
    exception when insufficient_privilege or undefined_object or internal_error then
      null;
    end;
  end loop;
end $$;

-- What is behind the wall; a start looks whether it still is.
create table walled_tables (
  name text primary key,
  -- the column that says whose a row is
  key text not null
);

-- Puts a table behind the wall, or back behind it.
create function calendly_sync_protect(named text, key text default 'workspace_id') returns void
language plpgsql as $$
#variable_conflict use_variable
declare
  owner name := (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner
                 where c.oid = to_regclass(format('%I', named)));
begin
  insert into walled_tables (name, key) values (named, key) on conflict do nothing;
  execute format('alter table %I enable row level security, force row level security', named);
  execute format('drop policy if exists workspace_rows on %I', named);
  execute format(
    'create policy workspace_rows on %I using (%I = nullif(current_setting(''calendly_sync.workspace'', true), '''')::uuid)',
    named, key);
  execute format('drop policy if exists owner_rows on %I', named);
  execute format(
    'create policy owner_rows on %I to %I using (current_setting(''calendly_sync.system'', true) = ''on'')',
    named, owner);
  if exists (select 1 from pg_roles where rolname = 'calendly_sync_system') then
    execute format('drop policy if exists system_rows on %I', named);
    execute format('create policy system_rows on %I to calendly_sync_system using (true)', named);
  end if;
end $$;

-- Lets the app's role use a table, and the system's role where it has to.
create function calendly_sync_allow(named text, for_system boolean) returns void
language plpgsql as $$
begin
  if exists (select 1 from pg_roles where rolname = 'calendly_sync_app') then
    execute format('grant select, insert, update, delete on %I to calendly_sync_app', named);
  end if;
  if for_system and exists (select 1 from pg_roles where rolname = 'calendly_sync_system') then
    execute format('grant select, insert, update, delete on %I to calendly_sync_system', named);
  end if;
end $$;

do $$
declare
  named text;
begin
  perform calendly_sync_protect('workspaces', 'id');
  perform calendly_sync_allow('workspaces', true);
  -- what jobs, intake and sign-in look at across workspaces
  foreach named in array array[
    'users', 'access_tokens', 'sessions', 'account_links', 'audit_log', 'oauth_states',
    'calendly_connections', 'organization_members', 'webhook_subscriptions', 'webhook_refusals',
    'webhook_deliveries', 'sync_runs', 'queued_reads', 'drift_checks', 'feed', 'listings', 'listing_tiers'
  ] loop
    perform calendly_sync_protect(named);
    perform calendly_sync_allow(named, true);
  end loop;
  -- what people said and wrote
  foreach named in array array[
    'meetings', 'meeting_sightings', 'meeting_guests', 'invitees', 'event_types', 'set_aside', 'clients',
    'client_emails', 'host_addresses', 'routing_form_submissions'
  ] loop
    perform calendly_sync_protect(named);
    perform calendly_sync_allow(named, false);
  end loop;
  -- nobody's: the installation's own
  foreach named in array array['schedule_slots', 'processes', 'installation', 'request_budgets'] loop
    perform calendly_sync_allow(named, true);
  end loop;
end $$;
