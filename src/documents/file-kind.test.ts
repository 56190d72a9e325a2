/** What a file is, is told by its bytes: a lie about the type changes nothing, a program is never taken. */
import { describe, expect, test } from 'vitest';
import { compoundOf, officeOf, PDF, pngOf, zipOf } from '../../test/harness/sample-files.ts';
import { findKind } from './file-kind.ts';

const END = 64 * 1024;

function typeOf(bytes: Buffer | string, name = 'file'): string | undefined {
  const whole = Buffer.from(bytes);
  return findKind(whole.subarray(0, END), whole.subarray(Math.max(0, whole.length - END)), name)
    ?.type;
}

function box(brand: string): Buffer {
  return Buffer.from(`\0\0\0\x20ftyp${brand}\0\0\0\0isom`, 'latin1');
}

const TAKEN: readonly [type: string, bytes: Buffer | string, name?: string][] = [
  ['application/pdf', PDF],
  ['image/png', pngOf(1, 1)],
  ['image/jpeg', Buffer.from('FFD8FFE000104A464946', 'hex')],
  ['image/gif', 'GIF89a\x01\0\x01\0'],
  ['image/webp', 'RIFF\x20\0\0\0WEBPVP8 '],
  ['image/tiff', 'II*\0\x08\0\0\0'],
  [
    'image/bmp',
    Buffer.concat([Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), Buffer.alloc(40)]),
  ],
  ['image/heic', box('heic')],
  ['image/avif', box('avif')],
  ['audio/mp4', box('M4A ')],
  ['video/mp4', box('mp42')],
  ['video/quicktime', box('qt  ')],
  ['video/webm', Buffer.concat([Buffer.from('1A45DFA3', 'hex'), Buffer.from('\x9FB\x86webm')])],
  ['audio/wav', 'RIFF\x20\0\0\0WAVEfmt '],
  ['audio/ogg', 'OggS\0\x02'],
  ['audio/flac', 'fLaC\0'],
  ['audio/mpeg', 'ID3\x04\0'],
  ['audio/mpeg', Buffer.from('FFFB9064', 'hex')],
  ['application/rtf', '{\\rtf1\\ansi x}'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', officeOf('word')],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', officeOf('xl')],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', officeOf('ppt')],
  [
    'application/vnd.oasis.opendocument.text',
    zipOf([
      { name: 'mimetype', bytes: 'application/vnd.oasis.opendocument.text' },
      { name: 'content.xml' },
    ]),
  ],
  ['application/zip', zipOf([{ name: 'a.txt', bytes: 'a' }])],
  ['application/zip', zipOf([])],
  ['application/msword', compoundOf('Root Entry', 'WordDocument')],
  ['application/vnd.ms-excel', compoundOf('Root Entry', 'Workbook')],
  ['application/vnd.ms-outlook', compoundOf('Root Entry', '__substg1.0_0037001F')],
  ['application/vnd.ms-powerpoint', compoundOf('Root Entry'), 'old.ppt'],
  ['text/plain', 'Grüße aus Köln\r\n'],
  ['text/plain', '\uFEFFwith a mark'],
  ['text/plain', Buffer.from('Größe;Straße\r\n', 'latin1')],
  ['text/plain', Buffer.from('\uFEFFUTF-16 as Windows writes it', 'utf16le')],
  ['text/plain', `${'ü'.repeat(END)}`],
  ['text/plain', `x${'ü'.repeat(END)}`],
  ['text/csv', 'a;b\n1;2\n', 'list.CSV'],
  ['text/markdown', '# Title\n', 'notes.md'],
  ['text/calendar', 'BEGIN:VCALENDAR\r\n', 'a.ics'],
  ['application/json', '{"a":1}', 'a.json'],
  [
    'application/xml',
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz>&lol;</lolz>',
  ],
];

const REFUSED: readonly [what: string, bytes: Buffer | string, name?: string][] = [
  ['a program of Windows called a PDF', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), 'offer.pdf'],
  ['a program of Linux', '\x7FELF\x02\x01\x01\0'],
  ['a script', '#!/bin/sh\nrm -rf ~\n', 'notes.txt'],
  ['a page called an image', '<!DOCTYPE html><html><body>x</body></html>', 'cat.png'],
  ['a page without its head', 'Hello <script>alert(1)</script>', 'a.txt'],
  ['a page behind much text', `${'x'.repeat(200_000)}<script >alert(1)</script>`],
  ['a page in UTF-16', Buffer.from('\uFEFF<html><body onload=x>', 'utf16le')],
  ['an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'],
  [
    'an SVG called XML',
    '<?xml version="1.0"?><a:svg xmlns:a="http://www.w3.org/2000/svg"/>',
    'a.xml',
  ],
  ['XHTML called XML', '<?xml version="1.0"?><h xmlns="http://www.w3.org/1999/xhtml"/>', 'a.xml'],
  ['a text with macros', officeOf('word', true), 'letter.docx'],
  ['a sheet with macros', officeOf('xl', true), 'sums.xlsx'],
  ['an old text with macros', compoundOf('WordDocument', '_VBA_PROJECT'), 'letter.doc'],
  ['an installer', compoundOf('Root Entry'), 'setup.msi'],
  ['a Java program', zipOf([{ name: 'META-INF/MANIFEST.MF' }, { name: 'A.class' }]), 'a.zip'],
  ['an Android program', zipOf([{ name: 'AndroidManifest.xml' }]), 'a.zip'],
  ['bytes of no kind', Buffer.from('0001020304050607', 'hex'), 'a.txt'],
  ['one zero byte', '\0', 'a.txt'],
  ['text with a zero byte', 'hello\0world', 'a.txt'],
  ['mostly high bytes', Buffer.alloc(400, 0xd0), 'a.txt'],
];

describe('a file is taken for what it is', () => {
  test.each(TAKEN)('%s', (type, bytes, name) => {
    expect(typeOf(bytes, name)).toBe(type);
  });

  test('whatever it is called', () => {
    for (const name of ['x.exe', 'x.html', 'x.svg', 'x', '']) {
      expect(typeOf(PDF, name)).toBe('application/pdf');
    }
  });
});

test.each(REFUSED)('%s is refused', (_what, bytes, name) => {
  expect(typeOf(bytes, name)).toBeUndefined();
});

test('macros are found behind much else, by the list at the end of the ZIP', () => {
  const filler = Buffer.alloc(300_000, 'x');
  const bytes = zipOf([
    { name: '[Content_Types].xml' },
    { name: 'word/media/image.bin', bytes: filler },
    { name: 'word/vbaProject.bin' },
    { name: 'word/media/other.bin', bytes: filler },
  ]);
  expect(typeOf(bytes)).toBeUndefined();
});

test('a ZIP with ten thousand entries, links and paths out of it is taken as it is, and never unpacked', () => {
  const entries = Array.from({ length: 10_000 }, (_, index) => ({ name: `../../${index}` }));
  expect(typeOf(zipOf(entries))).toBe('application/zip');
  const bomb = zipOf([{ name: 'bomb', bytes: Buffer.alloc(10_000_000), packed: true }]);
  expect(bomb.length).toBeLessThan(20_000);
  expect(typeOf(bomb)).toBe('application/zip');
});
