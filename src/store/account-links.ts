/** One-time links as rows: the set-up of an installation, invitations, new passwords. Only hashes of keys are kept. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';
import { pageOf, type Page } from './page.ts';

export type LinkKind = 'setup' | 'invitation' | 'reset';

export interface AccountLink {
  id: Id;
  workspace_id: Id | null;
  kind: LinkKind;
  user_id: Id | null;
  email: string | null;
  email_key: string | null;
  role: 'admin' | 'member' | null;
  created_at: string;
  expires_at: string;
}

const COLUMNS = `id, workspace_id, kind, user_id, email, email_key, role, created_at, expires_at`;

export interface NewAccountLink {
  id: Id;
  workspaceId: Id | null;
  kind: LinkKind;
  keyHash: Uint8Array;
  userId: Id | null;
  email: string | null;
  emailKey: string | null;
  role: 'admin' | 'member' | null;
  createdBy: Id | null;
  createdAt: string;
  expiresAt: string;
}

export async function insertAccountLink(sql: Sql, link: NewAccountLink): Promise<void> {
  await sql.query(
    `insert into account_links (id, workspace_id, kind, key_hash, user_id, email, email_key, role,
       created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      link.id,
      link.workspaceId,
      link.kind,
      link.keyHash,
      link.userId,
      link.email,
      link.emailKey,
      link.role,
      link.createdBy,
      link.createdAt,
      link.expiresAt,
    ],
  );
}

const OPEN = 'used_at is null and revoked_at is null and expires_at >';

/** The link with this key, where it can still be used at `at`. */
export async function findOpenLink(
  sql: Sql,
  keyHash: Uint8Array,
  at: string,
): Promise<AccountLink | undefined> {
  const { rows } = await sql.query<AccountLink>(
    `select ${COLUMNS} from account_links where key_hash = $1 and ${OPEN} $2`,
    [keyHash, at],
  );
  return rows[0];
}

/** Uses the link up: of all who try it, one gets it. */
export async function takeLink(
  tx: Tx,
  keyHash: Uint8Array,
  at: string,
): Promise<AccountLink | undefined> {
  const { rows } = await tx.query<AccountLink>(
    `update account_links set used_at = $2 where key_hash = $1 and ${OPEN} $2 returning ${COLUMNS}`,
    [keyHash, at],
  );
  return rows[0];
}

/** Uses up the newest open invitation of an address; undefined where there is none. */
export async function takeInvitationOf(
  tx: Tx,
  emailKey: string,
  at: string,
): Promise<AccountLink | undefined> {
  const { rows } = await tx.query<AccountLink>(
    `update account_links set used_at = $2 where id = (
       select id from account_links where kind = 'invitation' and email_key = $1 and ${OPEN} $2
       order by created_at desc, id desc limit 1 for update)
     returning ${COLUMNS}`,
    [emailKey, at],
  );
  return rows[0];
}

/** Open invitations of the workspace, newest first. */
export async function listInvitations(
  sql: Sql,
  workspaceId: Id,
  page: { at: string; after?: Id | undefined; limit: number },
): Promise<Page<AccountLink>> {
  const { rows } = await sql.query<AccountLink>(
    `select ${COLUMNS} from account_links
     where workspace_id = $1 and kind = 'invitation' and ${OPEN} $2 and ($3::uuid is null or id < $3)
     order by id desc limit $4`,
    [workspaceId, page.at, page.after ?? null, page.limit + 1],
  );
  return pageOf(rows, page.limit);
}

/** Open links of the workspace to take back: one by its id, those of an address, or of a user; answers how many. */
export async function revokeLinks(
  tx: Tx,
  which: { workspaceId: Id; at: string; kind: LinkKind },
  by: { id?: Id; emailKey?: string; userId?: Id },
): Promise<number> {
  const { count } = await tx.query(
    `update account_links set revoked_at = $2
     where workspace_id = $1 and kind = $3 and ${OPEN} $2
       and ($4::uuid is null or id = $4) and ($5::text is null or email_key = $5)
       and ($6::uuid is null or user_id = $6)`,
    [
      which.workspaceId,
      which.at,
      which.kind,
      by.id ?? null,
      by.emailKey ?? null,
      by.userId ?? null,
    ],
  );
  return count;
}

/** Forgets links that nobody can use since `before`; answers how many. */
export async function forgetLinks(sql: Sql, before: string): Promise<number> {
  const { count } = await sql.query(
    'delete from account_links where expires_at < $1 or used_at < $1 or revoked_at < $1',
    [before],
  );
  return count;
}
