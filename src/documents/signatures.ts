/** The first bytes of the kinds of files that are taken: what a file is called or said to be counts for nothing. */
import type { FileCategory, FileKind } from '../domain/document.ts';

interface Signature {
  kind: FileKind;
  matches: (head: Buffer) => boolean;
}

/** `bytes` in latin1 at `offset`. */
function has(head: Buffer, bytes: string, offset = 0): boolean {
  return head.toString('latin1', offset, offset + bytes.length) === bytes;
}

function at(bytes: string, offset = 0): (head: Buffer) => boolean {
  return (head) => has(head, bytes, offset);
}

/** RIFF files say their kind after their length. */
function riff(form: string): (head: Buffer) => boolean {
  return (head) => has(head, 'RIFF') && has(head, form, 8);
}

/** ISO base media files say in their first box which brands they keep to; the major one comes first. */
function brand(...brands: readonly string[]): (head: Buffer) => boolean {
  return (head) => has(head, 'ftyp', 4) && brands.includes(head.toString('latin1', 8, 12));
}

/** Matroska's header names its kind within its first few fields. */
function matroska(kind: string): (head: Buffer) => boolean {
  return (head) =>
    has(head, '\x1A\x45\xDF\xA3') && head.subarray(0, 64).includes(kind, 0, 'latin1');
}

function kind(type: string, category: FileCategory, ending: string): FileKind {
  return { type, category, ending };
}

const SIGNATURES: readonly Signature[] = [
  { kind: kind('application/pdf', 'document', 'pdf'), matches: at('%PDF-') },
  { kind: kind('image/png', 'image', 'png'), matches: at('\x89PNG\r\n\x1A\n') },
  { kind: kind('image/jpeg', 'image', 'jpg'), matches: at('\xFF\xD8\xFF') },
  {
    kind: kind('image/gif', 'image', 'gif'),
    matches: (head) => has(head, 'GIF87a') || has(head, 'GIF89a'),
  },
  { kind: kind('image/webp', 'image', 'webp'), matches: riff('WEBP') },
  {
    kind: kind('image/tiff', 'image', 'tif'),
    matches: (head) => has(head, 'II*\0') || has(head, 'MM\0*'),
  },
  // two letters alone would take any text that begins with them
  {
    kind: kind('image/bmp', 'image', 'bmp'),
    matches: (head) => has(head, 'BM') && has(head, '\0\0\0\0', 6) && has(head, '\0\0\0', 15),
  },
  { kind: kind('image/avif', 'image', 'avif'), matches: brand('avif', 'avis') },
  {
    kind: kind('image/heic', 'image', 'heic'),
    matches: brand('heic', 'heix', 'hevc', 'hevx', 'mif1', 'msf1'),
  },
  { kind: kind('audio/mp4', 'audio', 'm4a'), matches: brand('M4A ', 'M4B ') },
  { kind: kind('video/quicktime', 'video', 'mov'), matches: brand('qt  ') },
  {
    kind: kind('video/mp4', 'video', 'mp4'),
    matches: brand('isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'dash', 'M4V '),
  },
  { kind: kind('video/webm', 'video', 'webm'), matches: matroska('webm') },
  { kind: kind('video/x-matroska', 'video', 'mkv'), matches: matroska('matroska') },
  { kind: kind('video/x-msvideo', 'video', 'avi'), matches: riff('AVI ') },
  { kind: kind('audio/wav', 'audio', 'wav'), matches: riff('WAVE') },
  { kind: kind('audio/ogg', 'audio', 'ogg'), matches: at('OggS\0') },
  { kind: kind('audio/flac', 'audio', 'flac'), matches: at('fLaC') },
  { kind: kind('audio/mpeg', 'audio', 'mp3'), matches: at('ID3') },
  {
    kind: kind('audio/mpeg', 'audio', 'mp3'),
    matches: (head) => ['\xFF\xFB', '\xFF\xF3', '\xFF\xF2'].some((sync) => has(head, sync)),
  },
  {
    kind: kind('audio/aac', 'audio', 'aac'),
    matches: (head) => has(head, '\xFF\xF1') || has(head, '\xFF\xF9'),
  },
  { kind: kind('application/rtf', 'document', 'rtf'), matches: at('{\\rtf1') },
];

/** The kind of a file that says in its first bytes what it is; ZIP, old office files and text are told elsewhere. */
export function findSignature(head: Buffer): FileKind | undefined {
  return SIGNATURES.find(({ matches }) => matches(head))?.kind;
}
