/** Submissions of routing forms as rows. */
import type { ObservedSubmission } from '../domain/submission.ts';
import type { Tx } from './db.ts';

/** Writes a submission; false where the same or a newer one is there. */
export async function upsertSubmission(
  tx: Tx,
  workspaceId: string,
  write: { submission: ObservedSubmission; id: string },
): Promise<boolean> {
  const { submission } = write;
  const { count } = await tx.query(
    `insert into routing_form_submissions as s (workspace_id, id, calendly_uri, routing_form_uri, submitter_uri,
       calendly_created_at, source_updated_at, raw, raw_exact, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $10)
     on conflict (workspace_id, calendly_uri) do update set
       routing_form_uri = excluded.routing_form_uri, submitter_uri = excluded.submitter_uri,
       source_updated_at = excluded.source_updated_at, raw = excluded.raw, raw_exact = excluded.raw_exact,
       updated_at = excluded.updated_at
     where s.source_updated_at < excluded.source_updated_at`,
    [
      workspaceId,
      write.id,
      submission.uri,
      submission.routingFormUri,
      submission.submitterUri,
      submission.calendlyCreatedAt,
      submission.sourceUpdatedAt,
      JSON.stringify(submission.raw),
      submission.rawExact,
      await tx.clock(),
    ],
  );
  return count > 0;
}
