/** multipart/form-data (RFC 7578), read part by part as it comes; nothing is held but the piece at hand. */
import type { BodyStream } from './body-stream.ts';
import { badBody } from './refusals.ts';

export interface Part {
  name: string;
  /** As the sender calls it, with folders and all; null for a plain field. */
  fileName: string | null;
  /** To be read before the next part; what is left of it is skipped. */
  bytes: AsyncIterable<Buffer>;
}

const MOST_PARTS = 100;
const LONGEST_HEAD = 16 * 1024;
const LONGEST_PREAMBLE = 8 * 1024;
/** RFC 2046 §5.1.1 */
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i;

/** Whether a body of this `Content-Type` is a form with files. */
export function isMultipart(contentType: string): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(contentType.trim());
}

/** The parts in their order. Throws 400 where it is no such form or ends before its end, and what `body` throws. */
export async function* readParts(
  body: Pick<BodyStream, 'next'>,
  contentType: string,
): AsyncGenerator<Part, void, undefined> {
  const found = BOUNDARY.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw badBody('has no boundary');
  const reader = new Reader(body, Buffer.from(`\r\n--${boundary}`, 'latin1'));
  await reader.skipPreamble();
  for (let parts = 1; !(await reader.isAtEnd()); parts += 1) {
    if (parts > MOST_PARTS) throw badBody(`has more than ${MOST_PARTS} parts`);
    const { name, fileName } = parseHead(await reader.readHead());
    const bytes = reader.readBytes();
    yield { name, fileName, bytes };
    await reader.skipRest();
  }
}

class Reader {
  private readonly body: Pick<BodyStream, 'next'>;
  private readonly delimiter: Buffer;
  /** What came and was not given out; the first delimiter may be without the line end before it. */
  private held: Buffer = Buffer.from('\r\n');
  private isInPart = false;

  constructor(body: Pick<BodyStream, 'next'>, delimiter: Buffer) {
    this.body = body;
    this.delimiter = delimiter;
  }

  async skipPreamble(): Promise<void> {
    let skipped = 0;
    this.isInPart = true;
    for await (const piece of this.readBytes()) {
      skipped += piece.length;
      if (skipped > LONGEST_PREAMBLE) throw badBody('does not begin with its boundary');
    }
  }

  /** After a delimiter: two dashes end the form, a line end begins a part. */
  async isAtEnd(): Promise<boolean> {
    while (this.held.length < 2) await this.fill();
    if (this.held.toString('latin1', 0, 2) === '--') return true;
    const line = await this.takeUntil('\r\n', 256);
    if (!/^[ \t]*$/.test(line.toString('latin1'))) throw badBody('has a broken boundary');
    return false;
  }

  async readHead(): Promise<string> {
    // A part may have no header lines at all: then the empty line follows at once.
    this.held = Buffer.concat([Buffer.from('\r\n'), this.held]);
    const head = await this.takeUntil('\r\n\r\n', LONGEST_HEAD);
    this.isInPart = true;
    return decodeText(head);
  }

  async *readBytes(): AsyncGenerator<Buffer, void, undefined> {
    while (this.isInPart) {
      const at = this.held.indexOf(this.delimiter);
      // Its beginning may be the last of what came.
      const safe = at === -1 ? this.held.length - this.delimiter.length + 1 : at;
      const piece = this.held.subarray(0, Math.max(safe, 0));
      this.held = this.held.subarray(at === -1 ? piece.length : at + this.delimiter.length);
      this.isInPart = at === -1;
      if (piece.length > 0) yield piece;
      if (this.isInPart) await this.fill();
    }
  }

  async skipRest(): Promise<void> {
    const rest = this.readBytes();
    while ((await rest.next()).done !== true) continue;
  }

  private async takeUntil(mark: string, longest: number): Promise<Buffer> {
    for (;;) {
      const at = this.held.indexOf(mark, 0, 'latin1');
      if (at === -1 ? this.held.length > longest : at > longest) {
        throw badBody('has a part with a head that is too long');
      }
      if (at !== -1) {
        const taken = this.held.subarray(0, at);
        this.held = this.held.subarray(at + mark.length);
        return taken;
      }
      await this.fill();
    }
  }

  private async fill(): Promise<void> {
    const piece = await this.body.next();
    if (piece === undefined) throw badBody('ends before its last boundary');
    this.held = this.held.length === 0 ? piece : Buffer.concat([this.held, piece]);
  }
}

function parseHead(head: string): { name: string; fileName: string | null } {
  const lines = head.split('\r\n').filter((line) => line !== '');
  const valueOf = (header: string): string | undefined =>
    lines.find((line) => line.toLowerCase().startsWith(`${header}:`))?.slice(header.length + 1);
  const encoding = valueOf('content-transfer-encoding')?.trim() ?? 'binary';
  if (!/^(binary|7bit|8bit)$/i.test(encoding)) throw badBody('has a part in a transfer encoding');
  const parameters = parametersOf(valueOf('content-disposition') ?? '');
  const name = parameters.get('name');
  if (name === undefined) throw badBody('has a part without a name');
  const extended = parameters.get('filename*');
  const fileName = (extended && decodeExtended(extended)) ?? parameters.get('filename') ?? null;
  return { name, fileName };
}

const PARAMETER = /;\s*([\w!#$%&'+.^`|~-]+\*?)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"|([^;]*))/g;

function parametersOf(disposition: string): Map<string, string> {
  if (!/^\s*form-data\s*(;|$)/i.test(disposition)) return new Map();
  const found = [...disposition.matchAll(PARAMETER)].map(
    ([, name = '', quoted, plain = '']): [string, string] => [
      name.toLowerCase(),
      quoted === undefined ? plain.trim() : unquote(quoted),
    ],
  );
  // the first of two wins
  return new Map(found.toReversed());
}

/** curl escapes quotes and backslashes, browsers write %22 %0D %0A; a path of old times has backslashes of its own. */
function unquote(text: string): string {
  return text
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(22|0D|0A)/gi, (sign) => decodeURIComponent(sign));
}

/** RFC 8187: `UTF-8''na%C3%AFve.pdf` */
function decodeExtended(text: string): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(text)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
