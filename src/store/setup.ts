/** Whether somebody can sign in here at all, and the admin that the start made becoming a person's. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

/** Whether the installation is nobody's: no user but one that the start made, who has no password. */
export async function needsSetup(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ needed: boolean }>(
    `select not exists (select 1 from users where not bootstrapped or password_hash is not null) as needed`,
  );
  return rows[0]?.needed ?? false;
}

/** Held until the end of the transaction: of two set-ups at once one is the first. */
export async function lockSetup(tx: Tx): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('calendly-sync set-up ' || current_schema(), 0))`,
  );
}

export interface Claim {
  email: string;
  emailKey: string;
  name: string | null;
  passwordHash: string;
  at: string;
}

/** Makes the admin whom the start made a person's; undefined where there is none. */
export async function claimBootstrapped(
  tx: Tx,
  claim: Claim,
): Promise<{ workspaceId: Id; id: Id } | undefined> {
  const { rows } = await tx.query<{ workspace_id: Id; id: Id }>(
    `update users set email = $1, email_key = $2, name = $3, password_hash = $4,
       password_changed_at = $5, bootstrapped = false
     where id = (select id from users
       where bootstrapped and password_hash is null and role = 'admin' and removed_at is null
       order by created_at, id limit 1)
     returning workspace_id, id`,
    [claim.email, claim.emailKey, claim.name, claim.passwordHash, claim.at],
  );
  const [row] = rows;
  return row === undefined ? undefined : { workspaceId: row.workspace_id, id: row.id };
}
