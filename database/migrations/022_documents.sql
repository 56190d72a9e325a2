-- Documents of this system: whose they are, what their bytes are, and what makes an upload safe to repeat.

-- Bytes that lie in the store, or are on their way there or out. Every file that was ever begun has a row, so
-- nothing in the store is without one; a document points only to what is kept.
create table document_blobs (
  workspace_id uuid not null references workspaces (id),
  -- the file is named after it
  id uuid not null,
  -- the bucket or store; what lies in another one than the settings name is left alone
  bucket text not null,
  -- arriving: being written; kept: documents point to it; leaving: to be removed, then this row
  state text not null,
  -- the process that writes it, as long as it arrives
  owner text not null,
  sha256 text,
  size bigint,
  touched_at timestamptz not null,
  primary key (workspace_id, id),
  constraint document_blobs_state_known check (state in ('arriving', 'kept', 'leaving')),
  constraint document_blobs_kept_whole
    check (state <> 'kept' or (sha256 is not null and size is not null))
);
-- the same content in one workspace is kept once
create unique index document_blobs_content on document_blobs (workspace_id, bucket, sha256) include (size)
  where state = 'kept';
create index document_blobs_loose on document_blobs (touched_at) where state <> 'kept';

alter table client_documents
  -- null: of an older installation, and not yet known whose
  add column workspace_id uuid references workspaces (id),
  -- null: of an older installation; the bytes are where storage_bucket and storage_path say
  add column blob_id uuid,
  add column sha256 text,
  add column updated_at timestamptz,
  add constraint client_documents_whole check (
    blob_id is null or
      (workspace_id is not null and sha256 is not null and file_size is not null and updated_at is not null)),
  add constraint client_documents_bytes_kept
    foreign key (workspace_id, blob_id) references document_blobs (workspace_id, id);

update client_documents d set workspace_id = coalesce(
  (select m.workspace_id from meetings m where m.id = d.meeting_id limit 1),
  (select c.workspace_id from clients c where c.id = d.client_id limit 1),
  (select u.workspace_id from users u where u.id = d.uploaded_by limit 1),
  (select w.id from workspaces w where (select count(*) from workspaces) = 1));

create index client_documents_newest on client_documents (workspace_id, uploaded_at desc, id desc);
create index client_documents_blob on client_documents (workspace_id, blob_id) where blob_id is not null;

comment on column client_documents.workspace_id is 'Whose it is; null: of an older installation, given to the only workspace there is as soon as there is one.';
comment on column client_documents.blob_id is 'The bytes, in document_blobs; documents with the same content share them.';
comment on column client_documents.sha256 is 'SHA-256 of the bytes, lower-case hex.';
comment on column client_documents.updated_at is 'When a user last changed it; null: never since it came from an older installation.';

-- a document is shown with every meeting of its series
create index meetings_series on meetings (workspace_id, series_id) where series_id is not null;

-- What was answered to a request with an Idempotency-Key, so that the same one again is answered the same.
create table idempotency_keys (
  workspace_id uuid not null,
  user_id uuid not null,
  -- of the header, with the kind of request before it
  key text not null,
  -- what was asked for: another question under the same key is refused
  fingerprint text not null,
  answer jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, user_id, key),
  foreign key (workspace_id, user_id) references users (workspace_id, id) on delete cascade
);
create index idempotency_keys_created_at on idempotency_keys (created_at);

do $$
begin
  perform calendly_sync_protect('client_documents');
  perform calendly_sync_allow('client_documents', false);
  perform calendly_sync_protect('document_blobs');
  perform calendly_sync_allow('document_blobs', true);
  perform calendly_sync_protect('idempotency_keys');
  perform calendly_sync_allow('idempotency_keys', true);
end $$;

-- MEMBERS_SEE=own: papers of the member's own meetings and people, and what the member brought.
create policy own_rows on client_documents as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or uploaded_by = nullif(current_setting('calendly_sync.only_of', true), '')::uuid
  or exists (
    select 1 from meetings m
    where m.workspace_id = client_documents.workspace_id and m.id = client_documents.meeting_id)
  or exists (
    select 1 from clients c
    where c.workspace_id = client_documents.workspace_id and c.id = client_documents.client_id));
