/** The rules of files: their size, their first line, their names and folders. */
import type { Fault, Source } from './source.ts';

const MOST_LINES = 300;
const LOOSE = /(^|\/)(utils?|helpers?|services?|common|lib|types)(\/|\.ts$)/;

/** Files that are too long, begin without saying what they are for, or are named against the style. */
export function fileFaults(sources: readonly Source[]): Fault[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n');
    const first = lines[0]?.startsWith('#!') ? (lines[1] ?? '') : (lines[0] ?? '');
    const faults = [
      lines.length > MOST_LINES &&
        `has ${lines.length} lines, ${MOST_LINES} at most; split it by noun`,
      !/^\/(\*\*|\/) \S/.test(first) &&
        'must begin with one sentence that says what it is for (/** … */)',
      LOOSE.test(path) && 'lies in a folder or file named after no noun of the trade',
      /(^|\/)index\.ts$/.test(path) && 'is a barrel; import the files themselves',
      !/(^|\/)[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(path) && 'must be named in kebab-case',
    ];
    return faults.flatMap((message) => (message === false ? [] : [{ path, message }]));
  });
}
