/** Event types as rows. */
import type { ObservedEventType } from '../domain/event-type.ts';
import type { Tx } from './db.ts';

const COLUMNS = [
  'name',
  'active',
  'slug',
  'scheduling_url',
  'duration_minutes',
  'kind',
  'pooling_type',
  'type',
  'owner_uri',
  'deleted_at',
  'calendly_created_at',
  'source_updated_at',
  'raw',
  'raw_exact',
  'full_hash',
];

const UPSERT = `
  insert into event_types as t (workspace_id, id, calendly_uri, created_at, updated_at, observed_at, ${COLUMNS.join(', ')})
  select $1, x.id, x.calendly_uri, $3, $3, $4, ${COLUMNS.map((column) => `x.${column}`).join(', ')}
  from jsonb_to_recordset($2::jsonb) as x(id uuid, calendly_uri text, name text, active boolean, slug text,
    scheduling_url text, duration_minutes integer, kind text, pooling_type text, type text, owner_uri text,
    deleted_at timestamptz, calendly_created_at timestamptz, source_updated_at timestamptz, raw jsonb,
    raw_exact text, full_hash text)
  order by x.calendly_uri
  on conflict (workspace_id, calendly_uri) do update set
    ${COLUMNS.filter((column) => column !== 'raw')
      .map((column) => `${column} = excluded.${column}`)
      .join(', ')},
    raw = case when $5 then t.raw || excluded.raw else excluded.raw end,
    observed_at = excluded.observed_at, updated_at = excluded.updated_at
  where t.full_hash <> excluded.full_hash and t.observed_at < excluded.observed_at
    and (not $5 or t.source_updated_at is null or t.source_updated_at < excluded.source_updated_at)`;

/** Writes event types that differ and were read later; answers how many rows were written. */
export async function upsertEventTypes(
  tx: Tx,
  workspaceId: string,
  write: {
    at: string;
    readStartedAt: string;
    /** From a delivery, which lacks fields: what it does not name is kept, and only newer news counts. */
    partial: boolean;
    eventTypes: readonly ObservedEventType[];
    newId: () => string;
  },
): Promise<number> {
  if (write.eventTypes.length === 0) return 0;
  const input = write.eventTypes.map((type) => ({
    id: write.newId(),
    calendly_uri: type.uri,
    name: type.name,
    active: type.active,
    slug: type.slug,
    scheduling_url: type.schedulingUrl,
    duration_minutes: type.durationMinutes,
    kind: type.kind,
    pooling_type: type.poolingType,
    type: type.type,
    owner_uri: type.ownerUri,
    deleted_at: type.deletedAt,
    calendly_created_at: type.calendlyCreatedAt,
    source_updated_at: type.sourceUpdatedAt,
    raw: type.raw,
    raw_exact: type.rawExact,
    full_hash: type.fullHash,
  }));
  const { count } = await tx.query(UPSERT, [
    workspaceId,
    JSON.stringify(input),
    write.at,
    write.readStartedAt,
    write.partial,
  ]);
  return count;
}
