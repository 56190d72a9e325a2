/** `rotate-keys`: seals every stored secret anew with the first key of ENCRYPTION_KEYS. */
import { rotateKeys } from '../../accounts/rotation.ts';
import { appendAuditEverywhere } from '../../store/audit.ts';
import { type Command, EXIT, print } from '../command.ts';
import type { CommandDeps } from '../deps.ts';

export const rotateKeysCommand: Command<CommandDeps> = {
  name: 'rotate-keys',
  usage: '[--json]',
  summary: 'Seals every stored secret anew with the first key of ENCRYPTION_KEYS',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const done = await rotateKeys(deps.db, deps.keyring, { signal: io.signal });
    if (done.rotated > 0) {
      const detail = { key: deps.keyring.sealsWith };
      await appendAuditEverywhere(deps.db, { action: 'keys.rotated', detail }, deps.ids);
    }
    print(io, args, {
      value: { key: deps.keyring.sealsWith, ...done },
      lines: () => [`Sealed anew: ${done.rotated}; now sealed with the first key: ${done.current}`],
    });
    if (done.unreadable === 0) return EXIT.ok;
    io.err(
      `${done.unreadable} secret(s) cannot be opened: put the key they were sealed with back into ENCRYPTION_KEYS, behind the first one, or link those accounts again.\n`,
    );
    return EXIT.failed;
  },
};
