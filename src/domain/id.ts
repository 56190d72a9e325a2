/** Ids of our own rows: UUID version 7, made here because PostgreSQL 15 has none. */

export type Id = string;

export interface IdSource {
  now(): number;
  bytes(length: number): Uint8Array;
}

/** A new UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits. */
export function newId(source: IdSource): Id {
  const bytes = new Uint8Array(source.bytes(16));
  let ms = source.now();
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => hex.slice(ends[index - 1] ?? 0, end))
    .join('-');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `text` is shaped like one of our ids; says nothing about whether the row exists. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
