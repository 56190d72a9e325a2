/** Workspaces as rows. */
import type { Sql, Tx } from './db.ts';

/** The id of the oldest workspace; `workspace` is made where there is none. */
export async function ensureWorkspace(
  tx: Tx,
  workspace: { id: string; name: string },
): Promise<string> {
  const oldest = await findOldest(tx);
  if (oldest !== undefined) return oldest;
  // two that find none at the same time must not make two
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('calendly-sync workspace ' || current_schema(), 0))`,
  );
  const meanwhile = await findOldest(tx);
  if (meanwhile !== undefined) return meanwhile;
  await insertWorkspace(tx, workspace);
  return workspace.id;
}

/** Adds a workspace. */
export async function insertWorkspace(
  tx: Tx,
  workspace: { id: string; name: string },
): Promise<void> {
  await tx.query(`insert into workspaces (id, name, created_at) values ($1, $2, $3)`, [
    workspace.id,
    workspace.name,
    await tx.clock(),
  ]);
}

/** The workspace's name; undefined where there is no such workspace. */
export async function findWorkspaceName(sql: Sql, id: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ name: string }>(
    'select name from workspaces where id = $1 and closed_at is null',
    [id],
  );
  return rows[0]?.name;
}

export async function renameWorkspace(
  tx: Tx,
  workspace: { id: string; name: string },
): Promise<void> {
  await tx.query('update workspaces set name = $2 where id = $1', [workspace.id, workspace.name]);
}

/** All workspaces that are not closed, oldest first, with how many people and accounts they have. */
export async function listWorkspaces(
  sql: Sql,
): Promise<{ id: string; name: string; created_at: string; users: number; connections: number }[]> {
  const { rows } = await sql.query<{
    id: string;
    name: string;
    created_at: string;
    users: number;
    connections: number;
  }>(
    `select w.id, w.name, w.created_at,
       (select count(*)::int from users u where u.workspace_id = w.id and u.removed_at is null) as users,
       (select count(*)::int from calendly_connections c
        where c.workspace_id = w.id and c.state <> 'disconnected') as connections
     from workspaces w where w.closed_at is null order by w.created_at, w.id`,
  );
  return rows;
}

async function findOldest(tx: Tx): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from workspaces where closed_at is null order by created_at, id limit 1`,
  );
  return rows[0]?.id;
}
