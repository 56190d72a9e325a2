/** One item for each URI, whatever a page repeats. */
import { expect, test } from 'vitest';
import { newestOfEach } from './verdict.ts';

const item = (uri: string, sourceUpdatedAt: string | null, name: string) => ({
  uri,
  sourceUpdatedAt,
  name,
});
const EARLY = '2026-03-04T12:00:00.000000Z';
const LATE = '2026-03-04T12:00:00.000001Z';

test('of an item that is twice on a page the newest counts, wherever it stands', () => {
  const page = [item('a', LATE, 'new'), item('b', EARLY, 'b'), item('a', EARLY, 'old')];
  expect(newestOfEach(page).map(({ name }) => name)).toEqual(['new', 'b']);
  expect(newestOfEach(page.toReversed()).map(({ name }) => name)).toEqual(['new', 'b']);
});

test('of two that are equally new the last counts', () => {
  const page = [item('a', LATE, 'first'), item('a', LATE, 'last')];
  expect(newestOfEach(page).map(({ name }) => name)).toEqual(['last']);
});

test('one that says when it was changed counts more than one that does not', () => {
  const page = [item('a', EARLY, 'dated'), item('a', null, 'undated')];
  expect(newestOfEach(page).map(({ name }) => name)).toEqual(['dated']);
});
