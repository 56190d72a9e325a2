/** Imports go down only: docs/architecture.md, floors and rooms. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { floorFaults, importsOf } from './rules/floors.ts';
import { readSources, type Source } from './rules/source.ts';

const sources = readSources(join(import.meta.dirname, '..'), ['src', 'simulator']);

/** What the rule says of a file with this path and this text. */
function said(path: string, text: string): string[] {
  return floorFaults([{ path, text }]).map(({ message }) => message);
}

test('every import of the project goes down', () => {
  expect(floorFaults(sources).map(({ path, message }) => `${path} ${message}`)).toEqual([]);
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.flatMap(importsOf).length).toBeGreaterThan(sources.length);
});

test('every way to import is seen, and nothing in comments and strings', () => {
  const source: Source = {
    path: 'src/sync/x.ts',
    text: `
      import { a } from './a.ts';
      import type { B } from './b.ts';
      import './c.ts';
      export { d } from './d.ts';
      export type * from './e.ts';
      const f = await import('./f.ts');
      let g: import('./g.ts').G;
      let h: typeof import('./h.ts');
      // import { i } from './i.ts';
      const j = "import { j } from './j.ts'";
    `,
  };
  expect(importsOf(source)).toEqual('abcdefgh'.split('').map((name) => `./${name}.ts`));
});

test.each([
  ['src/domain/x.ts', `import type { P } from '../sync/poll.ts'`, 'above domain'],
  ['src/store/x.ts', `import { p } from '../sync/poll.ts'`, 'above store'],
  ['src/store/x.ts', `export * from '../calendly/wire.ts'`, 'share a floor'],
  ['src/sync/x.ts', `const a = await import('../jobs/queue.ts')`, 'above sync'],
  ['src/sync/x.ts', `import type { C } from '../clients/link.ts'`, 'share a floor'],
  ['src/http/routes/x.ts', `import { j } from '../../jobs/worker.ts'`, 'share a floor'],
  ['src/http/x.ts', `let c: import('../config.ts').C`, 'above http'],
  ['src/http/x.ts', `import type { HttpConfig } from '../config/shape.ts'`, 'few fields'],
  ['src/jobs/x.ts', `import { app } from '../app.ts'`, 'above jobs'],
  ['src/base/x.ts', `import type { M } from '../domain/meeting.ts'`, 'share a floor'],
  ['src/config.ts', `import { o } from './store/open.ts'`, 'hand it in'],
  ['src/main.ts', `import { p } from './sync/poll.ts'`, 'hand it in'],
  ['src/tools/x.ts', `import { p } from '../base/log.ts'`, 'no room'],
  ['src/sync/x.ts', `import { world } from '../../simulator/world.ts'`, 'simulator'],
  ['src/sync/x.ts', `import { f } from '../../test/harness/database.ts'`, 'outside of src'],
  ['simulator/x.ts', `import type { Clock } from '../src/base/time.ts'`, 'knows nothing'],
])('in %s the planted %s is found', (path, text, words) => {
  expect(said(path, text)).toEqual([expect.stringContaining(words)]);
});

test.each([
  ['src/store/x.ts', `import { a } from '../domain/errors.ts'`],
  ['src/base/x.ts', `import { AppError } from '../domain/errors.ts'`],
  ['src/http/routes/x.ts', `import { a } from '../../store/meeting-list.ts'`],
  ['src/jobs/x.ts', `import { a } from '../sync/poll.ts'`],
  ['src/sync/x.ts', `import { z } from 'zod'; import { b } from './apply.ts'`],
  [
    'src/app.ts',
    `import { a } from './http/server.ts'; import { b } from '../simulator/server.ts'`,
  ],
  ['src/main.ts', `import { a } from './app.ts'; import { c } from './cli/commands.ts'`],
  ['src/config/x.ts', `import { a } from '../base/box.ts'`],
  ['src/sync/x.pg.test.ts', `import { a } from '../../test/harness/database.ts'`],
  ['simulator/api/x.ts', `import type { E } from '../../src/calendly/wire.ts'`],
])('in %s the import %s is fine', (path, text) => {
  expect(said(path, text)).toEqual([]);
});
