/** Uploads that go wrong, and those just right: sizes, lies about the length, lost and slow senders, broken forms. */
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DocumentWorld,
  formOf,
  startDocumentWorld,
  upload,
} from '../../test/harness/document-world.ts';
import { sendBytes } from '../../test/harness/raw-http.ts';
import { officeOf, PDF } from '../../test/harness/sample-files.ts';

const MAX = 1024 * 1024;
let world: DocumentWorld;

beforeAll(async () => {
  world = await startDocumentWorld({
    kind: 's3',
    maxBytes: MAX,
    settings: { uploadPace: { ms: 400, bytes: 1000 } },
  });
});
afterAll(() => world.close());
afterEach(async () => {
  // Whatever was refused, nothing of it is left, and nothing was logged that an operator would have to see.
  expect(world.place.staged()).toEqual([]);
  const { rows } = await world.db.query(
    `select count(*) as loose from document_blobs where state <> 'kept'`,
  );
  expect(rows).toEqual([{ loose: 0 }]);
});

function head(length: number | 'chunked', more: readonly string[] = []): string {
  return [
    'POST /api/documents?file_name=raw.txt HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${world.admin.token}`,
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    ...more,
    '\r\n',
  ].join('\r\n');
}

async function documents(): Promise<number> {
  const { rows } = await world.db.query<{ n: number }>(
    'select count(*) as n from client_documents',
  );
  return rows[0]?.n ?? 0;
}

/** Resolves once nothing is on its way in any more. */
async function settled(): Promise<void> {
  const look = async (): Promise<number> => {
    const { rows } = await world.db.query<{ n: number }>(
      `select count(*) as n from document_blobs where state <> 'kept'`,
    );
    return rows[0]?.n ?? 0;
  };
  while ((await look()) > 0) continue;
}

describe('the size', () => {
  it.each([
    ['nothing', 0, 422, 'document.empty'],
    ['the limit', MAX, 201, undefined],
    ['one byte more', MAX + 1, 413, 'request.too_large'],
    ['five times as much', 5 * MAX, 413, 'request.too_large'],
  ])('%s as a bare body: %i bytes are %i', async (_what, size, status, code) => {
    const answer = await upload(world, Buffer.alloc(size, 'x'));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it.each([
    ['nothing', 0, 422, 'document.empty'],
    ['the limit', MAX, 201, undefined],
    ['one byte more', MAX + 1, 413, 'document.too_large'],
    ['five times as much', 5 * MAX, 413, 'document.too_large'],
  ])('%s in a form: %i bytes are %i', async (_what, size, status, code) => {
    const answer = await upload(world, formOf([{ name: 'a.txt', bytes: Buffer.alloc(size, 'y') }]));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('of a body that does not say its length counts as it comes', async () => {
    const stream = (size: number): ReadableStream =>
      new Blob([Buffer.alloc(size, 'z')]).stream() as ReadableStream;
    expect((await upload(world, stream(MAX))).status).toBe(201);
    expect((await upload(world, stream(MAX + 1))).body.code).toBe('document.too_large');
    expect((await upload(world, stream(0))).status).toBe(422);
  });

  it('is told of on the same connection, which goes on', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await upload(world, Buffer.alloc(2 * MAX, 'x'))).status).toBe(413);
    }
  });
});

