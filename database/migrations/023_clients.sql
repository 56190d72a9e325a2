-- Who was it: what a link of person and client rests on, what waits for a person to decide, who is nobody's client, and
-- what a merge has moved, so that a split can undo it.

alter table meeting_guests add column link_evidence jsonb;

alter table client_emails
  -- booking: came with a meeting; user: typed in; phone, series: learned because something else told who it is;
  -- review: decided in the queue
  add column origin text not null default 'booking',
  -- a function in a condition would hide the index from row-level security
  add column domain text generated always as (split_part(email_key, '@', 2)) stored,
  add constraint client_emails_origin_known
    check (origin in ('booking', 'user', 'phone', 'series', 'review'));
create index client_emails_domain on client_emails (workspace_id, domain);

alter table clients
  add column name_key text generated always as (lower(btrim(name))) stored;
create index clients_name on clients (workspace_id, name_key);

create table client_phones (
  workspace_id uuid not null,
  client_id uuid not null,
  -- E.164
  phone text not null,
  origin text not null,
  created_at timestamptz not null,
  -- a user took it away: it does not come back with the next meeting
  removed_at timestamptz,
  primary key (workspace_id, client_id, phone),
  foreign key (workspace_id, client_id) references clients (workspace_id, id) on delete cascade,
  constraint client_phones_origin_known check (origin in ('booking', 'user'))
);
create index client_phones_phone on client_phones (workspace_id, phone);
insert into client_phones (workspace_id, client_id, phone, origin, created_at)
select workspace_id, id, phone, 'user', created_at from clients, unnest(phones) as phone
on conflict do nothing;
alter table clients drop column phones;

-- Addresses and domains that are nobody's client, as users and admins say.
create table blocked_addresses (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  kind text not null,
  -- folded; a domain without @
  value text not null,
  created_at timestamptz not null,
  created_by uuid,
  primary key (workspace_id, id),
  constraint blocked_addresses_kind_known check (kind in ('address', 'domain'))
);
create unique index blocked_addresses_value on blocked_addresses (workspace_id, kind, value);

-- Who could be one of several: nobody guesses, a person decides.
create table client_reviews (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  -- whoever books with this address, or else one invitee
  email_key text,
  invitee_id uuid,
  reason text not null,
  evidence jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  constraint client_reviews_of_one check ((email_key is null) <> (invitee_id is null))
);
create unique index client_reviews_address on client_reviews (workspace_id, email_key)
  where email_key is not null;
create unique index client_reviews_invitee on client_reviews (workspace_id, invitee_id)
  where invitee_id is not null;
create index invitees_in_review on invitees (workspace_id, email_key) where link_rule = 'review';
create index invitees_old_invitee on invitees (workspace_id, old_invitee) where old_invitee is not null;

-- What a merge has moved. The merged client's row is gone; a split makes it again from here.
create table client_merges (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  from_id uuid not null,
  into_id uuid not null,
  merged_at timestamptz not null,
  -- keys of the addresses and numbers that the merged client had
  emails text[] not null,
  phones jsonb not null,
  -- links made by hand and documents; all other links follow the addresses
  invitees uuid[] not null,
  documents uuid[] not null,
  from_before jsonb not null,
  into_before jsonb not null,
  into_after jsonb not null,
  primary key (workspace_id, id)
);

do $$
declare
  named text;
begin
  foreach named in array array['client_phones', 'blocked_addresses', 'client_reviews', 'client_merges'] loop
    perform calendly_sync_protect(named);
    perform calendly_sync_allow(named, false);
  end loop;
end $$;

-- MEMBERS_SEE=own, asked for by functions as in 017.
create function calendly_sync_sees_person(workspace uuid, key text, invitee uuid) returns boolean
language plpgsql stable as $$
begin
  return exists (select 1 from invitees i where i.workspace_id = workspace and i.email_key = key)
    or exists (select 1 from invitees i where i.workspace_id = workspace and i.id = invitee);
end $$;

create policy own_rows on client_phones as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_client(workspace_id, client_id));

create policy own_rows on client_reviews as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_person(workspace_id, email_key, invitee_id));

create policy own_rows on client_merges as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_client(workspace_id, into_id));

