/** An honest list page with one thing about it changed. */
import type { Honest } from '../harness/spoiling-proxy.ts';
import { json } from './replies.ts';
import type { Reply } from './server.ts';

export type Item = Record<string, unknown>;

const TIMES = ['start_time', 'end_time'];

/** The items of an honest page. */
export function itemsOf(honest: Honest): Item[] {
  const body: unknown = JSON.parse(honest.body);
  const items =
    typeof body === 'object' && body !== null && 'collection' in body ? body.collection : [];
  return Array.isArray(items) ? items.filter(isItem) : [];
}

/** The page with other items and the honest pagination. */
export function withItems(honest: Honest, change: (items: Item[]) => readonly unknown[]): Reply {
  const body: unknown = JSON.parse(honest.body);
  if (!isItem(body)) throw new Error('The honest answer is no page');
  return json(200, { ...body, collection: change(itemsOf(honest)) });
}

/** The page with its first item changed. */
export function withFirst(honest: Honest, change: Item): Reply {
  return withItems(honest, ([first, ...rest]) => [{ ...first, ...change }, ...rest]);
}

/** What makes `bad` of `good`: its other fields; a field that it lacks is undefined, which JSON leaves out. */
export function changeBetween(good: object, bad: unknown): Item | undefined {
  if (!isItem(bad) || !isItem(good)) return undefined;
  const lacks = Object.keys(good).filter((key) => !Object.hasOwn(bad, key));
  const differs = Object.entries(bad).filter(([key, value]) => good[key] !== value);
  // a length is only odd between its own two times
  const times = differs.some(([key]) => TIMES.includes(key))
    ? TIMES.map((key) => [key, bad[key]] as const)
    : [];
  return Object.fromEntries([
    ...lacks.map((key) => [key, undefined] as const),
    ...times,
    ...differs,
  ]);
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
