-- MEMBERS_SEE=own, the same rows as before, asked for by functions: as subqueries the policies were planned into
-- one another, and a statement about clients took 40 ms to plan, for members and for everybody else.

-- Whether the member of calendly_sync.only_of may see this meeting: the meetings' own policy says so.
create function calendly_sync_sees_meeting(workspace uuid, uri text) returns boolean
language plpgsql stable as $$
begin
  return exists (select 1 from meetings m where m.workspace_id = workspace and m.calendly_uri = uri);
end $$;

create function calendly_sync_sees_meeting(workspace uuid, meeting uuid) returns boolean
language plpgsql stable as $$
begin
  return exists (select 1 from meetings m where m.workspace_id = workspace and m.id = meeting);
end $$;

create function calendly_sync_sees_client(workspace uuid, client uuid) returns boolean
language plpgsql stable as $$
begin
  return exists (select 1 from invitees i where i.workspace_id = workspace and i.client_id = client)
    or exists (select 1 from meeting_guests g where g.workspace_id = workspace and g.client_id = client);
end $$;

alter policy own_rows on invitees using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_meeting(workspace_id, meeting_uri));

alter policy own_rows on meeting_guests using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_meeting(workspace_id, meeting_id));

alter policy own_rows on clients using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_client(workspace_id, id));

alter policy own_rows on client_emails using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or calendly_sync_sees_client(workspace_id, client_id));
