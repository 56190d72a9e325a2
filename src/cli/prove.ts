/** One connection held against Calendly, for the commands that prove. */
import type { CalendlyClient } from '../calendly/client.ts';
import type { Connection } from '../store/connections.ts';
import { fetchUser } from '../sync/account.ts';
import { filtersOf, firstMode } from '../sync/poll.ts';
import type { ProofContext } from '../sync/proof-context.ts';
import { repair } from '../sync/repair.ts';
import { type Proof, verify } from '../sync/verify.ts';
import type { CommandDeps } from './deps.ts';

export type ProveOptions = Pick<ProofContext, 'signal' | 'progress' | 'listingOnly'> & {
  /** Mend what a complete proof finds, and prove again. */
  repair?: boolean;
};

/** The proof of one connection; after a repair the proof of what it left. */
export async function prove(
  deps: CommandDeps,
  connection: Connection,
  options: ProveOptions,
): Promise<Proof> {
  const client = deps.clientFor(connection, options.signal);
  try {
    const known = await withAccount(connection, client.calendly);
    const context: ProofContext = {
      db: deps.db,
      calendly: client.calendly,
      connection: known,
      filters: filtersOf(known, known.read_mode ?? firstMode(known)),
      range: deps.settings.range,
      ...options,
    };
    const proof = await verify(context);
    const drift = proof.missing.length + proof.extra.length + proof.different.length;
    if (options.repair !== true || !proof.complete || drift === 0) return proof;
    const { requests } = client.calendly;
    await repair(context, proof, deps.newId);
    const mending = client.calendly.requests - requests;
    const after = await verify(context);
    return { ...after, requests: proof.requests + mending + after.requests };
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
