/** Clients for connections: the token opened, the request budget shared by everything in this process. */
import type { Keyring } from '../base/box.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import { tokenPlace } from '../accounts/environment.ts';
import { createCalendlyClient } from '../calendly/client.ts';
import type { ConnectionClient } from '../calendly/connection-client.ts';
import { createGate, type Gate } from '../calendly/gate.ts';
import { createTransport } from '../calendly/transport.ts';
import { AppError } from '../domain/errors.ts';
import type { Connection } from '../store/connections.ts';

export interface ClientFactoryDeps {
  baseUrl: string;
  share: number;
  clock: Clock;
  random: Random;
  keyring: Keyring;
  userAgent: string;
}

export interface ClientFactory {
  /** A client for the connection. Throws `connection.token_missing` or what the box throws. */
  clientFor(
    connection: Pick<Connection, 'id' | 'calendly_user_uri' | 'token_sealed'>,
    signal: AbortSignal,
  ): ConnectionClient;
  /** A client for a token that is no connection yet. */
  clientForToken(token: string, signal: AbortSignal): ConnectionClient;
  close(): Promise<void>;
}

export function createClientFactory(deps: ClientFactoryDeps): ClientFactory {
  const transport = createTransport({ clock: deps.clock, limits: undefined });
  const gates = new Map<string, Gate>();

  return {
    clientFor(connection, signal) {
      if (connection.token_sealed === null) throw tokenMissing();
      const token = deps.keyring.open(connection.token_sealed, tokenPlace(connection.id));
      // Calendly counts requests for each of its users, whatever asks
      return client(token, gateOf(connection.calendly_user_uri ?? connection.id), signal);
    },
    clientForToken: (token, signal) => client(token, newGate(), signal),
    close: () => transport.close(),
  };

  function client(token: string, gate: Gate, signal: AbortSignal): ConnectionClient {
    const calendly = createCalendlyClient({
      baseUrl: deps.baseUrl,
      token: () => token,
      clock: deps.clock,
      random: deps.random,
      gate,
      signal,
      userAgent: deps.userAgent,
      transport,
    });
    return { calendly, budget: () => gate.state(), close: () => calendly.close() };
  }

  function gateOf(account: string): Gate {
    const gate = gates.get(account) ?? newGate();
    gates.set(account, gate);
    return gate;
  }

  function newGate(): Gate {
    return createGate({ clock: deps.clock, random: deps.random, share: deps.share });
  }
}

function tokenMissing(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'connection.token_missing',
    message: 'This connection has no token any more',
    action: 'Connect Calendly again.',
  });
}
