/** What commands are handed by the composition root. */
import type { Keyring } from '../base/box.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { IdSource } from '../domain/id.ts';
import type { ConnectionClient } from '../calendly/connection-client.ts';
import type { Preflight } from '../domain/preflight.ts';
import type { Connection } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import type { Run } from '../store/runs.ts';
import type { Tenants } from '../store/tenants.ts';

export interface CommandSettings {
  /** The schema of our tables. */
  schema: string;
  /** The mirrored range. */
  range: { pastDays: number; futureDays: number };
  /** Cron, five fields, UTC. */
  schedule: string;
  /** What was odd about the settings. */
  warnings: readonly string[];
}

export interface CommandDeps {
  settings: CommandSettings;
  mode: 'demo' | 'real';
  /** What looks across workspaces: `tenants.system`. */
  db: Db;
  tenants: Tenants;
  /** The database as the owner of its tables, for migrations alone. */
  owner: Db;
  clock: Clock;
  random: Random;
  ids: IdSource;
  newId(): string;
  keyring: Keyring;
  jwtSecret: Uint8Array;
  clientFor(connection: Connection, signal: AbortSignal): ConnectionClient;
  /** Links the account that the token opens and queues its first run. Throws what it was refused with. */
  connect(request: {
    workspaceId: string;
    userId: string;
    token: string;
    scope: 'user' | 'organization';
  }): Promise<{ id: string; created: boolean }>;
  /** Unlinks; resumes what was interrupted. */
  disconnect(
    request: { workspaceId: string; id: string; purge: boolean },
    signal: AbortSignal,
  ): Promise<{
    subscriptions: { removed: number; left: number };
    purged: { meetings: number; invitees: number; clients: number } | null;
  }>;
  /** Everything that is kept of one person in a workspace. Throws for what is no address. */
  exportPerson(
    workspaceId: string,
    email: string,
  ): Promise<{ tables: Record<string, Record<string, unknown>[]> }>;
  /** Forgets one person; answers what went. */
  erasePerson(
    workspaceId: string,
    email: string,
  ): Promise<Record<'invitees' | 'guests' | 'clients' | 'documents' | 'deliveries', number>>;
  /** Removes stored bytes that belong to no document any more. */
  sweepDocuments(): Promise<void>;
  /** Deletes a workspace with all that is in it. */
  removeWorkspace(id: string, signal: AbortSignal): Promise<void>;
  /** What Calendly allows the connection now; kept with it. Throws `CalendlyError`. */
  lookAgain(connection: Connection, signal: AbortSignal): Promise<Preflight>;
  /** Waits until these runs have ended; works on them in this process where no server does. */
  waitForRuns(runIds: readonly string[], signal: AbortSignal): Promise<Run[]>;
  /** What Calendly can reach; null where nothing can. */
  publicUrl(): string | null;
  /** Applies pending migrations and adopts the environment's token, once. */
  prepare(): Promise<void>;
  migrationsDir: string;
}
