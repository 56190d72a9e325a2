/** The bytes of documents as browsers get them: never run, never half, never another document's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DocumentWorld,
  download,
  startDocumentWorld,
  upload,
} from '../../test/harness/document-world.ts';
import { placeKinds } from '../../test/harness/document-places.ts';
import { call } from '../../test/harness/http-world.ts';
import { PDF, pngOf, zipOf } from '../../test/harness/sample-files.ts';

const BIG = Buffer.from(Array.from({ length: 1_200_000 }, (_, index) => 32 + (index % 90)));

describe.each(placeKinds)('on %s', (kind) => {
  let world: DocumentWorld;
  beforeAll(async () => {
    world = await startDocumentWorld({ kind, maxBytes: 2_000_000 });
  });
  afterAll(() => world.close());

  async function add(bytes: Uint8Array | string, name = 'file'): Promise<string> {
    const { status, body } = await upload(world, bytes, { query: { file_name: name } });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id;
  }

  it.each([
    ['small', BIG.subarray(0, 50_000)],
    ['large', BIG],
  ])('a %s one comes whole, or the one part that is asked for', async (_size, bytes) => {
    const id = await add(bytes, 'a.txt');
    const ask = (range: string, more = {}): ReturnType<typeof download> =>
      download(world, id, { headers: { range, ...more } });
    expect((await download(world, id)).bytes.equals(bytes)).toBe(true);
    const last = bytes.length - 1;
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 0],
      ['bytes=1000-1999', 1000, 1999],
      ['bytes=1000-', 1000, last],
      ['bytes=-500', last - 499, last],
      [`bytes=10-${last + 1000}`, 10, last],
      ['bytes=-99999999', 0, last],
    ] as const) {
      const part = await ask(range);
      expect([range, part.status]).toEqual([range, 206]);
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end}/${bytes.length}`);
      expect(part.bytes.equals(bytes.subarray(start, end + 1)), range).toBe(true);
    }
    for (const range of ['bytes=5-2', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=a-b']) {
      expect((await ask(range)).status, range).toBe(200);
    }
    for (const range of [`bytes=${bytes.length}-`, 'bytes=-0']) {
      const none = await ask(range);
      expect(none.status, range).toBe(416);
      expect(none.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
    }
    expect((await ask('bytes=0-9', { 'if-range': '"another"' })).status).toBe(200);
    const etag = (await download(world, id)).headers.get('etag') ?? '';
    expect((await ask('bytes=0-9', { 'if-range': etag })).status).toBe(206);
  });

  it('an image and a PDF are shown in a sandbox, to pages of this server alone', async () => {
    for (const [bytes, type] of [
      [pngOf(10, 10), 'image/png'],
      [PDF, 'application/pdf'],
    ] as const) {
      const shown = await download(world, await add(bytes, 'scan'), { what: 'preview' });
      expect(shown.bytes.equals(bytes)).toBe(true);
      expect(Object.fromEntries(shown.headers)).toMatchObject({
        'content-type': type,
        'content-disposition': expect.stringMatching(/^inline; /),
        'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'self'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
      });
    }
  });

  it.each([
    ['text', 'plain text'],
    ['CSV with a formula', '=HYPERLINK("http://x.example")\n'],
    ['XML', '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "&b;&b;">]><l>&a;</l>'],
    ['a ZIP', zipOf([{ name: 'x' }])],
    ['an image of 2.5 billion pixels', pngOf(50_000, 50_000)],
  ])('%s is only downloaded', async (_what, bytes) => {
    const id = await add(bytes, 'a.xml');
    const shown = await download(world, id, { what: 'preview' });
    expect(shown.status).toBe(415);
    const given = await download(world, id);
    expect(given.headers.get('content-disposition')).toMatch(/^attachment; /);
    expect(given.headers.get('content-type')).not.toMatch(/xml|html|svg/);
    expect(given.headers.get('content-security-policy')).toBe('sandbox');
  });

  it('a GIF that is a script as well stays an image', async () => {
    const id = await add('GIF89a/*\x01\0*/=1;alert(1)', 'x.js');
    const given = await download(world, id);
    expect(given.headers.get('content-type')).toBe('image/gif');
    expect(given.headers.get('x-content-type-options')).toBe('nosniff');
    expect(given.headers.get('content-disposition')).toContain('x.js.gif');
  });

  it.each([
    ['Angebot für Müller.pdf', 'Angebot f_r M_ller.pdf', 'Angebot%20f%C3%BCr%20M%C3%BCller.pdf'],
    ['a"b;c\'d*.pdf', "a_b;c'd*.pdf", 'a%22b%3Bc%27d%2A.pdf'],
    ['x\r\nSet-Cookie: a=b.pdf', 'x Set-Cookie: a=b.pdf', 'x%20Set-Cookie%3A%20a%3Db.pdf'],
    ['😀.pdf', '__.pdf', '%F0%9F%98%80.pdf'],
  ])('the name %j is told safely, and whole', async (name, plain, encoded) => {
    const given = await download(world, await add(PDF, name));
    expect(given.headers.get('content-disposition')).toBe(
      `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    );
    expect(given.headers.has('set-cookie')).toBe(false);
  });

  it('a HEAD says how long it is', async () => {
    const id = await add(PDF);
    const headers = { authorization: `Bearer ${world.admin.token}` };
    const url = `${world.url}/api/documents/${id}/content`;
    const head = await fetch(url, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(PDF.length)]);
  });

  it('one whose bytes changed or went is a 500 that tells nothing, and an error in the log', async () => {
    const id = await add(`will change ${kind}`);
    const { rows } = await world.db.query<{ path: string }>(
      'select storage_path as path from client_documents where id = $1',
      [id],
    );
    const path = rows[0]?.path ?? '';
    world.errors.length = 0;
    world.place.spoil(path, Buffer.from(`was changed ${kind}`));
    for (const what of ['content', 'preview'] as const) {
      const { status, bytes } = await download(world, id, { what });
      expect(status).toBe(500);
      expect(JSON.parse(bytes.toString())).toMatchObject({ code: 'server.failed' });
    }
    world.place.lose(path);
    expect((await download(world, id)).status).toBe(500);
    expect(world.errors).toContainEqual({
      message: 'A stored document is corrupt',
      document_id: id,
      error: 'The stored bytes of a document are changed',
    });
    expect((await call(world, `/api/documents/${id}`)).status).toBe(200);
    world.errors.length = 0;
  });

  it('one whose bytes another store has is told of', async () => {
    const id = await add(`elsewhere ${kind}`);
    await world.db.query(`update client_documents set storage_bucket = 'older' where id = $1`, [
      id,
    ]);
    expect(await call(world, `/api/documents/${id}/content`)).toMatchObject({
      status: 409,
      body: { code: 'document.elsewhere' },
    });
  });
});
