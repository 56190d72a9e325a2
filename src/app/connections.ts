/** Clients for connections: the token opened, the request budget shared by everything that asks Calendly. */
import type { Keyring } from '../base/box.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import { type ClientOptions, createCalendlyClient } from '../calendly/client.ts';
import type { OAuthTokens } from '../accounts/oauth-tokens.ts';
import type { ConnectionClient } from '../calendly/connection-client.ts';
import { createGate, type Gate } from '../calendly/gate.ts';
import type { Ledger } from '../calendly/ledger.ts';
import { createTransport } from '../calendly/transport.ts';
import { AppError } from '../domain/errors.ts';
import { tokenPlace } from '../domain/sealed-places.ts';
import type { Connection } from '../store/connections.ts';

export interface ClientFactoryDeps {
  baseUrl: string;
  share: number;
  clock: Clock;
  random: Random;
  keyring: Keyring;
  userAgent: string;
  /** The budget that all processes share for a Calendly user; on both engines, so that `status` has one source. */
  ledgerOf(account: string): Ledger;
  /** Null, or left out, where no OAuth app is set up. */
  oauth?: OAuthTokens | null;
}

export interface ClientFactory {
  /** A client for the connection. Throws `connection.token_missing` or what the box throws. */
  clientFor(
    connection: Pick<Connection, 'id' | 'calendly_user_uri' | 'token_sealed'> & {
      kind?: Connection['kind'];
    },
    signal: AbortSignal,
  ): ConnectionClient;
  /** Calendly has said whose the connection is: its requests count there from now on. */
  identified(connectionId: string, account: string): void;
  /** The connection has other tokens, or none, from now on. */
  forget(connectionId: string): void;
  /** Tells Calendly that the tokens of a connection made by OAuth are not used any more. */
  revoke(connection: Pick<Connection, 'id' | 'kind'>, signal: AbortSignal): Promise<void>;
  /** A client for a token that is no connection yet. */
  clientForToken(token: string, signal: AbortSignal): ConnectionClient;
  close(): Promise<void>;
}

export function createClientFactory(deps: ClientFactoryDeps): ClientFactory {
  const transport = createTransport({ clock: deps.clock, limits: undefined });
  const gates = new Map<string, Gate>();
  /** The Calendly users of connections, by the connection's id. */
  const accounts = new Map<string, string>();

  return {
    clientFor(connection, signal) {
      if (connection.token_sealed === null) throw tokenMissing();
      if (connection.calendly_user_uri !== null) {
        accounts.set(connection.id, connection.calendly_user_uri);
      }
      const gate = gateFor(connection.id);
      const { id } = connection;
      if (connection.kind !== 'oauth') {
        const token = deps.keyring.open(connection.token_sealed, tokenPlace(id));
        return client({ token: () => token }, gate, signal);
      }
      const oauth = deps.oauth ?? null;
      if (oauth === null) throw noApp();
      const token = (): Promise<string> => oauth.access(id, signal);
      const renew = (refused: string): Promise<string> => oauth.access(id, signal, refused);
      return client({ token, renew }, gate, signal);
    },
    identified: (connectionId, account) => void accounts.set(connectionId, account),
    forget(connectionId) {
      accounts.delete(connectionId);
      deps.oauth?.forget(connectionId);
    },
    async revoke({ id, kind }, signal) {
      if (kind === 'oauth') await deps.oauth?.revoke(id, signal);
    },
    clientForToken: (token, signal) => client({ token: () => token }, newGate(), signal),
    async close() {
      await Promise.all([...gates.values()].map((gate) => gate.settle()));
      await transport.close();
    },
  };

  function client(
    tokens: Pick<ClientOptions, 'token' | 'renew'>,
    gate: Gate,
    signal: AbortSignal,
  ): ConnectionClient {
    const calendly = createCalendlyClient({
      baseUrl: deps.baseUrl,
      ...tokens,
      clock: deps.clock,
      random: deps.random,
      gate,
      signal,
      userAgent: deps.userAgent,
      transport,
    });
    return {
      calendly,
      budget: () => gate.state(),
      async close() {
        await gate.settle();
        await calendly.close();
      },
    };
  }

  /** Calendly counts requests for each of its users; until a connection's is known, it has a gate of its own. */
  function gateFor(connectionId: string): Gate {
    const gate = (): Gate => {
      const account = accounts.get(connectionId);
      const known = gates.get(account ?? connectionId);
      const used = known ?? newGate(account === undefined ? undefined : deps.ledgerOf(account));
      if (known === undefined) gates.set(account ?? connectionId, used);
      return used;
    };
    return {
      enter: (signal) => gate().enter(signal),
      heard: (status, headers) => gate().heard(status, headers),
      state: () => gate().state(),
      settle: () => gate().settle(),
    };
  }

  function newGate(ledger?: Ledger): Gate {
    const { clock, random, share } = deps;
    return createGate({ clock, random, share, ledger });
  }
}

function noApp(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'oauth.no_app',
    message: 'This connection was made with an OAuth app, and none is set up here any more',
    action: 'Set CALENDLY_CLIENT_ID and CALENDLY_CLIENT_SECRET again, or connect with a token.',
  });
}

function tokenMissing(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'connection.token_missing',
    message: 'This connection has no token any more',
    action: 'Connect Calendly again.',
  });
}
