/** `user add`, `user list`, `user password`, `user remove`, `user token`: accounts from the command line. */
import { removeMember } from '../../accounts/members.ts';
import { hashPassword } from '../../accounts/passwords.ts';
import { setPassword } from '../../accounts/sign-in.ts';
import { issueToken } from '../../accounts/tokens.ts';
import {
  addUser,
  findUserByEmail,
  firstAdmin,
  listUsers,
  type User,
} from '../../accounts/users.ts';
import { emailKey } from '../../domain/email.ts';
import { AppError } from '../../domain/errors.ts';
import { newId } from '../../domain/id.ts';
import { appendAudit } from '../../store/audit.ts';
import { ensureWorkspace } from '../../store/workspaces.ts';
import { type Command, EXIT, flag, type Io, print, text, UsageError } from '../command.ts';
import type { CommandDeps } from '../deps.ts';

export const userAddCommand: Command<CommandDeps> = {
  name: 'user add',
  usage: 'EMAIL [--admin] --password-stdin [--json]',
  summary: 'Adds a user; the password is read from standard input',
  options: { admin: { type: 'boolean' }, 'password-stdin': { type: 'boolean' } },
  positionals: { least: 1, most: 1 },
  check(args) {
    if (emailKey(args.positionals[0] ?? '') === undefined) {
      throw new UsageError('EMAIL is not an e-mail address.');
    }
    if (flag(args, 'password-stdin')) return;
    throw new UsageError('--password-stdin is needed: a password never stands on a command line.');
  },
  async run(deps, args, io) {
    const password = await readPassword(io);
    await deps.prepare();
    // before the transaction: an embedded database has one, and hashing takes its time
    const passwordHash = await hashPassword(password, (length) => deps.ids.bytes(length));
    const user = await deps.db.tx(async (tx) => {
      const workspaceId = await ensureWorkspace(tx, { id: newId(deps.ids), name: 'Workspace' });
      const role = flag(args, 'admin') ? 'admin' : 'member';
      const email = args.positionals[0] ?? '';
      const added = await addUser(tx, { workspaceId, email, role, passwordHash }, deps.ids);
      const entry = { workspaceId, actorId: null, subject: added.id, detail: { role } };
      await appendAudit(tx, { ...entry, action: 'member.added' }, deps.ids);
      return added;
    });
    print(io, args, {
      value: answerOf(user),
      lines: (added) => [`Added ${added.email} (${added.role})`],
    });
    return EXIT.ok;
  },
};

export const userListCommand: Command<CommandDeps> = {
  name: 'user list',
  usage: '[--json]',
  summary: 'Lists the users',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const users = (await listUsers(deps.db)).map(answerOf);
    print(io, args, {
      value: { users },
      lines: () =>
        users.length === 0
          ? ['There are no users yet']
          : users.map(
              (user) => `${user.email}  ${user.role}  since ${user.created_at.slice(0, 10)}`,
            ),
    });
    return EXIT.ok;
  },
};

export const userPasswordCommand: Command<CommandDeps> = {
  name: 'user password',
  usage: 'EMAIL --password-stdin [--json]',
  summary: 'Sets a password, read from standard input; all sessions of the user end',
  options: { 'password-stdin': { type: 'boolean' } },
  positionals: { least: 1, most: 1 },
  check(args) {
    if (flag(args, 'password-stdin')) return;
    throw new UsageError('--password-stdin is needed: a password never stands on a command line.');
  },
  async run(deps, args, io) {
    const password = await readPassword(io);
    await deps.prepare();
    const user = await chooseUser(deps, args.positionals[0]);
    await setPassword(deps, { user, password, keep: null, actorId: null, address: null });
    print(io, args, {
      value: answerOf(user),
      lines: ({ email }) => [`${email} has a new password; all its sessions have ended`],
    });
    return EXIT.ok;
  },
};

export const userRemoveCommand: Command<CommandDeps> = {
  name: 'user remove',
  usage: 'EMAIL [--json]',
  summary: 'Removes a user: sessions, tokens and connections end, meetings stay',
  options: {},
  positionals: { least: 1, most: 1 },
  async run(deps, args, io) {
    await deps.prepare();
    const user = await chooseUser(deps, args.positionals[0]);
    const { workspaceId, id } = user;
    const by = { workspaceId, actorId: null, address: null, ids: deps.ids };
    const { connectionIds } = await deps.db.tx((tx) => removeMember(tx, id, by));
    for (const connectionId of connectionIds) {
      const request = { workspaceId, id: connectionId, purge: false };
      await deps.disconnect(request, io.signal);
    }
    print(io, args, {
      value: { ...answerOf(user), disconnected: connectionIds.length },
      lines: ({ email, disconnected }) => [`Removed ${email}; ${disconnected} connections ended`],
    });
    return EXIT.ok;
  },
};

export const userTokenCommand: Command<CommandDeps> = {
  name: 'user token',
  usage: '[EMAIL] [--days 90] [--json]',
  summary: "Prints a bearer token for the API; without EMAIL the first admin's",
  options: { days: { type: 'string' } },
  positionals: { least: 0, most: 1 },
  check(args) {
    parseDays(text(args, 'days') ?? '90');
  },
  async run(deps, args, io) {
    const days = parseDays(text(args, 'days') ?? '90');
    await deps.prepare();
    const user = await chooseUser(deps, args.positionals[0]);
    const token = await deps.db.tx(async (tx) => {
      const keys = { secret: deps.jwtSecret, ids: deps.ids };
      const issued = await issueToken(tx, { user, days }, keys);
      const { workspaceId } = user;
      const entry = { workspaceId, actorId: null, subject: issued.id, detail: { days } };
      await appendAudit(tx, { ...entry, action: 'token.created' }, deps.ids);
      return issued.token;
    });
    print(io, args, { value: { token, email: user.email, days }, lines: () => [token] });
    return EXIT.ok;
  },
};

async function chooseUser(deps: CommandDeps, email: string | undefined): Promise<User> {
  const user = await (email === undefined ? firstAdmin(deps.db) : findUserByEmail(deps.db, email));
  if (user !== undefined) return user;
  throw new AppError({
    kind: 'not_found',
    code: email === undefined ? 'user.no_admin' : 'user.not_found',
    message: email === undefined ? 'There is no admin yet' : 'No user has this e-mail address',
    action: 'Add one: calendly-sync user add EMAIL --admin --password-stdin',
  });
}

function parseDays(days: string): number {
  const count = Number(days);
  if (/^\d{1,3}$/.test(days) && count >= 1 && count <= 365) return count;
  throw new UsageError('--days is a whole number from 1 to 365.');
}

/** One line end behind the password is the terminal's, not the password's. */
async function readPassword(io: Io): Promise<string> {
  const password = (await io.stdin()).replace(/\r?\n$/, '');
  if (password.trim() === '') throw new UsageError('Standard input holds no password.');
  return password;
}

function answerOf(user: User): { id: string; email: string; role: string; created_at: string } {
  return { id: user.id, email: user.email, role: user.role, created_at: user.createdAt };
}
