/** Names of files: what comes is cleaned, and stays what a person would recognise. */
import { expect, test } from 'vitest';
import fc from 'fast-check';
import { cleanName, keepName } from './file-name.ts';

const NAMES: readonly [given: string, shown: string][] = [
  ['Offer 2026.pdf', 'Offer 2026.pdf'],
  ['Angebot für Müller & Söhne (v2).pdf', 'Angebot für Müller & Söhne (v2).pdf'],
  ['契約書.pdf', '契約書.pdf'],
  ['👩‍👩‍👧 family.pdf', '👩‍👩‍👧 family.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\x.pdf', 'x.pdf'],
  ['C:\\Users\\me\\x.pdf', 'x.pdf'],
  ['a/b', 'b'],
  ['a/b/', 'b'],
  ['/etc/..', 'etc'],
  ['.htaccess', 'htaccess'],
  ['-rf', 'rf'],
  ['CON', '_CON'],
  ['nul.pdf', '_nul.pdf'],
  ['com1.txt', '_com1.txt'],
  ['a\0.pdf', 'a.pdf'],
  ['', 'document.pdf'],
  ['...', 'document.pdf'],
  ['. . .', 'document.pdf'],
  ['///', 'document.pdf'],
  ['trailing. . ', 'trailing'],
  ['two  spaces\tand a tab.pdf', 'two spaces and a tab.pdf'],
  ['x\r\nSet-Cookie: y.pdf', 'x Set-Cookie: y.pdf'],
  ['quote".pdf', 'quote".pdf'],
  ['semi;colon.pdf', 'semi;colon.pdf'],
  ['invoice\u202Egpj.exe', 'invoicegpj.exe.pdf'],
  ['in\u200Bvisible\uFEFF.pdf', 'invisible.pdf'],
  ['cafe\u0301.pdf', 'café.pdf'],
  ['GrÃ¼Ã\u009Fe.pdf', 'Grüße.pdf'],
  ['Größe.pdf', 'Größe.pdf'],
  ['half \uD83D a pair.pdf', 'half \uFFFD a pair.pdf'],
  ['page.html', 'page.html.pdf'],
  ['run.BAT', 'run.BAT.pdf'],
  ['image.svg', 'image.svg.pdf'],
];

test.each(NAMES)('%j is shown as %j', (given, shown) => {
  expect(cleanName(given, 'pdf')).toBe(shown);
});

test('a long name keeps its beginning and its ending, and no half of a character', () => {
  expect(cleanName(`${'a'.repeat(300)}.pdf`, 'pdf')).toBe(`${'a'.repeat(196)}.pdf`);
  const shown = cleanName(`${'👩‍👩‍👧'.repeat(100)}.pdf`, 'pdf');
  expect(shown).toMatch(/^(👩‍👩‍👧)+\.pdf$/u);
  expect(shown.length).toBeLessThanOrEqual(200);
});

test('whatever comes, what is shown is short, visible, in one piece, and the same when cleaned again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const shown = cleanName(given, 'pdf');
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.length).toBeLessThanOrEqual(200);
      expect(shown).not.toMatch(/[/\\\p{Cc}\u202A-\u202E\u2066-\u2069]|^[.\s-]|[.\s]$/u);
      expect(shown.isWellFormed()).toBe(true);
      expect(cleanName(shown, 'pdf')).toBe(shown);
    }),
    { numRuns: 2000 },
  );
});

test('the name as it came is kept, as far as a database can hold it', () => {
  expect(keepName('../../x\0\uD83D')).toBe('../../x\uFFFD\uFFFD');
  expect(keepName('x'.repeat(2000))).toHaveLength(1000);
});
