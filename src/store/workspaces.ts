/** Workspaces as rows. */
import type { Tx } from './db.ts';

/** The id of the oldest workspace; `workspace` is made where there is none. */
export async function ensureWorkspace(
  tx: Tx,
  workspace: { id: string; name: string },
): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from workspaces order by created_at, id limit 1`,
  );
  const oldest = rows[0];
  if (oldest !== undefined) return oldest.id;
  await tx.query(`insert into workspaces (id, name, created_at) values ($1, $2, $3)`, [
    workspace.id,
    workspace.name,
    await tx.clock(),
  ]);
  return workspace.id;
}
