/** What a file is, told by its bytes alone; the name only helps to tell kinds of text apart. */
import type { FileKind } from '../domain/document.ts';
import { findCompoundKind, findZipKind, isZip } from './archive-kind.ts';
import { findSignature } from './signatures.ts';
import { findTextKind } from './text-kind.ts';

/** The kind of a file that is taken, from its first and last bytes; `undefined` for any other. */
export function findKind(head: Buffer, tail: Buffer, name: string): FileKind | undefined {
  const ending = endingOf(name);
  const found = findSignature(head);
  if (found !== undefined) return found;
  if (isZip(head)) return findZipKind(head, tail);
  return findCompoundKind(head, tail, ending) ?? findTextKind(head, tail, ending);
}

/** What follows the last dot of a name, in lower case; empty where there is none. */
export function endingOf(name: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}