-- Search. ILIKE is not leakproof, so behind row-level security no index serves it. What is searched therefore lies in
-- tables of its own, which nobody may read: triggers write them, and two functions look through them, in the rows of
-- the workspace that the transaction says it is for. What they find is read behind the wall like everything else.
-- (of_workspace and not workspace_id: these are not behind the wall, they are shut.)
create table meeting_texts (
  of_workspace uuid not null,
  -- the meeting's or invitee's
  id uuid not null,
  meeting_uri text not null,
  body text not null,
  primary key (of_workspace, id)
);
create table client_texts (
  of_workspace uuid not null,
  client_id uuid not null,
  -- which of the client's texts: its name, an address, a number
  part text not null,
  body text not null,
  primary key (of_workspace, client_id, part)
);
-- what has no title of its own goes by its event type's name
create index meetings_untitled on meetings (workspace_id, event_type_uri)
  where title_override is null and nullif(btrim(title), '') is null;

create function calendly_sync_text_of_invitee(name text, email text, answers jsonb) returns text
language sql immutable as $$
  select concat_ws(chr(10), name, email,
    (select string_agg(a ->> 'answer', chr(10)) from jsonb_array_elements(answers) a))
$$;

create function calendly_sync_meetings_made() returns trigger language plpgsql security definer as $$
begin
  insert into meeting_texts (of_workspace, id, meeting_uri, body)
  select workspace_id, id, calendly_uri, coalesce(title_override, title, '') from made
  on conflict (of_workspace, id) do update set body = excluded.body;
  return null;
end $$;

create function calendly_sync_meeting_changed() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'DELETE' then
    delete from meeting_texts where of_workspace = old.workspace_id and id = old.id;
  else
    update meeting_texts set body = coalesce(new.title_override, new.title, '')
    where of_workspace = new.workspace_id and id = new.id;
  end if;
  return null;
end $$;

create function calendly_sync_invitees_made() returns trigger language plpgsql security definer as $$
begin
  insert into meeting_texts (of_workspace, id, meeting_uri, body)
  select workspace_id, id, meeting_uri, calendly_sync_text_of_invitee(name, email, answers) from made
  on conflict (of_workspace, id) do update set meeting_uri = excluded.meeting_uri, body = excluded.body;
  return null;
end $$;

create function calendly_sync_invitee_changed() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'DELETE' then
    delete from meeting_texts where of_workspace = old.workspace_id and id = old.id;
  else
    update meeting_texts set meeting_uri = new.meeting_uri,
      body = calendly_sync_text_of_invitee(new.name, new.email, new.answers)
    where of_workspace = new.workspace_id and id = new.id;
  end if;
  return null;
end $$;

-- clients, client_emails and client_phones; tg_argv: the part's prefix
create function calendly_sync_client_text() returns trigger language plpgsql security definer as $$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  owner constant text := case when tg_argv[0] = 'name' then 'id' else 'client_id' end;
  value constant text := tg_argv[1];
begin
  if before is not null then
    delete from client_texts where of_workspace = (before ->> 'workspace_id')::uuid
      and client_id = (before ->> owner)::uuid
      and part = tg_argv[0] || case when tg_argv[0] = 'name' then '' else before ->> value end;
  end if;
  if after ->> value is not null and after ->> 'removed_at' is null then
    insert into client_texts (of_workspace, client_id, part, body)
    values ((after ->> 'workspace_id')::uuid, (after ->> owner)::uuid,
      tg_argv[0] || case when tg_argv[0] = 'name' then '' else after ->> value end, after ->> value)
    on conflict (of_workspace, client_id, part) do update set body = excluded.body;
  end if;
  return null;
end $$;

create trigger text_made after insert on meetings referencing new table as made
  for each statement execute function calendly_sync_meetings_made();
create trigger text_changed after update of title, title_override on meetings for each row
  when (coalesce(old.title_override, old.title) is distinct from coalesce(new.title_override, new.title))
  execute function calendly_sync_meeting_changed();
create trigger text_gone after delete on meetings for each row execute function calendly_sync_meeting_changed();
create trigger text_made after insert on invitees referencing new table as made
  for each statement execute function calendly_sync_invitees_made();
create trigger text_changed after update of name, email, answers, meeting_uri on invitees for each row
  when ((old.name, old.email, old.answers, old.meeting_uri)
    is distinct from (new.name, new.email, new.answers, new.meeting_uri))
  execute function calendly_sync_invitee_changed();
create trigger text_gone after delete on invitees for each row execute function calendly_sync_invitee_changed();
create trigger text_of_name after insert or delete or update of name on clients
  for each row execute function calendly_sync_client_text('name', 'name');
create trigger text_of_address after insert or delete or update of client_id, email on client_emails
  for each row execute function calendly_sync_client_text('address ', 'email');
create trigger text_of_phone after insert or delete or update of client_id, removed_at on client_phones
  for each row execute function calendly_sync_client_text('phone ', 'phone');

