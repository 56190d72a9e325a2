/** The table of faults fits the sources as they are; whether each is caught is what `npm run test:mutants` says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../harness/program.ts';
import { faults } from './faults.ts';

test.each(faults)(
  'there is one place for the fault: $name',
  ({ file, find, replace, test: of }) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text.split(find)).toHaveLength(2);
    expect(text.replace(find, () => replace)).not.toBe(text);
    expect(existsSync(join(ROOT, of.file))).toBe(true);
  },
);

test('no two faults have the same name', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
});
