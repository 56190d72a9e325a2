/** Proofs of this process: asked for from several sides, each connection's made once, few at a time. */
import { createTurns } from '../base/turns.ts';
import { type Connection, findConnection } from '../store/connections.ts';
import { type ProofOrder, proveConnection, type ProvingDeps } from './proving.ts';
import type { Proof } from './verify.ts';

export type ProofRequest = Pick<ProofOrder, 'trigger' | 'repair' | 'day'>;

export interface ProofDesk {
  /**
   * The connection's proof: the one that waits or is under way, where it does all that this request wants,
   * else a new one behind it. Rejects like `proveConnection`, and with the reason of a stop.
   */
  prove(connection: Connection, request: ProofRequest): Promise<Proof>;
  /** Ends what is under way; nothing of it is recorded. */
  stop(): Promise<void>;
}

/** Proofs at once, of different connections: a slow account does not hold up the others. */
const AT_ONCE = 4;

interface Entry {
  request: ProofRequest;
  proof: Promise<Proof>;
}

export function openProofDesk(deps: ProvingDeps): ProofDesk {
  const stopping = new AbortController();
  const queues = new Map<string, Entry[]>();
  const turns = createTurns({ atOnce: AT_ONCE });

  return {
    prove(connection, request) {
      const queue = queues.get(connection.id) ?? [];
      const joined = queue.find((entry) => covers(entry.request, request));
      if (joined !== undefined) return joined.proof;
      const before = queue.at(-1)?.proof.catch(() => undefined);
      const proof = make(connection, request, before).finally(() => leave(connection.id, entry));
      const entry = { request, proof };
      queues.set(connection.id, [...queue, entry]);
      return proof;
    },
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      const left = [...queues.values()].flat();
      await Promise.allSettled(left.map(({ proof }) => proof));
    },
  };

  async function make(
    connection: Connection,
    request: ProofRequest,
    before: Promise<unknown> | undefined,
  ): Promise<Proof> {
    await before;
    return turns(async () => {
      stopping.signal.throwIfAborted();
      // what was learned of it while this waited
      const known = (await findConnection(deps.tenants.system, connection.id)) ?? connection;
      return proveConnection(deps, known, { ...request, signal: stopping.signal });
    });
  }

  function leave(id: string, entry: Entry): void {
    const queue = (queues.get(id) ?? []).filter((other) => other !== entry);
    if (queue.length > 0) queues.set(id, queue);
    else queues.delete(id);
  }
}

/** Whether a proof for `made` also answers `wanted`. */
function covers(made: ProofRequest, wanted: ProofRequest): boolean {
  const mends = made.repair === true || wanted.repair !== true;
  return mends && (made.day === undefined || made.day === wanted.day);
}
