/** MEMBERS_SEE=own: members see papers of their own meetings and people, and what they brought; nobody's are lost by it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DocumentWorld,
  download,
  startDocumentWorld,
  sweepAll,
  upload,
} from '../../test/harness/document-world.ts';
import { call } from '../../test/harness/http-world.ts';
import { rowsOf } from '../../test/harness/mirror-rows.ts';

const OWN = 'https://api.calendly.com/users/OWN';

describe('documents', () => {
  let world: DocumentWorld;
  const meetings = { own: '', foreign: '' };
  const clients = { own: '', foreign: '' };
  beforeAll(async () => {
    world = await startDocumentWorld({
      settings: { membersSee: 'own' },
      quotaBytes: 60,
    });
    const rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
    await rows.connection(world.member.user.id, { calendly_user_uri: OWN });
    for (const whose of ['own', 'foreign'] as const) {
      clients[whose] = await rows.client(`${whose}@example.com`);
      const user_uri = whose === 'own' ? OWN : 'https://api.calendly.com/users/OTHER';
      const { id, uri } = await rows.meeting({ hosts: [{ user_uri, email: null, name: null }] });
      meetings[whose] = id;
      await rows.invitee(uri, { client_id: clients[whose] });
    }
  });
  afterAll(() => world.close());

  it('lists and gives out their own, assigns to their own, and the rest is not there', async () => {
    const add = async (text: string, query = {}, as = world.admin): Promise<string> =>
      (await upload(world, text, { query, as })).body.id;
    const seen = [
      await add('a', { meeting_id: meetings.own }),
      await add('b', { client_id: clients.own }),
      await add('c', {}, world.member),
    ];
    const unseen = [
      await add('d', { meeting_id: meetings.foreign }),
      await add('e', { client_id: clients.foreign }),
      await add('f'),
    ];
    const { body } = await call(world, '/api/documents', { as: world.member });
    const listed = (body as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(listed.toSorted()).toEqual(seen.toSorted());
    for (const id of unseen) {
      expect((await download(world, id, { as: world.member })).status).toBe(404);
      const path = `/api/documents/${id}`;
      const asked = [
        await call(world, path, { as: world.member }),
        await call(world, path, { as: world.member, method: 'DELETE' }),
        await call(world, path, { as: world.member, method: 'PATCH', json: { file_name: 'x' } }),
      ];
      expect(asked.map(({ status }) => status)).toEqual([404, 404, 404]);
    }
    for (const query of [{ meeting_id: meetings.foreign }, { client_id: clients.foreign }]) {
      expect((await upload(world, 'x', { query, as: world.member })).status).toBe(404);
    }
    const [own = ''] = seen;
    const moved = await call(world, `/api/documents/${own}`, {
      as: world.member,
      method: 'PATCH',
      json: { client_id: clients.foreign },
    });
    expect(moved.status).toBe(404);
  });

  it('an upload that needs room takes it from what was deleted, and never from what others still have', async () => {
    const shared = 'shared by two '.repeat(2);
    const theirs = (await upload(world, shared)).body.id;
    const own = (await upload(world, shared, { as: world.member })).body.id;
    await call(world, `/api/documents/${own}`, { method: 'DELETE', as: world.member });
    const refused = await upload(world, 'y'.repeat(50), { as: world.member });
    expect(refused).toMatchObject({ status: 413, body: { code: 'document.quota' } });
    await call(world, `/api/documents/${theirs}`, { method: 'DELETE' });
    expect((await upload(world, 'y'.repeat(50), { as: world.member })).status).toBe(201);
    await sweepAll(world.documents);
    expect((await call(world, `/api/documents/${theirs}`)).status).toBe(404);
  });
});
