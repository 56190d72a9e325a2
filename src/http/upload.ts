/** An upload as it comes over HTTP, a form or a bare body: its files taken in one after the other, its fields read. */
import type { FastifyRequest } from 'fastify';
import { type ArrivedFile, discardFiles, receiveFile } from '../documents/arrival.ts';
import type { DocumentsDeps } from '../documents/deps.ts';
import type { Id } from '../domain/id.ts';
import type { Clock } from '../base/time.ts';
import { type BodyPace, type BodyStream, openBody } from './body-stream.ts';
import { isMultipart, type Part, readParts } from './multipart.ts';
import { invalidRequest, tooLarge } from './refusals.ts';

export interface Upload<Said> {
  files: ArrivedFile[];
  /** What `read` made of the plain fields. */
  said: Said;
}

export interface UploadOptions<Said> {
  workspaceId: Id;
  /** Of a bare body. */
  fileName: string;
  pace: BodyPace;
  /** Reads a form's plain fields, the first of each name; a bare body has none. May throw 400. */
  read: (fields: Readonly<Record<string, string>>) => Said;
}

const MOST_FILES = 20;
const LONGEST_FIELD = 1024;
/** Room for boundaries, heads and fields around the files of a form. */
const FORM_BYTES = 128 * 1024;

/** Takes in what the request brings. Throws 400, 408, 413 and what `receiveFile` throws; no file is left then. */
export async function receiveUpload<Said>(
  deps: DocumentsDeps & { clock: Clock },
  request: FastifyRequest,
  options: UploadOptions<Said>,
): Promise<Upload<Said>> {
  const type = request.raw.headers['content-type'] ?? '';
  const isForm = isMultipart(type);
  refuseAnnounced(request, isForm ? deps.maxBytes * MOST_FILES + FORM_BYTES : deps.maxBytes);
  const body = openBody(request.raw, deps.clock, options.pace);
  const upload: Arrived = { files: [], fields: {} };
  const take = async (name: string, bytes: AsyncIterable<Buffer>): Promise<void> => {
    upload.files.push(await receiveFile(deps, options.workspaceId, { name, bytes }));
  };
  try {
    if (isForm) await takeForm(readParts(body, type), upload, take);
    else await take(options.fileName, piecesOf(body));
    return { files: upload.files, said: options.read(upload.fields) };
  } catch (error) {
    await discardFiles(deps, upload.files);
    throw error;
  } finally {
    body.discard();
  }
}

interface Arrived {
  files: ArrivedFile[];
  fields: Record<string, string>;
}

async function takeForm(
  parts: AsyncIterable<Part>,
  upload: Arrived,
  take: (name: string, bytes: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  for await (const { name, fileName, bytes } of parts) {
    if (name === 'file') {
      if (upload.files.length === MOST_FILES) {
        throw invalidRequest([
          { field: 'file', message: `is given more than ${MOST_FILES} times` },
        ]);
      }
      await take(fileName ?? '', bytes);
    } else if (fileName === null) {
      const value = await readField(name, bytes);
      if (!Object.hasOwn(upload.fields, name)) upload.fields[name] = value;
    }
  }
  if (upload.files.length > 0) return;
  throw invalidRequest([{ field: 'file', message: 'is missing' }]);
}

async function readField(name: string, bytes: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > LONGEST_FIELD) {
      throw invalidRequest([{ field: name.slice(0, 100), message: 'is too long' }]);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Before a byte of it is read: what says itself that it is too large. */
function refuseAnnounced(request: FastifyRequest, mostBytes: number): void {
  if (Number(request.raw.headers['content-length'] ?? 0) > mostBytes) throw tooLarge();
}

async function* piecesOf(body: BodyStream): AsyncGenerator<Buffer, void, undefined> {
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) yield piece;
}
