/** How many pixels an image says it has: a small file may say so many that showing it takes all memory. */

/** Width times height as the header tells; `undefined` where that is not among these bytes. */
export function findPixels(head: Buffer): number | undefined {
  const [width, height] = pngSize(head) ?? gifSize(head) ?? webpSize(head) ?? jpegSize(head) ?? [];
  return width === undefined || height === undefined ? undefined : width * height;
}

type Size = [width: number, height: number];

function pngSize(head: Buffer): Size | undefined {
  if (head.length < 24 || head.toString('latin1', 1, 4) !== 'PNG') return undefined;
  return [head.readUInt32BE(16), head.readUInt32BE(20)];
}

function gifSize(head: Buffer): Size | undefined {
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'GIF') return undefined;
  return [head.readUInt16LE(6), head.readUInt16LE(8)];
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(head: Buffer): Size | undefined {
  if (head.length < 30 || head.toString('latin1', 8, 12) !== 'WEBP') return undefined;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return [head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1];
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    default:
      return [head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff];
  }
}

/** The frame header comes after any number of other segments (ITU T.81, B.2.2). */
function jpegSize(head: Buffer): Size | undefined {
  if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= head.length) {
    const marker = head.readUInt16BE(at);
    const isFrame =
      marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return [head.readUInt16BE(at + 7), head.readUInt16BE(at + 5)];
    if (marker < 0xff00) return undefined;
    at += 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}
