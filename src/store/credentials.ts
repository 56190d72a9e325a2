/** Passwords of users as rows: only their argon2id strings. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

export interface Credentials {
  workspace_id: Id;
  id: Id;
  email: string;
  role: 'admin' | 'member';
  password_hash: string | null;
}

const COLUMNS = 'workspace_id, id, email, role, password_hash';

/** Those of the user with this folded address. */
export async function findCredentialsByKey(
  sql: Sql,
  emailKey: string,
): Promise<Credentials | undefined> {
  const { rows } = await sql.query<Credentials>(
    `select ${COLUMNS} from users where email_key = $1 and removed_at is null`,
    [emailKey],
  );
  return rows[0];
}

/** Those of one user; held until the end of a transaction with `lock`. */
export async function findCredentials(
  sql: Sql,
  user: { workspaceId: Id; id: Id },
  lock: boolean,
): Promise<Credentials | undefined> {
  const { rows } = await sql.query<Credentials>(
    `select ${COLUMNS} from users where workspace_id = $1 and id = $2 and removed_at is null
     ${lock ? 'for update' : ''}`,
    [user.workspaceId, user.id],
  );
  return rows[0];
}

/** Gives the user a password; one that the start made is a person's from then on. */
export async function savePassword(
  tx: Tx,
  user: { workspaceId: Id; id: Id; at: string },
  passwordHash: string,
): Promise<void> {
  await tx.query(
    `update users set password_hash = $3, password_changed_at = $4, bootstrapped = false
     where workspace_id = $1 and id = $2 and removed_at is null`,
    [user.workspaceId, user.id, passwordHash, user.at],
  );
}