-- Meetings in which one of the patterns is found, in the order of their start, after a place in it.
create function calendly_sync_find_meetings(
  pattern text, newest_first boolean, after_time timestamptz, after_id uuid, earliest timestamptz, latest timestamptz,
  most integer
) returns table (start_time timestamptz, id uuid)
language plpgsql stable security definer as $find$
begin
  -- planned for this very pattern: how rare it is decides how it is looked for
  return query execute format($query$
    with own as (select nullif(current_setting('calendly_sync.workspace', true), '')::uuid as id),
    found as (
      select t.meeting_uri from meeting_texts t
      where t.of_workspace = (select o.id from own o) and t.body ilike %1$L
      union
      select m.calendly_uri from meetings m
      left join event_types e on e.workspace_id = m.workspace_id and e.calendly_uri = m.event_type_uri
      where m.workspace_id = (select o.id from own o) and m.title_override is null and nullif(btrim(m.title), '') is null
        and coalesce(nullif(btrim(e.name), ''), 'Meeting') ilike %1$L
    )
    select m.start_time, m.id from found f
    join meetings m on m.workspace_id = (select o.id from own o) and m.calendly_uri = f.meeting_uri
    where ($4::timestamptz is null or m.start_time >= $4) and ($5::timestamptz is null or m.start_time < $5)
      and ($1::timestamptz is null or case when $3 then (m.start_time, m.id) < ($1, $2) else (m.start_time, m.id) > ($1, $2) end)
    order by m.start_time %2$s, m.id %2$s limit $6$query$, pattern, case when newest_first then 'desc' else 'asc' end)
  using after_time, after_id, newest_first, earliest, latest, most;
end $find$;

-- Clients in whose name, addresses or numbers the pattern is found, newest first, after a place in that order.
create function calendly_sync_find_clients(pattern text, after_id uuid, most integer) returns table (id uuid)
language plpgsql stable security definer as $find$
begin
  return query execute format($query$
    select distinct t.client_id from client_texts t
    where t.of_workspace = nullif(current_setting('calendly_sync.workspace', true), '')::uuid and t.body ilike %L
      and ($1::uuid is null or t.client_id < $1)
    order by t.client_id desc limit $2$query$, pattern)
  using after_id, most;
end $find$;

do $$
declare
  called text;
  trigram text;
begin
  -- whoever calls them, they mean these tables
  for called in
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace = current_schema()::regnamespace and p.prosecdef
      and p.proname in ('calendly_sync_meetings_made', 'calendly_sync_meeting_changed', 'calendly_sync_invitees_made',
        'calendly_sync_invitee_changed', 'calendly_sync_client_text', 'calendly_sync_find_meetings',
        'calendly_sync_find_clients')
  loop
    execute format('alter function %s set search_path = %I, pg_temp', called, current_schema());
  end loop;
  -- of the functions only the two that look are for anybody, and nobody outside needs them
  foreach called in array array[
    'calendly_sync_find_meetings(text, boolean, timestamptz, uuid, timestamptz, timestamptz, integer)',
    'calendly_sync_find_clients(text, uuid, integer)'
  ] loop
    execute format('revoke all on function %s from public', called);
    if exists (select 1 from pg_roles where rolname = 'calendly_sync_app') then
      execute format('grant execute on function %s to calendly_sync_app', called);
    end if;
  end loop;
  -- without the extension everything is found too, more slowly: the embedded database has none
  begin
    create extension if not exists pg_trgm;
  exception when insufficient_privilege or undefined_file or feature_not_supported or duplicate_object
    or unique_violation or invalid_schema_name then
    null;
  end;
  select quote_ident(n.nspname) into trigram from pg_extension x
  join pg_namespace n on n.oid = x.extnamespace where x.extname = 'pg_trgm';
  if trigram is not null then
    execute format('create index meeting_texts_body on meeting_texts using gin (body %s.gin_trgm_ops)', trigram);
    execute format('create index client_texts_body on client_texts using gin (body %s.gin_trgm_ops)', trigram);
  end if;
end $$;

insert into meeting_texts (of_workspace, id, meeting_uri, body)
select workspace_id, id, calendly_uri, coalesce(title_override, title, '') from meetings;
insert into meeting_texts (of_workspace, id, meeting_uri, body)
select workspace_id, id, meeting_uri, calendly_sync_text_of_invitee(name, email, answers) from invitees;
insert into client_texts (of_workspace, client_id, part, body)
select workspace_id, id, 'name', name from clients where name is not null
union all select workspace_id, client_id, 'address ' || email, email from client_emails
union all select workspace_id, client_id, 'phone ' || phone, phone from client_phones where removed_at is null;
