/** Every command that works on an installation. */
import type { Command } from './command.ts';
import { doctorCommand } from './commands/doctor.ts';
import { migrateCommand } from './commands/migrate.ts';
import { syncCommand } from './commands/sync.ts';
import { userAddCommand, userListCommand, userTokenCommand } from './commands/users.ts';
import { verifyCommand } from './commands/verify.ts';
import {
  webhooksEnsureCommand,
  webhooksListCommand,
  webhooksRemoveCommand,
  webhooksReplayCommand,
} from './commands/webhooks.ts';
import type { CommandDeps } from './deps.ts';

export const commands: readonly Command<CommandDeps>[] = [
  syncCommand,
  verifyCommand,
  migrateCommand,
  doctorCommand,
  userAddCommand,
  userListCommand,
  userTokenCommand,
  webhooksListCommand,
  webhooksEnsureCommand,
  webhooksRemoveCommand,
  webhooksReplayCommand,
];
