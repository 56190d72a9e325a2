/** `verify`: proves that the rows equal Calendly. */
import type { CalendlyClient } from '../../calendly/client.ts';
import { fetchUser } from '../../sync/account.ts';
import { filtersOf, firstMode } from '../../sync/poll.ts';
import type { Connection } from '../../store/connections.ts';
import type { ProofContext } from '../../sync/proof-context.ts';
import { type Proof, verify } from '../../sync/verify.ts';
import { type Command, EXIT, flag, print, text, UsageError } from '../command.ts';
import type { CommandDeps } from '../deps.ts';
import { watchProgress } from '../progress.ts';
import { chooseConnections } from './sync.ts';

export const verifyCommand: Command<CommandDeps> = {
  name: 'verify',
  usage: '[--connection ID] [--repair] [--json]',
  summary: 'Proves that the rows equal Calendly; exit 1 when they differ or it could not be told',
  options: { connection: { type: 'string' }, repair: { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  check(args) {
    if (!flag(args, 'repair')) return;
    throw new UsageError('--repair is not there yet: `sync --full` reads everything again.');
  },
  async run(deps, args, io) {
    await deps.prepare();
    const connections = await chooseConnections(deps, text(args, 'connection'));
    let checked = 0;
    const progress = watchProgress(io, deps.clock, async () => `${checked} meetings proven`);
    const proofs: Proof[] = [];
    try {
      for (const connection of connections) {
        proofs.push(
          await prove(deps, connection, {
            signal: io.signal,
            progress: (count) => {
              checked = count;
            },
          }),
        );
      }
    } finally {
      progress.stop();
    }
    const answer = together(proofs);
    for (const { error } of proofs) {
      if (error !== null) io.err(`${error.message}\n${error.action ?? ''}\n`);
    }
    print(io, args, { value: answer, lines: verdict });
    return answer.complete && driftOf(answer) === 0 ? EXIT.ok : EXIT.failed;
  },
};

async function prove(
  deps: CommandDeps,
  connection: Connection,
  options: Pick<ProofContext, 'signal' | 'progress'>,
): Promise<Proof> {
  const client = deps.clientFor(connection, options.signal);
  try {
    const known = await withAccount(connection, client.calendly);
    return await verify({
      db: deps.db,
      calendly: client.calendly,
      connection: known,
      filters: filtersOf(known, known.read_mode ?? firstMode(known)),
      range: deps.settings.range,
      ...options,
    });
  } finally {
    await client.close();
  }
}

/** A connection that no run has read yet is asked whose it is: everything will be missing, and is told so. */
async function withAccount(connection: Connection, calendly: CalendlyClient): Promise<Connection> {
  if (connection.calendly_user_uri !== null) return connection;
  const user = await fetchUser({ calendly });
  return { ...connection, calendly_user_uri: user.uri, organization_uri: user.organizationUri };
}

type Answer = Omit<Proof, 'error'>;

function together(proofs: readonly Proof[]): Answer {
  const different = new Map(
    proofs.flatMap((proof) => proof.different.map((one) => [one.uri, one])),
  );
  return {
    complete: proofs.every((proof) => proof.complete),
    checked: {
      meetings: proofs.reduce((sum, proof) => sum + proof.checked.meetings, 0),
      invitees: proofs.reduce((sum, proof) => sum + proof.checked.invitees, 0),
    },
    missing: [...new Set(proofs.flatMap((proof) => proof.missing))],
    extra: [...new Set(proofs.flatMap((proof) => proof.extra))],
    different: [...different.values()],
    requests: proofs.reduce((sum, proof) => sum + proof.requests, 0),
  };
}

function driftOf(answer: Answer): number {
  return answer.missing.length + answer.extra.length + answer.different.length;
}

function verdict(answer: Answer): string[] {
  return [
    ...answer.missing.map((uri) => `missing    ${uri}`),
    ...answer.extra.map((uri) => `extra      ${uri}`),
    ...answer.different.map(({ uri, fields }) => `different  ${uri} (${fields.join(', ')})`),
    `drift: ${driftOf(answer)}${answer.complete ? '' : ' so far (the proof is not complete)'}`,
    `checked ${answer.checked.meetings} meetings and ${answer.checked.invitees} invitees with ${answer.requests} requests`,
  ];
}
