/** The search for secrets finds them: in each spelling, wherever they begin. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { encoded, ENCODING_NAMES, searcherFor } from './secrets.ts';

const secrets = ['one', 'two'].map((name) => ({ name, bytes: randomBytes(24) }));
const searcher = searcherFor(secrets);

it.each(ENCODING_NAMES)('finds what is written as %s, wherever it begins', (encoding) => {
  for (const secret of secrets) {
    for (let before = 0; before < 6; before += 1) {
      const hay = Buffer.concat([randomBytes(50), encoded(secret, encoding, before)]);
      expect(searcher.find(hay)).toContainEqual({ secret: secret.name, encoding });
    }
  }
});

it('finds nothing where nothing is', () => {
  expect(searcher.find(randomBytes(1_000_000))).toEqual([]);
});
