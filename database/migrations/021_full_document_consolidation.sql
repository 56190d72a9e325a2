-- All documents in one table, client_documents: of a client, of a meeting, of both or of nobody yet. What was in
-- meeting_documents is moved here with its origin. Runs where that table is missing, and again after itself.

create table if not exists client_documents (
  id uuid primary key default gen_random_uuid(),
  client_id uuid,
  file_name text not null,
  original_name text,
  file_type text,
  file_category text not null default 'other',
  file_size bigint,
  storage_path text not null,
  storage_bucket text,
  uploaded_by uuid,
  uploaded_at timestamptz not null default now(),
  is_deleted boolean not null default false,
  deleted_at timestamptz,
  metadata jsonb not null default '{}'
);

alter table client_documents
  add column if not exists meeting_id uuid,
  add column if not exists upload_source text;
alter table client_documents
  alter column client_id drop not null,
  alter column meeting_id drop not null;

-- Off with every rule of the older design: a cascade from meetings or clients took documents with it, and
-- what it called a category or a unique path need not hold for what is moved. The key stays, and so do rules on
-- columns that came later.
do $$
declare
  old record;
begin
  for old in
    select o.conrelid::regclass as named, o.conname from pg_constraint o
    where o.conrelid = to_regclass('client_documents') and o.contype in ('f', 'c', 'u', 'x')
      and (o.confrelid = to_regclass('meetings') or not exists (
        select 1 from pg_attribute a
        where a.attrelid = o.conrelid and a.attnum = any (o.conkey) and a.attname not in
          ('id', 'client_id', 'meeting_id', 'file_name', 'original_name', 'file_type', 'file_category', 'file_size',
           'storage_path', 'storage_bucket', 'uploaded_by', 'uploaded_at', 'is_deleted', 'deleted_at', 'metadata',
           'upload_source')))
  loop
    execute format('alter table %s drop constraint %I', old.named, old.conname);
  end loop;
end $$;

do $$
begin
  -- where row-level security holds the owner back too, this transaction is to see and write all rows
  perform set_config('calendly_sync.system', 'on', true);

  if to_regclass('meeting_documents') is not null then
    -- an older program that still runs writes its row before or after, never in between
    lock table meeting_documents in access exclusive mode;
    insert into client_documents (
      id, client_id, meeting_id, file_name, original_name, file_type, file_category, file_size, storage_path,
      storage_bucket, uploaded_by, uploaded_at, is_deleted, deleted_at, upload_source, metadata)
    select
      -- the same id in both tables: two documents, and the first one keeps it
      case when exists (select 1 from client_documents c where c.id = m.id) then gen_random_uuid() else m.id end,
      null, m.meeting_id, coalesce(m.file_name, m.original_name, 'document'), m.original_name, m.file_type,
      coalesce(m.file_category, 'other'), m.file_size, coalesce(m.storage_path, ''), m.storage_bucket,
      m.uploaded_by, coalesce(m.uploaded_at, m.deleted_at, 'epoch'), coalesce(m.is_deleted, m.deleted_at is not null), m.deleted_at,
      'migrated',
      case when jsonb_typeof(m.metadata) = 'object' then m.metadata else '{}' end ||
        -- whole, columns that only this installation had included
        jsonb_build_object('migrated_from', to_jsonb(m) || jsonb_build_object('table', 'meeting_documents'))
    from meeting_documents m;
    delete from meeting_documents;
    begin
      drop table meeting_documents;
    exception when dependent_objects_still_exist then
      -- somebody's view reads it: it stays, empty
      null;
    end;
  end if;

  update client_documents set upload_source = 'unknown'
  where upload_source is null or upload_source not in
    ('meetings_page', 'clients_page', 'manual', 'api', 'migrated', 'unknown');
  update client_documents
  set metadata = case
        when jsonb_typeof(metadata) = 'object' then metadata
        when jsonb_typeof(metadata) <> 'null' then jsonb_build_object('metadata', metadata)
        else '{}'
      end,
      is_deleted = coalesce(is_deleted, deleted_at is not null),
      uploaded_at = coalesce(uploaded_at, deleted_at, 'epoch')
  where metadata is null or jsonb_typeof(metadata) <> 'object' or is_deleted is null or uploaded_at is null;
  update client_documents
  set metadata = metadata || jsonb_build_object('older_category', file_category), file_category = 'other'
  where file_category is null or file_category not in ('image', 'document', 'audio', 'video', 'other');
end $$;

alter table client_documents
  alter column id set default gen_random_uuid(),
  alter column uploaded_at set default now(),
  alter column uploaded_at set not null,
  alter column upload_source set default 'unknown',
  alter column upload_source set not null,
  alter column file_category set default 'other',
  alter column file_category set not null,
  alter column is_deleted set default false,
  alter column is_deleted set not null,
  alter column metadata set default '{}',
  alter column metadata set not null,
  add constraint client_documents_upload_source_known
    check (upload_source in ('meetings_page', 'clients_page', 'manual', 'api', 'migrated', 'unknown')),
  add constraint client_documents_file_category_known
    check (file_category in ('image', 'document', 'audio', 'video', 'other'));

create index if not exists client_documents_client
  on client_documents (client_id, uploaded_at desc, id desc) where client_id is not null;
create index if not exists client_documents_meeting
  on client_documents (meeting_id, uploaded_at desc, id desc) where meeting_id is not null;
create index if not exists client_documents_uploaded_at
  on client_documents (uploaded_at desc, id desc);
create index if not exists client_documents_upload_source
  on client_documents (upload_source);

comment on table client_documents is
  'Every document: of a client, of a meeting, of both, or of nobody yet (the tray). No meeting or client takes one with it.';
comment on column client_documents.id is 'UUID; a row that was moved from meeting_documents kept its own where it was free.';
comment on column client_documents.client_id is 'The client it was assigned to; null: to none.';
comment on column client_documents.meeting_id is 'The meeting it was assigned to; null: to none. It stays when the meeting is canceled, rescheduled or gone.';
comment on column client_documents.file_name is 'The name that people see.';
comment on column client_documents.original_name is 'The name as it came.';
comment on column client_documents.file_type is 'Media type.';
comment on column client_documents.file_category is 'image, document, audio, video or other.';
comment on column client_documents.file_size is 'Length in bytes.';
comment on column client_documents.storage_path is 'Where the bytes are in their bucket; never made of a name.';
comment on column client_documents.storage_bucket is 'The bucket or store that holds the bytes.';
comment on column client_documents.uploaded_by is 'The user who brought it.';
comment on column client_documents.uploaded_at is 'When it came.';
comment on column client_documents.is_deleted is 'Deleted by a user; the row and its bytes stay, so that it can be restored.';
comment on column client_documents.deleted_at is 'When it was deleted.';
comment on column client_documents.metadata is 'Whatever else is known; migrated_from: the whole row of meeting_documents that it was.';
comment on column client_documents.upload_source is 'Where it was brought in: meetings_page, clients_page, manual, api, migrated or unknown.';
