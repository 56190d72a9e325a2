/** What the room of documents works with. */
import type { IdSource } from '../domain/id.ts';
import type { Tenants } from '../store/tenants.ts';
import type { Staging } from './staging.ts';
import type { Storage } from './storage.ts';

export interface DocumentsDeps {
  tenants: Tenants;
  storage: Storage;
  staging: Staging;
  /** The largest file, in bytes. */
  maxBytes: number;
  /** All bytes that one workspace may keep; null: any number. */
  quotaBytes: number | null;
  /** This process, as rows of files on their way in name it. */
  owner: string;
  ids: IdSource;
}
