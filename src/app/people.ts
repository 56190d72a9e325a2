/** One person's data: handed over, or forgotten. */
import { buffer } from 'node:stream/consumers';
import { type Erased, erasePerson } from '../clients/erasing.ts';
import { openContent } from '../documents/content.ts';
import type { Storage } from '../documents/storage.ts';
import { emailKey } from '../domain/email.ts';
import { AppError, describeError } from '../domain/errors.ts';
import type { Id } from '../domain/id.ts';
import { appendAudit, type Doer } from '../store/audit.ts';
import { findDocumentBytes } from '../store/documents.ts';
import { addressesOfPerson } from '../store/erasure.ts';
import { type PersonRows, readPersonRows } from '../store/person-rows.ts';
import type { PeopleActions } from '../http/people-actions.ts';
import type { Core } from './core.ts';
import type { DocumentsRoom } from './documents.ts';

export interface PersonRequest {
  workspaceId: Id;
  email: string;
  by: Doer;
}

export interface PersonExport {
  email: string;
  exported_at: string;
  workspace_id: Id;
  /** Every address of the same client. */
  emails: string[];
  /** Rows by table, what Calendly said included; documents with their bytes as `content_base64`. */
  tables: PersonRows;
}

/** Everything that is kept of whoever has this address. Throws `person.email_unfit`. */
export async function exportPerson(
  core: Core,
  storage: Storage,
  { workspaceId, email, by }: PersonRequest,
): Promise<PersonExport> {
  const rows = core.tenants.of(workspaceId);
  const key = requireKey(email);
  const person = await addressesOfPerson(rows, workspaceId, key);
  const tables = await readPersonRows(rows, workspaceId, person);
  for (const document of tables['client_documents'] ?? []) {
    Object.assign(document, await contentOf(core, storage, { workspaceId, id: document['id'] }));
  }
  await appendAudit(rows, { workspaceId, ...by, action: 'person.exported' }, core.ids);
  const exportedAt = await rows.clock();
  return {
    email: key,
    exported_at: exportedAt,
    workspace_id: workspaceId,
    emails: person.emailKeys,
    tables,
  };
}

/** Forgets whoever has this address; the bytes of documents go with the next sweep. Throws `person.email_unfit`. */
export function forgetPerson(
  core: Core,
  { workspaceId, email, by }: PersonRequest,
): Promise<Erased> {
  const rows = core.tenants.of(workspaceId);
  return erasePerson(rows, { workspaceId, emailKey: requireKey(email), by }, core.ids);
}

/** As the routes may do it; bytes of erased documents are removed at once. */
export function createPeopleActions(core: Core, documents: DocumentsRoom): PeopleActions {
  return {
    exportPerson: (request) => exportPerson(core, documents.deps.storage, request),
    async erasePerson(request) {
      const erased = await forgetPerson(core, request);
      documents.sweepNow();
      return erased;
    },
  };
}

async function contentOf(
  core: Core,
  storage: Storage,
  document: { workspaceId: Id; id: unknown },
): Promise<Record<string, string>> {
  const { workspaceId, id } = document;
  const rows = core.tenants.of(workspaceId);
  const bytes = await findDocumentBytes(rows, workspaceId, String(id));
  if (bytes === undefined) return {};
  try {
    const content = await openContent(storage, workspaceId, bytes);
    return { content_base64: (await buffer(await content.read())).toString('base64') };
  } catch (error) {
    // the rest of the person's data is not kept back for one file
    return { content_error: describeError(error).code };
  }
}

function requireKey(email: string): string {
  const key = emailKey(email);
  if (key !== undefined) return key;
  throw new AppError({
    kind: 'invalid',
    code: 'person.email_unfit',
    message: 'This is not an e-mail address',
    details: [{ field: 'email', message: 'must be an e-mail address' }],
  });
}
