/** `verify`: proves that the rows equal Calendly. */
import { type DriftSum, sumDrift } from '../../sync/drift-sum.ts';
import { proveConnection } from '../../sync/proving.ts';
import type { Proof } from '../../sync/verify.ts';
import { type Command, EXIT, flag, print, text } from '../command.ts';
import type { CommandDeps } from '../deps.ts';
import { watchProgress } from '../progress.ts';
import { chooseConnections } from './sync.ts';

export const verifyCommand: Command<CommandDeps> = {
  name: 'verify',
  usage: '[--connection ID] [--repair] [--json]',
  summary: 'Proves that the rows equal Calendly; exit 1 when they differ or it could not be told',
  options: { connection: { type: 'string' }, repair: { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const connections = await chooseConnections(deps, text(args, 'connection'));
    let checked = 0;
    const progress = watchProgress(io, deps.clock, async () => `${checked} meetings proven`);
    const proving = { ...deps, range: deps.settings.range };
    const proofs: Proof[] = [];
    try {
      for (const connection of connections) {
        proofs.push(
          await proveConnection(proving, connection, {
            trigger: 'command',
            signal: io.signal,
            repair: flag(args, 'repair'),
            progress: (count) => {
              checked = count;
            },
          }),
        );
      }
    } finally {
      progress.stop();
    }
    const answer = sumDrift(proofs);
    for (const { error } of proofs) {
      if (error !== null) io.err(`${error.message}\n${error.action ?? ''}\n`);
    }
    print(io, args, { value: answer, lines: verdict });
    return answer.complete && driftOf(answer) === 0 ? EXIT.ok : EXIT.failed;
  },
};

function driftOf(answer: DriftSum): number {
  return answer.missing.length + answer.extra.length + answer.different.length;
}

function verdict(answer: DriftSum): string[] {
  return [
    ...answer.missing.map((uri) => `missing    ${uri}`),
    ...answer.extra.map((uri) => `extra      ${uri}`),
    ...answer.different.map(({ uri, fields }) => `different  ${uri} (${fields.join(', ')})`),
    `drift: ${driftOf(answer)}${answer.complete ? '' : ' so far (the proof is not complete)'}`,
    `checked ${answer.checked.meetings} meetings and ${answer.checked.invitees} invitees with ${answer.requests} requests`,
  ];
}
