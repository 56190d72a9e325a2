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
  const { rows } = await sql.query<{ name: string }>('select name from workspaces where id = $1', [
    id,
  ]);
  return rows[0]?.name;
}

async function findOldest(tx: Tx): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from workspaces order by created_at, id limit 1`,
  );
  return rows[0]?.id;
}
