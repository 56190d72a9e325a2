/** How both engines' text results become JavaScript values: one table, so that one SQL text gives the same rows. */
import { AppError } from '../domain/errors.ts';

type Reader = (text: string) => unknown;

/** Type numbers are fixed in PostgreSQL's pg_type.dat. */
const SCALARS: readonly (readonly [oid: number, arrayOid: number, reader: Reader])[] = [
  [16, 1000, (text) => text === 't'],
  [17, 1001, readBytes],
  [18, 1002, asText],
  [19, 1003, asText],
  [20, 1016, readInteger],
  [21, 1005, Number],
  [23, 1007, Number],
  [25, 1009, asText],
  [26, 1028, Number],
  [114, 199, readJson],
  [700, 1021, Number],
  [701, 1022, Number],
  [1042, 1014, asText],
  [1043, 1015, asText],
  [1082, 1182, asText],
  [1083, 1183, asText],
  [1114, 1115, asText],
  [1184, 1185, readTimestamp],
  [1186, 1187, asText],
  [1700, 1231, asText],
  [2950, 2951, asText],
  [3802, 3807, readJson],
];

/** The reader of each known type; every other type stays the text that PostgreSQL sends. */
export const readers: ReadonlyMap<number, Reader> = new Map(
  SCALARS.flatMap(([oid, arrayOid, reader]): [number, Reader][] => [
    [oid, reader],
    [arrayOid, (text) => readArray(text, reader)],
  ]),
);

function asText(text: string): string {
  return text;
}

function readJson(text: string): unknown {
  return JSON.parse(text);
}

function readBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

function readInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new AppError({
      kind: 'bug',
      code: 'database.integer_too_large',
      message: 'A bigint does not fit a number exactly; select it as text',
    });
  }
  return value;
}

/** `2025-05-14 15:30:00.5+00`, as a session in UTC writes it; `infinity` and years outside four digits stay as they are. */
function readTimestamp(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text);
  if (match === null) return text;
  const [, day = '', time = '', fraction = ''] = match;
  return `${day}T${time}.${fraction.padEnd(6, '0')}Z`;
}

/** PostgreSQL's array text: https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO */
function readArray(text: string, reader: Reader): unknown[] {
  let at = text.indexOf('{');
  return readList();

  function readList(): unknown[] {
    const list: unknown[] = [];
    at += 1;
    while (at < text.length && text[at] !== '}') {
      if (text[at] === ',') at += 1;
      else if (text[at] === '{') list.push(readList());
      else if (text[at] === '"') list.push(reader(readQuoted()));
      else list.push(readBare());
    }
    at += 1;
    return list;
  }

  function readQuoted(): string {
    let item = '';
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
      if (text[at] === '\\') at += 1;
      item += text[at] ?? '';
    }
    at += 1;
    return item;
  }

  function readBare(): unknown {
    const from = at;
    while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1;
    const item = text.slice(from, at);
    return item === 'NULL' ? null : reader(item);
  }
}
