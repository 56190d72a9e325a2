/** Users of this installation: adding and finding them. */
import { emailKey } from '../domain/email.ts';
import { AppError } from '../domain/errors.ts';
import { newId, type Id, type IdSource } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import type { Sql, Tx } from '../store/db.ts';
import {
  findUserByKey,
  insertUser,
  selectFirstAdmin,
  selectUsers,
  type UserRow,
} from '../store/users.ts';
import type { Role } from './caller.ts';
import { hashPassword } from './passwords.ts';

export interface User {
  workspaceId: Id;
  id: Id;
  email: string;
  name: string | null;
  role: Role;
  bootstrapped: boolean;
  hasPassword: boolean;
  createdAt: string;
}

export interface UserToAdd {
  workspaceId: Id;
  email: string;
  role: Role;
  name?: string | null;
  /** Left out: the user has none and cannot sign in with one yet. */
  password?: string | undefined;
  /** Instead of `password` for who has hashed it before the transaction. */
  passwordHash?: string;
  /** Made by the start for the environment's token, before anybody registered. */
  bootstrapped?: boolean;
}

/**
 * Adds a user and answers it. Throws `user.email_unfit`, `user.password_unfit`, or `user.exists`
 * where the address, folded in case and width, is taken in any workspace.
 */
export async function addUser(tx: Tx, user: UserToAdd, ids: IdSource): Promise<User> {
  const email = user.email.trim();
  const key = requireEmailKey(email);
  const passwordHash =
    user.password === undefined
      ? (user.passwordHash ?? null)
      : await hashPassword(user.password, (length) => ids.bytes(length));
  const row = {
    workspaceId: user.workspaceId,
    id: newId(ids),
    email,
    name: user.name ?? null,
    role: user.role,
    bootstrapped: user.bootstrapped ?? false,
    createdAt: timestampFromMs(ids.now()),
  };
  if (!(await insertUser(tx, { ...row, emailKey: key, passwordHash }))) throw emailTaken();
  return { ...row, hasPassword: passwordHash !== null };
}

/** The key by which an address is compared. Throws `user.email_unfit` for what is none. */
export function requireEmailKey(email: string): string {
  const key = emailKey(email);
  if (key !== undefined) return key;
  throw new AppError({
    kind: 'invalid',
    code: 'user.email_unfit',
    message: 'That is not an e-mail address: one @, no spaces, at most 254 characters.',
    action: 'Give the address in the form name@example.com.',
  });
}

/** The refusal of an address that another user has. */
export function emailTaken(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'user.exists',
    message: 'A user with this e-mail address exists already.',
    action: 'Sign in with it, or use another address.',
  });
}

/** All users of the installation, oldest first. */
export async function listUsers(sql: Sql): Promise<User[]> {
  return (await selectUsers(sql)).map(toUser);
}

/** The user with this address, whatever its case and width; `undefined` where there is none. */
export async function findUserByEmail(sql: Sql, email: string): Promise<User | undefined> {
  const key = emailKey(email);
  const row = key === undefined ? undefined : await findUserByKey(sql, key);
  return row === undefined ? undefined : toUser(row);
}

/** The oldest admin of the installation; `undefined` before there is one. */
export async function firstAdmin(sql: Sql): Promise<User | undefined> {
  const row = await selectFirstAdmin(sql);
  return row === undefined ? undefined : toUser(row);
}

function toUser(row: UserRow): User {
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    bootstrapped: row.bootstrapped,
    hasPassword: row.has_password,
    createdAt: row.created_at,
  };
}
