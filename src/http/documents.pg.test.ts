/** Documents over HTTP: brought as a form or a bare body, listed, changed, deleted, restored, given out. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DocumentWorld,
  download,
  formOf,
  startDocumentWorld,
  upload,
} from '../../test/harness/document-world.ts';
import { engines } from '../../test/harness/database.ts';
import { call } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';

const PDF = Buffer.from('%PDF-1.7\n% a paper\n%%EOF\n');
const UNKNOWN = '01890000-0000-7000-8000-000000000000';

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe.each(engines)('on %s', (engine) => {
  let world: DocumentWorld;
  let rows: RowMaker;

  beforeAll(async () => {
    world = await startDocumentWorld({ engine });
    rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
  });
  afterAll(() => world.close());

  it('a file comes as a bare body and goes out as it came', async () => {
    const { status, body } = await upload(world, PDF, { query: { file_name: 'Offer 2026.pdf' } });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        file_name: 'Offer 2026.pdf',
        file_type: 'application/pdf',
        file_category: 'document',
        file_size: PDF.length,
        sha256: sha256(PDF),
        client_id: null,
        meeting_id: null,
        upload_source: 'api',
        storage_bucket: 'local',
        uploaded_by: world.admin.user.id,
        uploaded_at: expect.stringMatching(/^\d{4}-.*Z$/),
        deleted_at: null,
        updated_at: expect.any(String),
      },
    });
    expect((await call(world, `/api/documents/${body.id}`)).body).toEqual(body);
    const given = await download(world, body.id);
    expect(given.bytes.equals(PDF)).toBe(true);
    expect(Object.fromEntries(given.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="Offer 2026.pdf"; filename*=UTF-8''Offer%202026.pdf`,
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'content-length': String(PDF.length),
    });
  });

  it('several files of one form become several documents of its client and meeting', async () => {
    const client = await rows.client('several@example.com');
    const meeting = await rows.meeting();
    const form = formOf(
      [
        { name: 'a.pdf', bytes: PDF },
        { name: 'Grüße.txt', bytes: 'Grüße\n' },
      ],
      { client_id: client, meeting_id: meeting.id, upload_source: 'meetings_page' },
    );
    const { status, body } = await upload(world, form);
    expect(status).toBe(201);
    const shared = {
      client_id: client,
      meeting_id: meeting.id,
      upload_source: 'meetings_page',
    };
    expect(body.data).toMatchObject([
      { ...shared, file_name: 'a.pdf', file_type: 'application/pdf' },
      { ...shared, file_name: 'Grüße.txt', file_type: 'text/plain', sha256: sha256('Grüße\n') },
    ]);
    const count = { documents_count: 2 };
    expect((await call(world, `/api/meetings/${meeting.id}`)).body).toMatchObject(count);
    expect((await call(world, `/api/clients/${client}`)).body).toMatchObject(count);
  });

  it('a client or meeting of nobody, of others, or no id at all is the one 404, and nothing stays', async () => {
    const foreign = rowsOf(world.db, world.foreigner.user.workspaceId, world.ids);
    const meeting = await foreign.meeting();
    const client = await foreign.client('foreign@example.com');
    const kept = world.place.keys();
    const missing = (await call(world, `/api/documents/${UNKNOWN}`)).body;
    for (const query of [
      { meeting_id: meeting.id },
      { client_id: client },
      { meeting_id: UNKNOWN },
      { client_id: 'no id' },
    ]) {
      const { status, body } = await upload(world, PDF, { query });
      expect({ status, body }, JSON.stringify(query)).toEqual({ status: 404, body: missing });
    }
    expect(world.place.keys()).toEqual(kept);
    expect(world.place.staged()).toEqual([]);
  });
});
