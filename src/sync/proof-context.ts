/** What a proof is handed: one connection, how to ask for it, and the range to prove. */
import type { CalendlyClient } from '../calendly/client.ts';
import type { Connection } from '../store/connections.ts';
import type { Db } from '../store/db.ts';
import type { RangeSettings } from './range.ts';

export interface ProofContext {
  db: Db;
  calendly: CalendlyClient;
  connection: Connection;
  /** The query of the connection's read mode. */
  filters: Readonly<Record<string, string>>;
  range: RangeSettings;
  /** Only the listing is held against the rows: what a sync would find, at a request for each page. */
  listingOnly?: boolean | undefined;
  /** Of which meetings the invitees are read; left out: of all. */
  inviteesOf?: ((meetingUri: string) => boolean) | undefined;
  signal: AbortSignal;
  /** Told after each page and batch: meetings proven so far. */
  progress?: ((checked: number) => void) | undefined;
}
