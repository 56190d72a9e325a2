/** Every command that works on an installation. */
import type { Command } from './command.ts';
import { connectCommand, disconnectCommand } from './commands/connections.ts';
import { doctorCommand } from './commands/doctor.ts';
import { migrateCommand } from './commands/migrate.ts';
import { eraseCommand, exportCommand } from './commands/people.ts';
import { rotateKeysCommand } from './commands/rotate-keys.ts';
import { syncCommand } from './commands/sync.ts';
import {
  userAddCommand,
  userListCommand,
  userPasswordCommand,
  userRemoveCommand,
  userTokenCommand,
} from './commands/users.ts';
import { verifyCommand } from './commands/verify.ts';
import {
  webhooksEnsureCommand,
  webhooksListCommand,
  webhooksRemoveCommand,
  webhooksReplayCommand,
} from './commands/webhooks.ts';
import { workspaceDeleteCommand, workspaceListCommand } from './commands/workspaces.ts';
import type { CommandDeps } from './deps.ts';

export const commands: readonly Command<CommandDeps>[] = [
  syncCommand,
  verifyCommand,
  migrateCommand,
  doctorCommand,
  connectCommand,
  disconnectCommand,
  exportCommand,
  eraseCommand,
  rotateKeysCommand,
  userAddCommand,
  userListCommand,
  userPasswordCommand,
  userRemoveCommand,
  userTokenCommand,
  workspaceListCommand,
  workspaceDeleteCommand,
  webhooksListCommand,
  webhooksEnsureCommand,
  webhooksRemoveCommand,
  webhooksReplayCommand,
];
