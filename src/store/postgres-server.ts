/** Which server an address means, and whether it can serve: version, encoding, role, replica. */
import type { ClientConfig } from 'pg';
import { AppError } from '../domain/errors.ts';
import { DatabaseError } from './database-error.ts';
import type { Session } from './transaction.ts';

const OLDEST_VERSION = 15;
const CONNECT_TIMEOUT_MS = 10_000;
const LIBPQ_SSL = /^(prefer|require|verify-ca|verify-full)$/;

/**
 * Settings of a connection to `url`. Throws `database.bad_url` (kind `invalid`) unless it is a
 * `postgres://` or `postgresql://` address.
 */
export function clientConfig(url: string): ClientConfig {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new AppError({
      kind: 'invalid',
      code: 'database.bad_url',
      message: 'DATABASE_URL is not an address of the form postgres://user:password@host:5432/name',
    });
  }
  // `sslmode` means what it means to psql: https://www.postgresql.org/docs/15/libpq-ssl.html
  const sslmode = parsed.searchParams.get('sslmode') ?? '';
  if (LIBPQ_SSL.test(sslmode) && !parsed.searchParams.has('uselibpqcompat')) {
    parsed.searchParams.set('uselibpqcompat', 'true');
  }
  return {
    connectionString: parsed.href,
    application_name: 'calendly-sync',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

interface ServerFacts {
  version: number;
  version_text: string;
  encoding: string;
  in_recovery: boolean;
  read_only: boolean;
  superuser: boolean;
}

/** Refuses a server that cannot serve; answers what the operator should be told. */
export async function checkServer(session: Session): Promise<string[]> {
  const { rows } = await session.run(
    `select current_setting('server_version_num')::int / 10000 as version,
            current_setting('server_version') as version_text,
            current_setting('server_encoding') as encoding,
            pg_is_in_recovery() as in_recovery,
            current_setting('transaction_read_only')::boolean as read_only,
            (select rolsuper from pg_roles where rolname = current_user) as superuser`,
    [],
  );
  const facts = rows[0] as ServerFacts; // the statement above names exactly these columns
  return judgeServer(facts);
}

/** The rule behind `checkServer`, without a server. */
export function judgeServer(facts: ServerFacts): string[] {
  if (facts.version < OLDEST_VERSION) {
    throw new AppError({
      kind: 'invalid',
      code: 'database.too_old',
      message: `The server runs PostgreSQL ${facts.version_text}; version ${OLDEST_VERSION} or newer is needed`,
      action: `Point DATABASE_URL at PostgreSQL ${OLDEST_VERSION} or newer`,
    });
  }
  if (facts.in_recovery || facts.read_only) {
    throw new AppError({
      kind: 'invalid',
      code: 'database.read_only',
      message: facts.in_recovery
        ? 'The server is a read-only replica'
        : 'The database or role is set to read-only transactions',
      action: 'Point DATABASE_URL at the primary server with a role that may write',
    });
  }
  if (facts.encoding !== 'UTF8') {
    throw new AppError({
      kind: 'invalid',
      code: 'database.encoding',
      message: `The database's encoding is ${facts.encoding}; UTF8 is needed`,
      action: "Make a database with ENCODING 'UTF8' TEMPLATE template0",
    });
  }
  return facts.superuser
    ? ['The role of DATABASE_URL is a superuser; an ordinary role that owns the database is enough']
    : [];
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ECONNRESET: 'it closed the connection',
  ENOENT: 'there is no such socket',
  '28P01': 'it refused the user or password',
  '28000': 'it refused the user',
  '3D000': 'there is no database of that name',
  '42501': 'the role may not connect to that database',
  '53300': 'it has no connection left',
  '57P03': 'it is starting or stopping',
};

/** Why the first connection failed, with the address but never the user or password. */
export function unreachableError(error: unknown, url: string): AppError {
  if (error instanceof AppError && !(error instanceof DatabaseError)) return error;
  const { host, pathname } = new URL(url);
  const code = error instanceof DatabaseError ? error.sqlstate : errorCode(error);
  const reason = REASONS[code ?? ''] ?? reasonInWords(error, code);
  return new DatabaseError({
    kind: 'upstream',
    code: 'database.unreachable',
    message: `The database at ${host || 'the local socket'}${pathname} cannot be reached: ${reason}`,
    action: 'Check DATABASE_URL and that the server runs',
    sqlstate: error instanceof DatabaseError ? error.sqlstate : undefined,
  });
}

function reasonInWords(error: unknown, code: string | undefined): string {
  const said = error instanceof Error ? error.message : '';
  if (said.includes('does not support SSL')) return 'it offers no TLS, which sslmode asks for';
  if (/timeout/i.test(said)) return 'it did not answer in time';
  return code === undefined ? 'it did not answer as a PostgreSQL server' : `code ${code}`;
}

function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
