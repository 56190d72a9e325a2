/** Secrets that must be nowhere, in every spelling in which they could lie somewhere, and the search for them. */

export interface Secret {
  name: string;
  bytes: Buffer;
}

export interface Found {
  secret: string;
  encoding: string;
}

/** How bytes may be written; of base64 the part that is the same wherever in a longer text it begins. */
const ENCODINGS: Readonly<Record<string, (bytes: Buffer) => Buffer[]>> = {
  plain: (bytes) => [bytes],
  base64: (bytes) => alignments(bytes, 'base64'),
  base64url: (bytes) => alignments(bytes, 'base64url'),
  hex: (bytes) => [bytes.toString('hex'), bytes.toString('hex').toUpperCase()].map(ascii),
  url: (bytes) => {
    const each = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const text = encodeURIComponent(bytes.toString('latin1'));
    return [each, each.toUpperCase(), text].map(ascii);
  },
  utf16: (bytes) => [Buffer.from(bytes.toString('latin1'), 'utf16le')],
};
export const ENCODING_NAMES = Object.keys(ENCODINGS);

/** One spelling of a secret with something around it, to be found. */
export function encoded(secret: Secret, encoding: string, before: number): Buffer {
  const around = Buffer.concat([Buffer.alloc(before, 'x'), secret.bytes, Buffer.from('yz')]);
  if (encoding === 'base64' || encoding === 'base64url') return ascii(around.toString(encoding));
  return ENCODINGS[encoding]?.(around)[0] ?? Buffer.alloc(0);
}

export interface Searcher {
  /** What of the secrets stands in these bytes. */
  find(bytes: Uint8Array): Found[];
}

/** Looks for all of them at once: databases are large. */
export function searcherFor(secrets: readonly Secret[]): Searcher {
  const needles = secrets.flatMap(({ name, bytes }) => {
    // what is shorter stands somewhere by chance
    if (bytes.length < 12) throw new Error(`${name} is too short to be looked for`);
    return Object.entries(ENCODINGS).flatMap(([encoding, spell]) =>
      spell(bytes).map((needle) => ({ secret: name, encoding, needle })),
    );
  });
  const starts = new Map<number, typeof needles>();
  const isStart = new Uint8Array(65_536);
  for (const one of needles) {
    const start = one.needle.readUInt16LE(0);
    isStart[start] = 1;
    starts.set(start, [...(starts.get(start) ?? []), one]);
  }
  return {
    find(bytes) {
      const found = new Map<string, Found>();
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at + 1 < bytes.length; at += 1) {
        const start = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
        if (isStart[start] === 0) continue;
        for (const { secret, encoding, needle } of starts.get(start) ?? []) {
          if (at + needle.length > bytes.length) continue;
          if (buffer.compare(needle, 0, needle.length, at, at + needle.length) !== 0) continue;
          found.set(`${secret} ${encoding}`, { secret, encoding });
        }
      }
      return [...found.values()];
    },
  };
}

function alignments(bytes: Buffer, encoding: 'base64' | 'base64url'): Buffer[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    // the first and the last letter depend on what stands beside
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor(((before + bytes.length) * 8) / 6);
    return ascii(text.slice(from, to));
  });
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
