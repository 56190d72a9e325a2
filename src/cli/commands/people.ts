/** `export` and `erase`: one person's data, in every workspace of the installation. */
import { listWorkspaces } from '../../store/workspaces.ts';
import { type Command, EXIT, flag, print, text, UsageError } from '../command.ts';
import type { CommandDeps } from '../deps.ts';

export const exportCommand: Command<CommandDeps> = {
  name: 'export',
  usage: '--email E --out FILE [--json]',
  summary: 'Writes everything that is kept of one person into a file',
  options: { email: { type: 'string' }, out: { type: 'string' } },
  positionals: { least: 0, most: 0 },
  check(args) {
    if (text(args, 'email') === undefined) throw new UsageError('--email is needed.');
    if (text(args, 'out') === undefined) throw new UsageError('--out is needed.');
  },
  async run(deps, args, io) {
    const email = text(args, 'email') ?? '';
    const file = text(args, 'out') ?? '';
    await deps.prepare();
    const workspaces = [];
    for (const { id } of await listWorkspaces(deps.db)) {
      workspaces.push(await deps.exportPerson(id, email));
    }
    const rows = workspaces
      .flatMap(({ tables }) => Object.values(tables))
      .reduce((sum, table) => sum + table.length, 0);
    await io.save(file, `${JSON.stringify({ workspaces }, null, 2)}\n`);
    print(io, args, {
      value: { file, rows },
      lines: () => [`Wrote ${rows} rows to ${file}`],
    });
    return EXIT.ok;
  },
};

export const eraseCommand: Command<CommandDeps> = {
  name: 'erase',
  usage: '--email E --yes [--json]',
  summary: 'Forgets one person for ever: rows, raw payloads, deliveries and documents',
  options: { email: { type: 'string' }, yes: { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  check(args) {
    if (text(args, 'email') === undefined) throw new UsageError('--email is needed.');
    if (!flag(args, 'yes')) {
      throw new UsageError('--yes is needed: what is erased cannot be brought back.');
    }
  },
  async run(deps, args, io) {
    const email = text(args, 'email') ?? '';
    await deps.prepare();
    const sum = { invitees: 0, guests: 0, clients: 0, documents: 0, deliveries: 0 };
    for (const { id } of await listWorkspaces(deps.db)) {
      const erased = await deps.erasePerson(id, email);
      sum.invitees += erased.invitees;
      sum.guests += erased.guests;
      sum.clients += erased.clients;
      sum.documents += erased.documents;
      sum.deliveries += erased.deliveries;
    }
    await deps.sweepDocuments();
    print(io, args, {
      value: { erased: sum },
      lines: () => [
        `Erased: ${sum.invitees} invitees, ${sum.guests} guests, ${sum.clients} clients, ${sum.documents} documents, ${sum.deliveries} deliveries`,
      ],
    });
    return EXIT.ok;
  },
};
