/** Small files of every sort: what is taken, what is refused, what only pretends. */
import { deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  bytes?: Uint8Array | string;
  /** Deflated; the mimetype entry of an OpenDocument is not. */
  packed?: boolean;
}

/** A ZIP of these entries; checksums are left out, nobody here unpacks it. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes = '', packed = false } of entries) {
    const plain = Buffer.from(bytes);
    const data = packed ? deflateRawSync(plain) : plain;
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.write('PK\x03\x04', 0, 'latin1');
    local.writeUInt16LE(packed ? 8 : 0, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(plain.length, 22);
    local.writeUInt16LE(label.length, 26);
    const central = Buffer.alloc(46);
    central.write('PK\x01\x02', 0, 'latin1');
    central.writeUInt16LE(label.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, label, data);
    listed.push(central, label);
    offset += 30 + label.length + data.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** An office file of today: `word`, `xl` or `ppt`, with macros where asked for. */
export function officeOf(folder: 'word' | 'xl' | 'ppt', macros = false): Buffer {
  return zipOf([
    { name: '[Content_Types].xml', bytes: '<?xml version="1.0"?><Types/>', packed: true },
    { name: `${folder}/document.xml`, bytes: '<x/>', packed: true },
    ...(macros ? [{ name: `${folder}/vbaProject.bin`, bytes: 'x' }] : []),
  ]);
}

/** An office file of old times, as far as it is looked at. */
export function compoundOf(...streams: readonly string[]): Buffer {
  const names = streams.map((stream) => Buffer.from(`${stream}\0`, 'utf16le'));
  return Buffer.concat([Buffer.from('D0CF11E0A1B11AE1', 'hex'), Buffer.alloc(504), ...names]);
}

/** A PNG's beginning that says it has so many pixels. */
export function pngOf(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write('\x89PNG\r\n\x1A\n\0\0\0\rIHDR', 0, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

export const PDF = Buffer.from('%PDF-1.7\n% a paper\n%%EOF\n');
