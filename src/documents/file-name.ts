/** Names of files as people see them: kept human, without what would harm a screen, a header or a disk. */
import { endingOf } from './file-kind.ts';

/** UTF-16 units; the longest that the API shows. */
export const LONGEST_NAME = 200;

/** Line ends and tabs, which part words. */
const BREAK = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;

/** Controls, marks that turn the direction of text, invisible signs; not the joiner that emoji are made with. */
const UNSEEN =
  /[\p{Cc}\u00AD\u061C\u180E\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** Names that Windows keeps for devices, whatever ending they have. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Endings that make a double click run a file, or a browser open it as a page. */
const ACTIVE =
  /^(exe|com|scr|pif|bat|cmd|ps1|psm1|vbs?|vbe|jse?|mjs|wsf|wsh|hta|msi|msp|cpl|dll|jar|lnk|url|reg|inf|scf|sh|bash|command|app|desktop|html?|xhtml|shtml|mht|mhtml|svgz?|xsl|php|asp|aspx|jsp|swf|docm|dotm|xlsm|xltm|xlam|pptm|potm|ppsm|iso|img|vhd|appref|chm)$/;

/**
 * `given` as a name of at most 200 characters: without folders before it, without characters that are not seen,
 * never empty. A file whose ending would run it gets the ending of what it is (`kindEnding`) behind its name.
 */
export function cleanName(given: string, kindEnding: string): string {
  const seen = repairUtf8(given)
    .toWellFormed()
    .replaceAll(BREAK, ' ')
    .replaceAll(UNSEEN, '')
    .normalize('NFC');
  const own = seen.split(/[/\\]/).findLast((part) => /[^\s.]/.test(part)) ?? '';
  const plain = own
    .replaceAll(/\s+/gu, ' ')
    .replace(/^[\s.-]+/u, '')
    .replace(/[\s.]+$/u, '');
  const named = plain === '' ? `document.${kindEnding}` : plain;
  const safe = ACTIVE.test(endingOf(named)) ? `${named}.${kindEnding}` : named;
  return shorten(DEVICE.test(safe) ? `_${safe}` : safe);
}

/** The name as it came, as text that a database can hold. */
export function keepName(given: string): string {
  return given.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, 1000).toWellFormed();
}

/** UTF-8 that somebody read as Latin-1 on the way (`Ã¼` for `ü`) is read again. */
function repairUtf8(name: string): string {
  if (!/[\u0080-\u00FF]/.test(name) || /[\u0100-\uFFFF]/.test(name)) return name;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(name, 'latin1'));
  } catch {
    return name;
  }
}

/** Cut in the middle, so that the ending stays; never within a character. */
function shorten(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const ending = endingOf(name);
  const tail = ending === '' ? '' : `.${ending}`;
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(name);
  let kept = '';
  for (const { segment } of graphemes) {
    if (kept.length + segment.length + tail.length > LONGEST_NAME) break;
    kept += segment;
  }
  return `${kept.replace(/[\s.]+$/u, '')}${tail}`;
}
