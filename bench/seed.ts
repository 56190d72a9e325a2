/** A workspace with one user and one connection that was never read. */
import { systemRandom } from '../src/base/random.ts';
import { systemClock } from '../src/base/time.ts';
import { newId } from '../src/domain/id.ts';
import type { Db } from '../src/store/db.ts';

export interface Seeded {
  workspaceId: string;
  connectionId: string;
}

/** Rows that `seedConnection` writes. */
export const SEEDED_ROWS = 3;

export async function seedConnection(db: Db): Promise<Seeded> {
  const [workspaceId, userId, connectionId] = [makeId(), makeId(), makeId()];
  await db.tx(async (tx) => {
    const at = await tx.clock();
    await tx.query(`insert into workspaces (id, name, created_at) values ($1, 'Bench', $2)`, [
      workspaceId,
      at,
    ]);
    await tx.query(
      `insert into users (workspace_id, id, email, email_key, role, created_at)
       values ($1, $2, 'bench@example.com', 'bench@example.com', 'admin', $3)`,
      [workspaceId, userId, at],
    );
    await tx.query(
      `insert into calendly_connections (workspace_id, id, user_id, kind, scope, created_at, updated_at)
       values ($1, $2, $3, 'token', 'user', $4, $4)`,
      [workspaceId, connectionId, userId, at],
    );
  });
  return { workspaceId, connectionId };
}

export function makeId(): string {
  return newId({ now: () => systemClock.now(), bytes: (length) => systemRandom.bytes(length) });
}
