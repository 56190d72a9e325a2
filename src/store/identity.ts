/** Who belongs to whom, as rows tell it: for deliveries that claim to be ours. */
import type { Sql } from './db.ts';

/** The hosts of a meeting as its row has them: a reassigned meeting still fits its former host. */
export async function meetingHosts(
  sql: Sql,
  workspaceId: string,
  meetingUri: string,
): Promise<string[]> {
  const { rows } = await sql.query<{ hosts: { user_uri: string }[] }>(
    `select hosts from meetings where workspace_id = $1 and calendly_uri = $2`,
    [workspaceId, meetingUri],
  );
  return (rows[0]?.hosts ?? []).map((host) => host.user_uri);
}

/** Whether the organization has this member, as far as was read. */
export async function organizationHas(
  sql: Sql,
  member: { workspaceId: string; organization: string; user: string },
): Promise<boolean> {
  const { rows } = await sql.query<{ has: boolean }>(
    `select exists (select 1 from organization_members
       where workspace_id = $1 and organization_uri = $2 and user_uri = $3) as has`,
    [member.workspaceId, member.organization, member.user],
  );
  return rows[0]?.has ?? false;
}
