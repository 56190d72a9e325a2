/** Users as rows: who may sign in, and in which workspace. */
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Sql, Tx } from './db.ts';

export interface UserRow {
  workspace_id: Id;
  id: Id;
  email: string;
  name: string | null;
  role: 'admin' | 'member';
  bootstrapped: boolean;
  has_password: boolean;
  created_at: Timestamp;
}

const COLUMNS = `workspace_id, id, email, name, role, bootstrapped,
  password_hash is not null as has_password, created_at`;

export interface NewUser {
  workspaceId: Id;
  id: Id;
  email: string;
  /** Null: the user never signs in with an address. */
  emailKey: string | null;
  name?: string | null;
  role: 'admin' | 'member';
  passwordHash: string | null;
  bootstrapped: boolean;
  createdAt: string;
}

/** Writes one user; false where the address is taken, in whatever workspace. */
export async function insertUser(tx: Tx, user: NewUser): Promise<boolean> {
  const { count } = await tx.query(
    `insert into users (workspace_id, id, email, email_key, role, password_hash, bootstrapped, created_at, name)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (email_key) where removed_at is null do nothing`,
    [
      user.workspaceId,
      user.id,
      user.email,
      user.emailKey,
      user.role,
      user.passwordHash,
      user.bootstrapped,
      user.createdAt,
      user.name ?? null,
    ],
  );
  return count === 1;
}

/** The user with this folded address (`emailKey`), in whatever workspace. */
export async function findUserByKey(sql: Sql, emailKey: string): Promise<UserRow | undefined> {
  const { rows } = await sql.query<UserRow>(
    `select ${COLUMNS} from users where email_key = $1 and removed_at is null`,
    [emailKey],
  );
  return rows[0];
}

/** All users of the installation, in the order in which they came. */
export async function selectUsers(sql: Sql): Promise<UserRow[]> {
  const { rows } = await sql.query<UserRow>(
    `select ${COLUMNS} from users where removed_at is null order by created_at, id`,
  );
  return rows;
}

/** The admin who came first: whose the environment's token is. */
export async function selectFirstAdmin(sql: Sql): Promise<UserRow | undefined> {
  const { rows } = await sql.query<UserRow>(
    `select ${COLUMNS} from users where role = 'admin' and removed_at is null
     order by created_at, id limit 1`,
  );
  return rows[0];
}

/** One user of the workspace; undefined where there is none, or it was removed. */
export async function findUser(
  sql: Sql,
  user: { workspaceId: Id; id: Id },
): Promise<UserRow | undefined> {
  const { rows } = await sql.query<UserRow>(
    `select ${COLUMNS} from users where workspace_id = $1 and id = $2 and removed_at is null`,
    [user.workspaceId, user.id],
  );
  return rows[0];
}
