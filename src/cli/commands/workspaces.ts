/** `workspace list` and `workspace delete`: the tenants of an installation, for its operator. */
import { AppError } from '../../domain/errors.ts';
import { listWorkspaces } from '../../store/workspaces.ts';
import { type Command, EXIT, flag, print, UsageError } from '../command.ts';
import type { CommandDeps } from '../deps.ts';

export const workspaceListCommand: Command<CommandDeps> = {
  name: 'workspace list',
  usage: '[--json]',
  summary: 'Lists the workspaces',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const workspaces = await listWorkspaces(deps.db);
    print(io, args, {
      value: { workspaces },
      lines: () =>
        workspaces.map(
          ({ id, name, users, connections }) =>
            `${id}  ${name}  ${users} user(s), ${connections} connection(s)`,
        ),
    });
    return EXIT.ok;
  },
};

export const workspaceDeleteCommand: Command<CommandDeps> = {
  name: 'workspace delete',
  usage: 'ID --yes [--json]',
  summary: 'Deletes a workspace with all its users, meetings, clients and documents, for ever',
  options: { yes: { type: 'boolean' } },
  positionals: { least: 1, most: 1 },
  check(args) {
    if (flag(args, 'yes')) return;
    throw new UsageError('--yes is needed: what is deleted cannot be brought back.');
  },
  async run(deps, args, io) {
    const [id = ''] = args.positionals;
    await deps.prepare();
    const known = (await listWorkspaces(deps.db)).find((workspace) => workspace.id === id);
    if (known === undefined) {
      throw new AppError({
        kind: 'not_found',
        code: 'workspace.unknown',
        message: 'No workspace has this id',
        action: '`calendly-sync workspace list` names them.',
      });
    }
    await deps.removeWorkspace(id, io.signal);
    print(io, args, { value: { id, deleted: true }, lines: () => [`Deleted ${known.name}`] });
    return EXIT.ok;
  },
};
