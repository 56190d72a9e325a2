/** `connect`, `disconnect`: linking and unlinking Calendly accounts from the command line. */
import { findUserByEmail, firstAdmin, type User } from '../../accounts/users.ts';
import { AppError } from '../../domain/errors.ts';
import { isId } from '../../domain/id.ts';
import type { Preflight } from '../../domain/preflight.ts';
import { findConnection } from '../../store/connections.ts';
import { type Command, EXIT, flag, type Io, print, text, UsageError } from '../command.ts';
import type { CommandDeps } from '../deps.ts';

export const connectCommand: Command<CommandDeps> = {
  name: 'connect',
  usage: '--token-stdin [--user EMAIL] [--scope user|organization] [--json]',
  summary:
    "Links a Calendly account by the token on standard input; without EMAIL the first admin's",
  options: {
    'token-stdin': { type: 'boolean' },
    user: { type: 'string' },
    scope: { type: 'string' },
  },
  positionals: { least: 0, most: 0 },
  check(args) {
    parseScope(text(args, 'scope'));
    if (flag(args, 'token-stdin')) return;
    throw new UsageError('--token-stdin is needed: a token never stands on a command line.');
  },
  async run(deps, args, io) {
    const token = await readToken(io);
    const scope = parseScope(text(args, 'scope'));
    await deps.prepare();
    const user = await chooseOwner(deps, text(args, 'user'));
    const { id, created } = await deps.connect({
      workspaceId: user.workspaceId,
      userId: user.id,
      token,
      scope,
    });
    const connection = await findConnection(deps.db, id);
    const preflight = connection?.preflight ?? null;
    print(io, args, {
      value: {
        id,
        created,
        user_id: user.id,
        calendly_user_uri: connection?.calendly_user_uri ?? null,
        scope,
        state: connection?.state ?? null,
        preflight,
      },
      lines: () => [
        `${created ? 'Linked' : 'Linked before, with the new token now'}: connection ${id}`,
        ...gapsOf(preflight),
        'Its first sync is queued: a running server has begun it, `calendly-sync sync` does it here.',
      ],
    });
    return EXIT.ok;
  },
};

export const disconnectCommand: Command<CommandDeps> = {
  name: 'disconnect',
  usage: 'ID [--purge] [--json]',
  summary: 'Unlinks a Calendly account; --purge removes what no other connection has seen, too',
  options: { purge: { type: 'boolean' } },
  positionals: { least: 1, most: 1 },
  async run(deps, args, io) {
    const id = args.positionals[0] ?? '';
    await deps.prepare();
    const connection = isId(id) ? await findConnection(deps.db, id) : undefined;
    if (connection === undefined) throw unknownConnection();
    const workspaceId = connection.workspace_id;
    const request = { workspaceId, id, purge: flag(args, 'purge') };
    const done = await deps.disconnect(request, io.signal);
    const { subscriptions, purged } = done;
    print(io, args, {
      value: { id, state: 'disconnected', ...done },
      lines: () => [
        `Unlinked. Webhook subscriptions removed: ${subscriptions.removed}, left: ${subscriptions.left}`,
        purged === null
          ? 'Its rows stay, marked as not synced; --purge removes them.'
          : `Removed ${purged.meetings} meetings, ${purged.invitees} invitees, ${purged.clients} clients`,
      ],
    });
    return EXIT.ok;
  },
};

async function chooseOwner(deps: CommandDeps, email: string | undefined): Promise<User> {
  const user = await (email === undefined ? firstAdmin(deps.db) : findUserByEmail(deps.db, email));
  if (user !== undefined) return user;
  throw new AppError({
    kind: 'not_found',
    code: 'connect.no_user',
    message: email === undefined ? 'There is no admin yet' : 'No user has this e-mail address',
    action: 'Add one: calendly-sync user add EMAIL --admin --password-stdin',
  });
}

function unknownConnection(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'disconnect.no_connection',
    message: 'No connection has this id',
    action: '`calendly-sync doctor --json` and GET /api/connections name them.',
  });
}

function parseScope(given: string | undefined): 'user' | 'organization' {
  if (given === undefined || given === 'user') return 'user';
  if (given === 'organization') return given;
  throw new UsageError('--scope is user or organization.');
}

async function readToken(io: Io): Promise<string> {
  const token = (await io.stdin()).trim();
  if (token === '') throw new UsageError('Standard input holds no token.');
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw new UsageError('Standard input holds something that is no token.');
}

function gapsOf(preflight: Preflight | null): string[] {
  const gaps = preflight?.checks.filter(({ state }) => state !== 'ok') ?? [];
  return gaps.flatMap(({ check, detail, costs, action }) => [
    `note   ${check}: ${detail}. ${costs ?? ''}`.trimEnd(),
    ...(action === null ? [] : [`       → ${action}`]),
  ]);
}
