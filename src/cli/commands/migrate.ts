/** `migrate`: applies pending migrations, or tells them. */
import { migrate, migrationStatus, rehearseMigration } from '../../store/migrate.ts';
import { checkWall, raiseWall } from '../../store/wall.ts';
import { type Command, EXIT, flag, print } from '../command.ts';
import type { CommandDeps } from '../deps.ts';

export const migrateCommand: Command<CommandDeps> = {
  name: 'migrate',
  usage: '[--status] [--dry-run] [--json]',
  summary:
    'Applies pending migrations; --status tells them, --dry-run tries them and takes them back',
  options: { status: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    const options = {
      db: deps.owner,
      dir: deps.migrationsDir,
      schema: deps.settings.schema,
    };
    if (flag(args, 'status')) {
      const { applied, pending } = await migrationStatus(options);
      const value = {
        applied: applied.map(({ number, name }) => ({ number, name })),
        pending: pending.map(({ file }) => file),
      };
      print(io, args, {
        value,
        lines: () => [
          `${applied.length} applied`,
          ...value.pending.map((file) => `pending  ${file}`),
        ],
      });
      return EXIT.ok;
    }
    const dry = flag(args, 'dry-run');
    const done = dry ? await rehearseMigration(options) : await migrate(options);
    if (!dry) {
      await raiseWall(deps.owner);
      await checkWall(deps.owner, deps.tenants);
    }
    const files = done.map(({ file }) => file);
    print(io, args, {
      value: dry ? { would_apply: files } : { applied: files },
      lines: () =>
        files.length === 0
          ? ['Nothing to apply']
          : files.map((file) => `${dry ? 'would apply' : 'applied'}  ${file}`),
    });
    return EXIT.ok;
  },
};
