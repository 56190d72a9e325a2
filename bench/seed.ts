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

export async function seedConnection(
  db: Db,
  scope: 'user' | 'organization' = 'user',
  name = 'bench',
): Promise<Seeded> {
  const [workspaceId, userId, connectionId] = [makeId(), makeId(), makeId()];
  await db.tx(async (tx) => {
    const at = await tx.clock();
    await tx.query(`insert into workspaces (id, name, created_at) values ($1, 'Bench', $2)`, [
      workspaceId,
      at,
    ]);
    await tx.query(
      `insert into users (workspace_id, id, email, email_key, role, created_at)
       values ($1, $2, $4, $4, 'admin', $3)`,
      [workspaceId, userId, at, `${name}@example.com`],
    );
    await tx.query(
      `insert into calendly_connections (workspace_id, id, user_id, kind, scope, created_at, updated_at)
       values ($1, $2, $3, 'token', $5, $4, $4)`,
      [workspaceId, connectionId, userId, at, scope],
    );
  });
  return { workspaceId, connectionId };
}

export function makeId(): string {
  return newId({ now: () => systemClock.now(), bytes: (length) => systemRandom.bytes(length) });
}

/** A colleague who has linked this account of Calendly's himself. */
export async function seedColleague(
  db: Db,
  workspaceId: string,
  account: { uri: string; current_organization: string; email: string },
): Promise<void> {
  const userId = makeId();
  await db.tx(async (tx) => {
    const at = await tx.clock();
    await tx.query(
      `insert into users (workspace_id, id, email, email_key, role, created_at)
       values ($1, $2, $3, lower($3), 'member', $4)`,
      [workspaceId, userId, account.email, at],
    );
    await tx.query(
      `insert into calendly_connections (workspace_id, id, user_id, kind, scope, calendly_user_uri,
         organization_uri, created_at, updated_at)
       values ($1, $2, $3, 'token', 'user', $4, $5, $6, $6)`,
      [workspaceId, makeId(), userId, account.uri, account.current_organization, at],
    );
  });
}
