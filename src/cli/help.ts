/** What `--help` shows. */
import type { Command } from './command.ts';

export function overview(
  commands: readonly Pick<Command<never>, 'name' | 'usage' | 'summary'>[],
): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    'calendly-sync COMMAND [options]',
    '',
    ...lines,
    '',
    'Every command takes --help and --json. Exit codes: 0 ok, 1 failed, 2 wrong use, 130 interrupted.',
    'Settings come from the environment and .env; .env.example explains each.',
    '',
  ].join('\n');
}

export function commandHelp(command: Pick<Command<never>, 'name' | 'usage' | 'summary'>): string {
  return (
    `Usage: calendly-sync ${command.name} ${command.usage}`.trimEnd() + `\n\n${command.summary}\n`
  );
}
