/** Rows of the mirror as a sync leaves them; a test names only what it is about. */
import { emailKey } from '../../src/domain/email.ts';
import { newId, type IdSource } from '../../src/domain/id.ts';
import type { Db } from '../../src/store/db.ts';

const AT = '2026-01-01T00:00:00.000001Z';

export interface RowMaker {
  /** Inserts into any table of the mirror; answers the row's id. */
  row(table: string, columns: Readonly<Record<string, unknown>>): Promise<string>;
  meeting(columns?: Readonly<Record<string, unknown>>): Promise<{ id: string; uri: string }>;
  invitee(meetingUri: string, columns?: Readonly<Record<string, unknown>>): Promise<string>;
  client(email: string, columns?: Readonly<Record<string, unknown>>): Promise<string>;
  connection(userId: string, columns?: Readonly<Record<string, unknown>>): Promise<string>;
  run(connectionId: string, columns?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Makes rows of one workspace. Objects and arrays of objects are written as JSON. */
export function rowsOf(db: Db, workspaceId: string, ids: IdSource): RowMaker {
  let count = 0;
  async function row(table: string, columns: Readonly<Record<string, unknown>>): Promise<string> {
    const id = newId(ids);
    const all: Record<string, unknown> = { workspace_id: workspaceId, id, ...columns };
    if (table === 'client_phones') delete all['id'];
    const names = Object.keys(all);
    await db.query(
      `insert into ${table} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(all).map(toParameter),
    );
    return typeof all['id'] === 'string' ? all['id'] : id;
  }
  const mirrored = {
    raw: {},
    core_hash: 'core',
    full_hash: 'full',
    observed_at: AT,
    observed_from: 'list',
    source_updated_at: AT,
    calendly_created_at: AT,
    created_at: AT,
    updated_at: AT,
  };
  return {
    row,
    async meeting(columns = {}) {
      const uri = `https://api.calendly.com/scheduled_events/M${(count += 1)}`;
      const id = await row('meetings', {
        calendly_uri: uri,
        status: 'active',
        title: 'Consultation',
        start_time: '2026-03-01T10:00:00.000000Z',
        end_time: '2026-03-01T10:30:00.000000Z',
        fingerprint: 'print',
        synced_at: AT,
        ...mirrored,
        ...columns,
      });
      return { id, uri };
    },
    invitee: (meetingUri, columns = {}) =>
      row('invitees', {
        calendly_uri: `${meetingUri}/invitees/I${(count += 1)}`,
        meeting_uri: meetingUri,
        status: 'active',
        link_pending: false,
        ...mirrored,
        ...columns,
      }),
    async client(email, { phones, ...columns } = {}) {
      const id = await row('clients', {
        name: 'Client',
        created_at: AT,
        updated_at: AT,
        ...columns,
      });
      await db.query(
        `insert into client_emails (workspace_id, email_key, email, client_id, created_at)
         values ($1, $2, $3, $4, $5)`,
        [workspaceId, emailKey(email), email, id, AT],
      );
      for (const phone of Array.isArray(phones) ? phones : []) {
        await row('client_phones', { client_id: id, phone, origin: 'user', created_at: AT });
      }
      return id;
    },
    connection: (userId, columns = {}) =>
      row('calendly_connections', {
        user_id: userId,
        kind: 'token',
        calendly_user_uri: `https://api.calendly.com/users/U${(count += 1)}`,
        name: 'Ada Host',
        email: 'ada@example.com',
        created_at: AT,
        updated_at: AT,
        ...columns,
      }),
    run: (connectionId, columns = {}) =>
      row('sync_runs', {
        connection_id: connectionId,
        trigger: 'api',
        state: 'done',
        queued_at: AT,
        started_at: AT,
        finished_at: AT,
        ...columns,
      }),
  };
}

function toParameter(value: unknown): unknown {
  const isStrings =
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
  return value !== null && typeof value === 'object' && !isStrings ? JSON.stringify(value) : value;
}
