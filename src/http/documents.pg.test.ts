/** Documents over HTTP: brought as a form or a bare body, listed, changed, deleted, restored, given out. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DocumentWorld,
  download,
  formOf,
  startDocumentWorld,
  sweepAll,
  upload,
} from '../../test/harness/document-world.ts';
import { engines } from '../../test/harness/database.ts';
import { call, readPages } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';
import { PDF } from '../../test/harness/sample-files.ts';
import { newId } from '../domain/id.ts';

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

  it('are listed by client, by the series of a meeting, by name, or as what is of nobody, page by page', async () => {
    const client = await rows.client('lists@example.com');
    const series = newId(world.ids);
    const [first, next, other] = [
      await rows.meeting({ series_id: series }),
      await rows.meeting({ series_id: series, status: 'canceled' }),
      await rows.meeting({ vanished_at: '2026-01-01T00:00:00Z' }),
    ];
    const add = async (name: string, query: Record<string, string>): Promise<string> =>
      (await upload(world, `${name} 100%`, { query: { file_name: name, ...query } })).body.id;
    const ids = {
      client: await add('client_x.txt', { client_id: client }),
      first: await add('first.txt', { meeting_id: first.id }),
      next: await add('next.txt', { meeting_id: next.id }),
      other: await add('other.txt', { meeting_id: other.id, client_id: client }),
      tray: await add('Tray.txt', {}),
    };
    const listed = async (query: string): Promise<string[]> =>
      (await readPages(world, `/api/documents?limit=1&${query}`)).ids;
    expect(await listed(`client_id=${client}`)).toEqual([ids.other, ids.client]);
    const ofSeries = [ids.next, ids.first];
    expect(await listed(`meeting_id=${first.id}`)).toEqual(ofSeries);
    expect(await listed(`meeting_id=${next.id}`)).toEqual(ofSeries);
    expect(await listed(`meeting_id=${other.id}`)).toEqual([ids.other]);
    expect(await listed(`meeting_id=${UNKNOWN}`)).toEqual([]);
    expect(await listed('q=tray.TXT')).toEqual([ids.tray]);
    expect(await listed('q=client_')).toEqual([ids.client]);
    expect(await listed('q=%25')).toEqual([]);
    expect(await listed(`unassigned=true&q=tray`)).toEqual([ids.tray]);
    expect(await listed(`unassigned=true&client_id=${client}`)).toEqual([]);
    for (const { id } of [first, next]) {
      expect((await call(world, `/api/meetings/${id}`)).body).toMatchObject({ documents_count: 2 });
    }
    expect((await call(world, `/api/clients/${client}`)).body).toMatchObject({
      documents_count: 2,
    });
    for (const query of ['unassigned=yes', 'include=all', 'client_id=x', 'order=name']) {
      expect(await call(world, `/api/documents?${query}`), query).toMatchObject({ status: 400 });
    }
  });

  it('are named and assigned anew; who has not seen the last change is refused', async () => {
    const client = await rows.client('edits@example.com');
    const meeting = await rows.meeting();
    const { id } = (await upload(world, PDF, { query: { meeting_id: meeting.id } })).body;
    const patch = (json: object, headers: Record<string, string> = {}): ReturnType<typeof call> =>
      call(world, `/api/documents/${id}`, { method: 'PATCH', json, headers });
    const etag = (await call(world, `/api/documents/${id}`)).headers.get('etag') ?? '';
    const edited = await patch(
      { file_name: ' ../Contract\u202E.exe ', client_id: client, meeting_id: null },
      { 'if-match': etag },
    );
    expect(edited).toMatchObject({
      status: 200,
      body: { file_name: 'Contract.exe.pdf', client_id: client, meeting_id: null },
    });
    expect(await patch({ client_id: null }, { 'if-match': etag })).toMatchObject({ status: 412 });
    expect(await patch({})).toMatchObject({
      body: { file_name: 'Contract.exe.pdf', client_id: client },
    });
    for (const json of [{ client_id: UNKNOWN }, { meeting_id: 'no id' }]) {
      expect(await patch(json)).toMatchObject({ status: 404 });
    }
    for (const json of [{ file_name: ' ' }, { sha256: 'x' }, { file_name: null }]) {
      expect(await patch(json)).toMatchObject({ status: 400 });
    }
    expect(await patch({ client_id: null })).toMatchObject({ body: { client_id: null } });
  });

  it('are deleted, hidden and brought back; counts, lists and bytes follow', async () => {
    const client = await rows.client('deletes@example.com');
    const { id } = (await upload(world, PDF, { query: { client_id: client } })).body;
    const path = `/api/documents/${id}`;
    const shown = async (query = ''): Promise<unknown> =>
      (await call(world, `/api/documents?client_id=${client}${query}`)).body;
    for (let again = 0; again < 2; again += 1) {
      expect((await call(world, path, { method: 'DELETE' })).body).toEqual({ success: true });
    }
    expect(await shown()).toEqual({ data: [], next_cursor: null });
    expect(await shown('&include=deleted')).toMatchObject({
      data: [{ id, deleted_at: expect.any(String) }],
    });
    expect((await call(world, path)).body).toMatchObject({ deleted_at: expect.any(String) });
    expect((await download(world, id)).status).toBe(404);
    const renamed = await call(world, path, { method: 'PATCH', json: { file_name: 'x' } });
    expect(renamed.status).toBe(404);
    expect((await call(world, `/api/clients/${client}`)).body).toMatchObject({
      documents_count: 0,
    });
    const restored = await call(world, `${path}/restore`, { method: 'POST' });
    expect(restored).toMatchObject({ status: 200, body: { id, deleted_at: null } });
    expect((await download(world, id)).bytes.equals(PDF)).toBe(true);
    expect((await call(world, `/api/clients/${client}`)).body).toMatchObject({
      documents_count: 1,
    });
  });

  it('are removed for good by admins alone, and their bytes with the last that has them', async () => {
    const bytes = `of two ${newId(world.ids)}`;
    const [one, two] = [await upload(world, bytes), await upload(world, bytes)];
    const purge = (id: string, as = world.admin): ReturnType<typeof call> =>
      call(world, `/api/documents/${id}?purge=true`, { method: 'DELETE', as });
    const kept = world.place.keys().length;
    expect((await purge(one.body.id, world.member)).status).toBe(403);
    expect((await purge(one.body.id)).status).toBe(200);
    expect((await call(world, `/api/documents/${one.body.id}`)).status).toBe(404);
    const restored = await call(world, `/api/documents/${one.body.id}/restore`, { method: 'POST' });
    expect(restored.status).toBe(404);
    await sweepAll(world.documents);
    expect((await download(world, two.body.id)).bytes.toString()).toBe(bytes);
    await purge(two.body.id);
    await sweepAll(world.documents);
    expect(world.place.keys()).toHaveLength(kept - 1);
  });

  it('tell the live stream and the audit trail what was done, and by whom', async () => {
    const { id } = (await upload(world, PDF, { as: world.member })).body;
    const path = `/api/documents/${id}`;
    await call(world, path, { method: 'PATCH', json: { file_name: 'Secret name.pdf' } });
    await download(world, id);
    await call(world, path, { method: 'DELETE' });
    await call(world, `${path}/restore`, { method: 'POST' });
    await call(world, `${path}/restore`, { method: 'POST' });
    await call(world, `${path}?purge=true`, { method: 'DELETE' });
    const { rows: feed } = await world.db.query(
      'select event, data from feed where subject_id = $1',
      [id],
    );
    expect(feed).toEqual(Array(5).fill({ event: 'document.changed', data: {} }));
    const { rows: audit } = await world.db.query<{ action: string; actor_id: string }>(
      'select action, actor_id, detail from audit_log where subject = $1 order by id',
      [id],
    );
    const steps = ['uploaded', 'edited', 'read', 'deleted', 'restored', 'removed'];
    expect(audit.map(({ action }) => action)).toEqual(steps.map((step) => `document.${step}`));
    expect(audit.map(({ actor_id }) => actor_id === world.member.user.id)).toEqual([
      ...[true, false, false, false, false, false],
    ]);
    expect(JSON.stringify(audit)).not.toContain('Secret');
  });

  it('of another workspace are the one 404, to read, to change and to download', async () => {
    const { id } = (await upload(world, PDF)).body;
    const missing = (await call(world, `/api/documents/${UNKNOWN}`)).body;
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['DELETE', '?purge=true'],
      ['POST', '/restore'],
      ['GET', '/content'],
      ['GET', '/preview'],
    ] as const) {
      const asked = await call(world, `/api/documents/${id}${path}`, {
        method,
        as: world.foreigner,
        ...(method === 'PATCH' && { json: { file_name: 'Mine' } }),
      });
      expect([asked.status, asked.body], `${method} ${path}`).toEqual([404, missing]);
    }
    const { body } = await call(world, '/api/documents?include=deleted', { as: world.foreigner });
    expect(body).toEqual({ data: [], next_cursor: null });
    expect((await call(world, `/api/documents/${id}`)).body).toMatchObject({ deleted_at: null });
  });
});
