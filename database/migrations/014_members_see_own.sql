-- MEMBERS_SEE=own: a member sees the meetings that he hosts, and their people, whatever a query asks for:
-- set local calendly_sync.only_of = 'user id'. Without it nothing is narrowed.
-- Whose a meeting is: of the user who linked the host's account, or who has the host's address.

create policy own_rows on meetings as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or exists (
    select 1 from jsonb_array_elements(hosts) h
    where h->>'user_uri' in (
        select c.calendly_user_uri from calendly_connections c
        where c.workspace_id = nullif(current_setting('calendly_sync.workspace', true), '')::uuid
          and c.user_id = nullif(current_setting('calendly_sync.only_of', true), '')::uuid)
      or lower(btrim(h->>'email')) in (
        select u.email_key from users u
        where u.workspace_id = nullif(current_setting('calendly_sync.workspace', true), '')::uuid
          and u.id = nullif(current_setting('calendly_sync.only_of', true), '')::uuid)));

create policy own_rows on invitees as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or exists (
    select 1 from meetings m
    where m.workspace_id = invitees.workspace_id and m.calendly_uri = invitees.meeting_uri));

create policy own_rows on meeting_guests as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or exists (
    select 1 from meetings m
    where m.workspace_id = meeting_guests.workspace_id and m.id = meeting_guests.meeting_id));

create policy own_rows on clients as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or exists (
    select 1 from invitees i where i.workspace_id = clients.workspace_id and i.client_id = clients.id)
  or exists (
    select 1 from meeting_guests g where g.workspace_id = clients.workspace_id and g.client_id = clients.id));

create policy own_rows on client_emails as restrictive for select using (
  coalesce(current_setting('calendly_sync.only_of', true), '') = ''
  or exists (
    select 1 from clients c
    where c.workspace_id = client_emails.workspace_id and c.id = client_emails.client_id));
