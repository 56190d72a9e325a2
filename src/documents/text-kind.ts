/** Whether bytes are plain text, and which: text has no first bytes of its own, so everything else has to be ruled out. */
import type { FileKind } from '../domain/document.ts';

/** Text that a browser or a shell would run. */
const ACTIVE =
  /<(!doctype\s+html|html|head|body|script|svg|iframe|object|embed|meta|link|style|form|img)[\s/>]|xmlns(:\w+)?\s*=\s*["']http:\/\/www\.w3\.org\/(1999\/xhtml|2000\/svg|1999\/XSL)/i;

const BY_ENDING: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  md: 'text/markdown',
  ics: 'text/calendar',
  vcf: 'text/vcard',
  vtt: 'text/vtt',
  json: 'application/json',
  eml: 'message/rfc822',
};

/** More bytes above 0x7F of a hundred than text of a Western code page has. */
const MOST_HIGH = 30;
/** Tab, the line ends and the form feed are text; other controls are not. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B\u000E-\u001F\u007F]/;

/** What kind of text it is; `undefined` where it is none, or would run somewhere. */
export function findTextKind(head: Buffer, tail: Buffer, nameEnding: string): FileKind | undefined {
  const decode = decoderOf(head);
  const [begin, end] = [decode(head), decode(tail)];
  if (begin === undefined || end === undefined) return undefined;
  if (CONTROL.test(begin) || CONTROL.test(end) || ACTIVE.test(begin) || ACTIVE.test(end)) {
    return undefined;
  }
  const text = begin.replace(/^\uFEFF/, '').trimStart();
  if (text.startsWith('#!')) return undefined;
  if (text.startsWith('<?xml')) {
    return { type: 'application/xml', category: 'document', ending: 'xml' };
  }
  const type = BY_ENDING[nameEnding];
  return type === undefined
    ? { type: 'text/plain', category: 'document', ending: 'txt' }
    : { type, category: 'document', ending: nameEnding };
}

/** How to read this text: UTF-16 says so at its beginning, UTF-8 is hard to hit by chance, the rest is Western. */
function decoderOf(head: Buffer): (bytes: Buffer) => string | undefined {
  const mark = head.toString('latin1', 0, 2);
  if (mark === '\xFF\xFE') return (bytes) => decodeStrictly('utf-16le', even(bytes));
  if (mark === '\xFE\xFF') return (bytes) => decodeStrictly('utf-16be', even(bytes));
  if (decodeUtf8(head) !== undefined) return decodeUtf8;
  return decodeWestern;
}

/** A piece of a file may begin and end within a character. */
function decodeUtf8(bytes: Buffer): string | undefined {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  for (let cut = 0; cut <= 3; cut += 1) {
    const text = decodeStrictly('utf-8', bytes.subarray(start, bytes.length - cut));
    if (text !== undefined) return text;
  }
  return undefined;
}

function decodeWestern(bytes: Buffer): string | undefined {
  const high = bytes.reduce((count, byte) => (byte > 0x7f ? count + 1 : count), 0);
  return high * 100 > MOST_HIGH * bytes.length ? undefined : bytes.toString('latin1');
}

function decodeStrictly(encoding: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The end of a file that was cut after an odd number of bytes. */
function even(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.length % 2);
}
