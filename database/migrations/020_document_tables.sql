-- The two document tables of the older design. Where an older program left them they stay as they are; 021 makes
-- one of them. Tables of these names that are not of that design belong to somebody else and are left alone.
do $$
declare
  strangers text;
begin
  select string_agg(wanted.name, ', ' order by wanted.name) into strangers
  from (values ('client_documents', 'client_id'), ('meeting_documents', 'meeting_id')) wanted (name, link)
  where to_regclass(wanted.name) is not null and 8 <> (
    select count(*) from pg_attribute a
    where a.attrelid = to_regclass(wanted.name) and a.attnum > 0 and not a.attisdropped
      and (a.attname in ('file_name', 'storage_path', 'uploaded_at', 'is_deleted')
        or (a.attname = 'metadata' and a.atttypid = 'jsonb'::regtype)
        or (a.attname in ('id', 'uploaded_by', wanted.link) and a.atttypid = 'uuid'::regtype)));
  if strangers is not null then
    raise exception using errcode = 'duplicate_table',
      message = 'Tables of another program are in the way: ' || strangers;
  end if;
end $$;

create table if not exists client_documents (
  id uuid primary key default gen_random_uuid(),
  client_id uuid,
  file_name text not null,
  original_name text,
  file_type text,
  file_category text not null default 'other'
    constraint client_documents_file_category_check
    check (file_category in ('image', 'document', 'audio', 'video', 'other')),
  file_size bigint,
  storage_path text not null,
  storage_bucket text,
  uploaded_by uuid,
  uploaded_at timestamptz not null default now(),
  is_deleted boolean not null default false,
  deleted_at timestamptz,
  metadata jsonb not null default '{}'
);

create table if not exists meeting_documents (
  id uuid primary key default gen_random_uuid(),
  meeting_id uuid,
  file_name text not null,
  original_name text,
  file_type text,
  file_category text not null default 'other'
    constraint meeting_documents_file_category_check
    check (file_category in ('image', 'document', 'audio', 'video', 'other')),
  file_size bigint,
  storage_path text not null,
  storage_bucket text,
  uploaded_by uuid,
  uploaded_at timestamptz not null default now(),
  is_deleted boolean not null default false,
  deleted_at timestamptz,
  metadata jsonb not null default '{}'
);