describe('the sender', () => {
  it('that is cut off half-way leaves nothing', async () => {
    const before = await documents();
    const socket = connect(world.port, '127.0.0.1');
    socket.write(head(1000));
    socket.write('x'.repeat(500), () => socket.destroy());
    await new Promise((resolve) => socket.once('close', resolve));
    await settled();
    expect(await documents()).toBe(before);
  });

  it('that sends more than it says is refused, and at most what it said is kept', async () => {
    const text = `${head(5, ['connection: close'])}12345678`;
    expect((await sendBytes(world.port, Buffer.from(text))).status).toBe(400);
    await settled();
    const { rows } = await world.db.query(
      `select file_size from client_documents where file_name = 'raw.txt'`,
    );
    expect(rows.filter((row) => row['file_size'] !== 5)).toEqual([]);
  });

  it.each([
    ['says nothing', ''],
    ['sends a little and no more', 'x'.repeat(900)],
  ])('that %s is told to come back, and its connection closed', async (_what, text) => {
    const answer = await sendBytes(world.port, Buffer.from(head(5000) + text));
    expect(answer.status).toBe(408);
    expect(answer.headers.get('connection')).toBe('close');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'upload.too_slow' });
  });

  it('that trickles is too slow, however long it goes on', async () => {
    const socket = connect(world.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.write(head(5000));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const trickle = setInterval(() => socket.write('x'), 50);
    await closed;
    clearInterval(trickle);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('a form', () => {
  it.each([
    ['without a file', formOf([], { client_id: '' }), 'file'],
    [
      'with a source that is none',
      formOf([{ name: 'a', bytes: 'a' }], { upload_source: 'x' }),
      'upload_source',
    ],
    [
      'that says it was migrated',
      formOf([{ name: 'a', bytes: 'a' }], { upload_source: 'migrated' }),
      'upload_source',
    ],
    [
      'with a field that is too long',
      formOf([{ name: 'a', bytes: 'a' }], { note: 'x'.repeat(2000) }),
      'note',
    ],
    [
      'with 21 files',
      formOf(Array.from({ length: 21 }, () => ({ name: 'a', bytes: 'a' }))),
      'file',
    ],
  ])('%s is refused, and nothing of it kept', async (_what, form, field) => {
    const before = await documents();
    const { status, body } = await upload(world, form);
    expect([status, body['errors']]).toEqual([400, [{ field, message: expect.any(String) }]]);
    expect(await documents()).toBe(before);
  });

  it('with one file that is refused makes none', async () => {
    const before = await documents();
    const form = formOf([
      { name: 'good.pdf', bytes: PDF },
      { name: 'bad.docx', bytes: officeOf('word', true) },
    ]);
    expect(await upload(world, form)).toMatchObject({
      status: 415,
      body: { code: 'document.type_refused' },
    });
    expect(await documents()).toBe(before);
  });

  it('may have empty fields, fields that say nothing here, and its fields behind its files', async () => {
    const form = formOf([{ name: 'a.pdf', bytes: PDF }], { client_id: '', _csrf: 'x' });
    form.append('meeting_id', '');
    form.append('upload_source', 'clients_page');
    expect(await upload(world, form)).toMatchObject({
      status: 201,
      body: { client_id: null, meeting_id: null, upload_source: 'clients_page' },
    });
  });

  it.each([
    ['cut off', '--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx'],
    ['of nothing', ''],
    ['that is none', 'hello'],
  ])('%s is no form', async (_what, text) => {
    const headers = { 'content-type': 'multipart/form-data; boundary=B' };
    expect((await upload(world, text, { headers })).status).toBe(400);
  });
});

it('JSON, text and what has no type at all are files like any other', async () => {
  for (const type of ['application/json', 'text/html', 'x', 'multipart/mixed; boundary=x']) {
    const answer = await upload(world, `{"of": "${type}"}`, { headers: { 'content-type': type } });
    expect([answer.status, answer.body.file_type], type).toEqual([201, 'text/plain']);
  }
});

it('an encoded body and parameters that nobody knows are refused unread', async () => {
  const headers = { 'content-encoding': 'gzip' };
  expect((await upload(world, 'x', { headers })).status).toBe(415);
  expect((await upload(world, 'x', { query: { folder: 'x' } })).status).toBe(400);
  expect((await upload(world, 'x', { query: { upload_source: 'migrated' } })).status).toBe(400);
});

it('the same Idempotency-Key is the same upload, and another upload under it none', async () => {
  const send = (key: string, text = 'once'): ReturnType<typeof upload> =>
    upload(world, text, { headers: { 'idempotency-key': key } });
  const [first, second] = [await send('a-key'), await send('a-key')];
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.body).toEqual(first.body);
  expect(await send('a-key', 'twice')).toMatchObject({
    status: 422,
    body: { code: 'idempotency.mismatch' },
  });
  expect((await send('another')).body.id).not.toBe(first.body.id);
  for (const key of ['', 'x'.repeat(256), 'two words']) {
    expect((await send(key)).status, JSON.stringify(key)).toBe(400);
  }
  const form = (): FormData =>
    formOf([
      { name: 'a', bytes: 'a' },
      { name: 'b', bytes: 'b' },
    ]);
  const [several, again] = [
    await upload(world, form(), { headers: { 'idempotency-key': 'several' } }),
    await upload(world, form(), { headers: { 'idempotency-key': 'several' } }),
  ];
  expect([again.status, again.body]).toEqual([200, several.body]);
});

it('a store that is full, or away, is told of in words, and nothing is kept', async () => {
  const before = await documents();
  world.place.s3?.faults.push({ status: 507, code: 'XMinioStorageFull' });
  expect(await upload(world, 'full')).toMatchObject({
    status: 507,
    body: { code: 'document.no_space' },
  });
  world.place.s3?.faults.push({ status: 403, code: 'AccessDenied' });
  expect(await upload(world, 'away')).toMatchObject({
    status: 502,
    body: { code: 'document.store_failed', detail: expect.stringContaining('AccessDenied') },
  });
  expect(await documents()).toBe(before);
  expect((await upload(world, 'there again')).status).toBe(201);
});
