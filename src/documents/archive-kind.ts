/** What a ZIP or an old office file is, told by the names inside; nothing in it is unpacked. */
import type { FileKind } from '../domain/document.ts';

const ENTRY = Buffer.from('PK\x03\x04', 'latin1');
const LISTED = Buffer.from('PK\x01\x02', 'latin1');
/** Lengths of the fixed parts before a name: local header and central directory, APPNOTE.TXT §4.3. */
const ENTRY_FIXED = { nameLength: 26, name: 30 };
const LISTED_FIXED = { nameLength: 28, name: 46 };
const LONGEST_NAME = 1024;

const OFFICE: readonly (readonly [folder: string, type: string, ending: string])[] = [
  ['word/', 'wordprocessingml.document', 'docx'],
  ['xl/', 'spreadsheetml.sheet', 'xlsx'],
  ['ppt/', 'presentationml.presentation', 'pptx'],
];

const OPEN_DOCUMENT: Readonly<Record<string, string>> = {
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.graphics': 'odg',
  'application/epub+zip': 'epub',
};

/** Macros, Java and Android programs: they run when they are opened. */
const PROGRAM =
  /(^|\/)vbaProject\.bin$|^META-INF\/MANIFEST\.MF$|^AndroidManifest\.xml$|\.class$|^Basic\/|^Scripts\//i;

/** Whether it begins as a ZIP does, an empty one included. */
export function isZip(head: Buffer): boolean {
  return head.subarray(0, 4).equals(ENTRY) || head.toString('latin1', 0, 4) === 'PK\x05\x06';
}

/** What kind of ZIP it is; `undefined` for one that holds a program. */
export function findZipKind(head: Buffer, tail: Buffer): FileKind | undefined {
  const names = [...namesIn(head, ENTRY, ENTRY_FIXED), ...namesIn(tail, LISTED, LISTED_FIXED)];
  if (names.some((name) => PROGRAM.test(name))) return undefined;
  if (names.includes('[Content_Types].xml')) {
    const found = OFFICE.find(([folder]) => names.some((name) => name.startsWith(folder)));
    if (found !== undefined) {
      const [, type, ending] = found;
      return {
        type: `application/vnd.openxmlformats-officedocument.${type}`,
        category: 'document',
        ending,
      };
    }
  }
  const type = mimetypeOf(head);
  const ending = OPEN_DOCUMENT[type];
  if (ending !== undefined) return { type, category: 'document', ending };
  return { type: 'application/zip', category: 'other', ending: 'zip' };
}

/** OpenDocument and EPUB: the first entry is called `mimetype`, and its bytes follow as they are. */
function mimetypeOf(head: Buffer): string {
  if (head.toString('latin1', 30, 38) !== 'mimetype') return '';
  const extra = head.readUInt16LE(28);
  const text = head.toString('latin1', 38 + extra, 38 + extra + 64);
  return /^application\/[a-z.+]+/.exec(text)?.[0] ?? '';
}

function namesIn(
  bytes: Buffer,
  mark: Buffer,
  fixed: { nameLength: number; name: number },
): string[] {
  const names: string[] = [];
  for (let from = bytes.indexOf(mark); from !== -1; from = bytes.indexOf(mark, from + 4)) {
    if (from + fixed.name > bytes.length) break;
    const length = Math.min(bytes.readUInt16LE(from + fixed.nameLength), LONGEST_NAME);
    names.push(bytes.toString('latin1', from + fixed.name, from + fixed.name + length));
  }
  return names;
}

const COMPOUND = Buffer.from('D0CF11E0A1B11AE1', 'hex');

/** Kinds of compound files by the stream that makes them what they are; its name is UTF-16 in the directory. */
const STREAMS: readonly (readonly [stream: string, type: string, ending: string])[] = [
  ['WordDocument', 'application/msword', 'doc'],
  ['Workbook', 'application/vnd.ms-excel', 'xls'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint', 'ppt'],
  ['__substg1.0_', 'application/vnd.ms-outlook', 'msg'],
];

/** By the name where the directory lies outside of what was looked at. */
const BY_ENDING: Readonly<Record<string, string>> = Object.fromEntries(
  STREAMS.map(([, type, ending]) => [ending, type]),
);

/** What an old office file is; `undefined` where it is none, holds macros, or is an installer or the like. */
export function findCompoundKind(
  head: Buffer,
  tail: Buffer,
  nameEnding: string,
): FileKind | undefined {
  if (!head.subarray(0, 8).equals(COMPOUND)) return undefined;
  const holds = (stream: string): boolean => {
    const bytes = Buffer.from(stream, 'utf16le');
    return head.includes(bytes) || tail.includes(bytes);
  };
  if (holds('_VBA_PROJECT')) return undefined;
  for (const [stream, type, ending] of STREAMS) {
    if (holds(stream)) return { type, category: 'document', ending };
  }
  const type = BY_ENDING[nameEnding];
  return type === undefined ? undefined : { type, category: 'document', ending: nameEnding };
}
