/** Subjects of a host application as users, each found by issuer, subject and the workspace it names. */
import type { Id } from '../domain/id.ts';
import type { Sql, Tx } from './db.ts';

export interface SubjectKey {
  issuer: string;
  subject: string;
  /** What the workspace claim says; null: a workspace of its own. */
  workspace: string | null;
}

export interface SubjectRow {
  workspace_id: Id;
  id: Id;
  role: 'admin' | 'member';
  email: string;
  removed: boolean;
}

/** The user of a subject, removed ones too; undefined for one that never came. */
export async function findSubject(sql: Sql, key: SubjectKey): Promise<SubjectRow | undefined> {
  const { rows } = await sql.query<SubjectRow>(
    `select workspace_id, id, role, email, removed_at is not null as removed from users
     where issuer = $1 and subject = $2 and subject_workspace = $3`,
    [key.issuer, key.subject, key.workspace ?? ''],
  );
  return rows[0];
}

/** Held until the end of the transaction: who comes twice at once is one. */
export async function lockSubject(tx: Tx, key: SubjectKey): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(
       hashtextextended('calendly-sync subject ' || current_schema() || ' ' || $1::text, 0))`,
    [JSON.stringify([key.issuer, key.workspace ?? key.subject, key.workspace !== null])],
  );
}

/** The workspace that a claim names; undefined before its first subject. */
export async function findClaimedWorkspace(
  tx: Tx,
  claim: { issuer: string; workspace: string },
): Promise<Id | undefined> {
  const { rows } = await tx.query<{ id: Id }>(
    'select id from workspaces where issuer = $1 and claim = $2',
    [claim.issuer, claim.workspace],
  );
  return rows[0]?.id;
}

/** Ties a workspace to the claim that names it. */
export async function claimWorkspace(
  tx: Tx,
  workspace: { id: Id; issuer: string; workspace: string },
): Promise<void> {
  await tx.query('update workspaces set issuer = $2, claim = $3 where id = $1', [
    workspace.id,
    workspace.issuer,
    workspace.workspace,
  ]);
}

export interface NewSubject extends SubjectKey {
  workspaceId: Id;
  id: Id;
  email: string;
  name: string | null;
  role: 'admin' | 'member';
  createdAt: string;
}

/** Adds the user; without an address to sign in with, so that it can take nobody's. */
export async function insertSubject(tx: Tx, subject: NewSubject): Promise<void> {
  await tx.query(
    `insert into users (workspace_id, id, email, name, role, created_at, issuer, subject, subject_workspace)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      subject.workspaceId,
      subject.id,
      subject.email,
      subject.name,
      subject.role,
      subject.createdAt,
      subject.issuer,
      subject.subject,
      subject.workspace ?? '',
    ],
  );
}
