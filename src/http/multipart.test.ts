/** Forms with files: however the bytes are cut on their way, the same parts come out; a broken form is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMultipart, readParts } from './multipart.ts';

interface ReadPart {
  name: string;
  fileName: string | null;
  text: string;
}

/** Reads `bytes` as they come in pieces of these lengths, the last one over and over. */
async function read(
  bytes: Buffer | string,
  { sizes = [65_536], type = 'multipart/form-data; boundary=B' } = {},
): Promise<ReadPart[]> {
  let rest = Buffer.from(bytes);
  let piece = 0;
  const next = async (): Promise<Buffer | undefined> => {
    if (rest.length === 0) return undefined;
    const size = sizes[Math.min(piece++, sizes.length - 1)] ?? 1;
    const taken = rest.subarray(0, size);
    rest = rest.subarray(size);
    return taken;
  };
  const parts: ReadPart[] = [];
  for await (const part of readParts({ next }, type)) {
    const pieces: Buffer[] = [];
    for await (const held of part.bytes) pieces.push(Buffer.from(held));
    parts.push({
      name: part.name,
      fileName: part.fileName,
      text: Buffer.concat(pieces).toString('latin1'),
    });
  }
  return parts;
}

function part(head: string, body: string): string {
  return `--B\r\n${head}\r\n\r\n${body}\r\n`;
}

function named(parameters: string): string {
  return `${part(`Content-Disposition: form-data; ${parameters}`, 'x')}--B--\r\n`;
}

const FORM =
  part('Content-Disposition: form-data; name="client_id"', 'C') +
  part(
    'content-disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf',
    '%PDF\r\n--A\r\n--\r\n-\r\n\r\n--',
  ) +
  part('Content-Disposition: form-data; name="file"; filename=""', '') +
  '--B--\r\nwhatever follows';

const PARTS: ReadPart[] = [
  { name: 'client_id', fileName: null, text: 'C' },
  { name: 'file', fileName: 'a.pdf', text: '%PDF\r\n--A\r\n--\r\n-\r\n\r\n--' },
  { name: 'file', fileName: '', text: '' },
];

describe('a form', () => {
  test('is the same parts wherever it is cut', async () => {
    for (let at = 1; at < FORM.length; at += 1) {
      expect(await read(FORM, { sizes: [at, 65_536] }), `cut after ${at}`).toEqual(PARTS);
    }
    for (const size of [1, 2, 3, 7]) expect(await read(FORM, { sizes: [size] })).toEqual(PARTS);
  });

  test('of any bytes comes out as it went in, cut anyhow', async () => {
    const bytes = fc.array(fc.constantFrom('\r', '\n', '-', 'B', '--B', '\r\n--', 'x', '\0', 'ÿ'));
    const body = bytes.map((pieces) => pieces.join('')).filter((text) => !text.includes('--B'));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(body, { minLength: 1, maxLength: 4 }),
        sizes,
        async (texts, cuts) => {
          const form = texts.map((text) => part('Content-Disposition: form-data; name="n"', text));
          const found = await read(Buffer.from(`${form.join('')}--B--`, 'latin1'), { sizes: cuts });
          expect(found.map(({ text }) => text)).toEqual(texts);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('may have words before its first boundary, and a boundary in quotes', async () => {
    const type = 'Multipart/Form-Data; charset=utf-8; boundary="B"';
    expect(await read(`This is a form.\r\n${FORM}`, { type })).toEqual(PARTS);
  });

  test('that nobody reads to the end of a part goes on with the next', async () => {
    const next = (
      (pieces) => async () =>
        pieces.shift()
    )([Buffer.from(FORM)]);
    const names: string[] = [];
    for await (const { name } of readParts({ next }, 'multipart/form-data; boundary=B')) {
      names.push(name);
    }
    expect(names).toEqual(['client_id', 'file', 'file']);
  });
});

test.each([
  ['name="file"; filename="a.pdf"', 'a.pdf'],
  ['name=file; filename=a.pdf', 'a.pdf'],
  ['filename="a.pdf"; name="file"', 'a.pdf'],
  ['name="file"; filename="a;b.pdf"', 'a;b.pdf'],
  ['name="file"; filename="say \\"hi\\".pdf"', 'say "hi".pdf'],
  ['name="file"; filename="say %22hi%22.pdf"', 'say "hi".pdf'],
  ['name="file"; filename="100%.pdf"', '100%.pdf'],
  ['name="file"; filename="C:\\dir\\a.pdf"', 'C:\\dir\\a.pdf'],
  ['name="file"; filename="Grüße.pdf"', 'Grüße.pdf'],
  [`name="file"; filename="x.pdf"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf`, 'Grüße.pdf'],
  [`name="file"; filename="x.pdf"; filename*=UTF-8''%ZZ`, 'x.pdf'],
  ['name="file"; filename="a.pdf"; filename="b.pdf"', 'a.pdf'],
])('the name in %s is read as %s', async (parameters, fileName) => {
  expect(await read(named(parameters))).toEqual([{ name: 'file', fileName, text: 'x' }]);
});

test('a name in Latin-1 is read as such', async () => {
  const [found] = await read(Buffer.from(named('name="file"; filename="Größe.pdf"'), 'latin1'));
  expect(found?.fileName).toBe('Größe.pdf');
});

test.each([
  ['nothing at all', ''],
  ['no boundary anywhere', 'x'.repeat(20_000)],
  ['an end in the middle of a part', FORM.slice(0, 150)],
  ['an end in the middle of a head', FORM.slice(0, 20)],
  ['no last boundary', FORM.slice(0, FORM.indexOf('--B--'))],
  ['a part without a name', named('filename="a.pdf"')],
  ['a part that is no form data', `${part('Content-Disposition: attachment; name="x"', 'x')}--B--`],
  ['a part without a head', `--B\r\n\r\nx\r\n--B--`],
  ['a head that does not end', `--B\r\n${'x: y\r\n'.repeat(10_000)}`],
  ['a boundary that goes on', part('Content-Disposition: form-data; name="x"', 'a\r\n--BOther')],
  [
    'a part in base64',
    `${part('Content-Disposition: form-data; name="x"\r\nContent-Transfer-Encoding: base64', 'eA==')}--B--`,
  ],
  [
    'more parts than anybody needs',
    `${part('Content-Disposition: form-data; name="x"', '').repeat(101)}--B--`,
  ],
])('%s is no form', async (_what, bytes) => {
  await expect(read(bytes)).rejects.toMatchObject({ status: 400, code: 'request.invalid' });
});

test('a form without a boundary in its type is refused', async () => {
  const type = 'multipart/form-data';
  await expect(read(FORM, { type })).rejects.toMatchObject({ status: 400 });
  expect([isMultipart(type), isMultipart('multipart/mixed; boundary=B')]).toEqual([true, false]);
});
