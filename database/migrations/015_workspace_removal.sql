-- A workspace that its admin has deleted: nobody signs in or is synced any more, and its rows go in batches.
alter table workspaces add column closed_at timestamptz;
