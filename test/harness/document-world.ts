/** A real HTTP server with a place for documents, and the few requests that tests of documents make. */
import type { DocumentsDeps } from '../../src/documents/deps.ts';
import { sweepDocuments } from '../../src/documents/sweep.ts';
import type { Tenants } from '../../src/store/tenants.ts';
import type { Id, IdSource } from '../../src/domain/id.ts';
import { type DocumentPlace, makePlace, type PlaceKind } from './document-places.ts';
import {
  type HttpWorld,
  type HttpWorldOptions,
  type Member,
  startHttpWorld,
} from './http-world.ts';

export interface DocumentWorld extends HttpWorld {
  place: DocumentPlace;
  documents: DocumentsDeps;
  close(): Promise<void>;
}

export interface DocumentWorldOptions extends HttpWorldOptions {
  kind?: PlaceKind;
  maxBytes?: number;
  quotaBytes?: number | null;
}

export const OWNER = 'host:1:test';

/** What the room of documents works with at this place; files of up to a mebibyte are taken. */
export function documentsAt(
  place: DocumentPlace,
  made: { tenants: Tenants; ids: IdSource },
  limits: { maxBytes?: number | undefined; quotaBytes?: number | null | undefined } = {},
): DocumentsDeps {
  const { maxBytes = 1024 * 1024, quotaBytes = null } = limits;
  const { storage, staging } = place;
  return { ...made, storage, staging, maxBytes, quotaBytes, owner: OWNER };
}

/** Starts it, on a folder unless said otherwise. */
export async function startDocumentWorld(
  options: DocumentWorldOptions = {},
): Promise<DocumentWorld> {
  const { kind = 'disk', maxBytes, quotaBytes, ...rest } = options;
  const place = await makePlace(kind);
  const held: { documents?: DocumentsDeps } = {};
  const world = await startHttpWorld({
    ...rest,
    documents: (made) => (held.documents = documentsAt(place, made, { maxBytes, quotaBytes })),
  });
  const { documents } = held;
  if (documents === undefined) throw new Error('The world asked for no documents');
  return {
    ...world,
    place,
    documents,
    async close() {
      await world.close();
      await place.close();
    },
  };
}

/** A sweep after every process that was there is gone. */
export async function sweepAll(documents: DocumentsDeps): Promise<number> {
  return (await sweepDocuments(documents, () => true)).removed;
}

export interface DocumentAnswer {
  status: number;
  headers: Headers;
  // The tests say what they expect of it; there is no type to promise here.
  body: DocumentBody;
}

/** A document, several, or a problem. */
export interface DocumentBody {
  id: Id;
  file_name: string;
  file_type: string;
  sha256: string;
  code?: string;
  data?: DocumentBody[];
  [field: string]: unknown;
}

export interface UploadRequest {
  as?: Member;
  /** Parameters of the address, `file_name` among them. */
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
}

/** Uploads a bare body, or a form where `body` is one. */
export async function upload(
  world: Pick<HttpWorld, 'url' | 'admin'>,
  body: Uint8Array | string | FormData | ReadableStream,
  request: UploadRequest = {},
): Promise<DocumentAnswer> {
  const { as = world.admin, query = {}, headers } = request;
  const parameters = new URLSearchParams(query).toString();
  const response = await fetch(`${world.url}/api/documents?${parameters}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as.token}`, ...headers },
    body: typeof body === 'string' ? Buffer.from(body) : body,
    duplex: 'half',
  } as RequestInit);
  const answer = (await response.json()) as DocumentBody;
  return { status: response.status, headers: response.headers, body: answer };
}

/** The bytes of a document, whatever is answered. */
export async function download(
  world: Pick<HttpWorld, 'url' | 'admin'>,
  id: Id,
  request: { as?: Member; what?: 'content' | 'preview'; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const { as = world.admin, what = 'content', headers } = request;
  const response = await fetch(`${world.url}/api/documents/${id}/${what}`, {
    headers: { authorization: `Bearer ${as.token}`, ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** A form of these files, each under the name `file`, and fields. */
export function formOf(
  files: readonly { name: string; bytes: Uint8Array | string }[],
  fields: Readonly<Record<string, string>> = {},
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { name, bytes } of files) {
    form.append('file', new Blob([typeof bytes === 'string' ? bytes : Buffer.from(bytes)]), name);
  }
  return form;
}
