/** What a purge takes and what it leaves: papers that people brought stay, and so does who has some. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type DocumentWorld,
  download,
  startDocumentWorld,
  upload,
} from '../../test/harness/document-world.ts';
import { call } from '../../test/harness/http-world.ts';
import { rowsOf } from '../../test/harness/mirror-rows.ts';
import { purgeMeetings } from './purge.ts';
import { tenantsOf } from './tenants.ts';

let world: DocumentWorld;
beforeAll(async () => {
  world = await startDocumentWorld();
});
afterAll(() => world.close());

test('documents of meetings that are purged are in the tray, or still their client’s, who stays', async () => {
  const { workspaceId, id: userId } = world.admin.user;
  const rows = rowsOf(world.db, workspaceId, world.ids);
  const connection = await rows.connection(userId);
  const meeting = await rows.meeting();
  const [owner, other] = [
    await rows.client('has@example.com'),
    await rows.client('none@example.com'),
  ];
  for (const client_id of [owner, other]) await rows.invitee(meeting.uri, { client_id });
  await world.db.query(
    `insert into meeting_sightings (workspace_id, connection_id, meeting_id, first_seen_at)
     values ($1, $2, $3, '2026-01-01T00:00:00Z')`,
    [workspaceId, connection, meeting.id],
  );
  const add = async (text: string, query: Record<string, string>): Promise<string> =>
    (await upload(world, text, { query })).body.id;
  const loose = await add('loose', { meeting_id: meeting.id });
  const owned = await add('owned', { meeting_id: meeting.id, client_id: owner });

  const purged = await tenantsOf(world.db)
    .of(workspaceId)
    .tx((tx) => purgeMeetings(tx, { workspaceId, connectionId: connection }, null));
  expect(purged).toMatchObject({ meetings: 1, invitees: 2, clients: 1 });
  expect((await call(world, `/api/clients/${owner}`)).body).toMatchObject({ documents_count: 1 });
  expect((await call(world, `/api/clients/${other}`)).status).toBe(404);
  const tray = (await call(world, '/api/documents?unassigned=true')).body;
  expect(tray).toMatchObject({ data: [{ id: loose, meeting_id: null }] });
  expect((await call(world, `/api/documents/${owned}`)).body).toMatchObject({
    meeting_id: null,
    client_id: owner,
  });
  for (const id of [loose, owned]) expect((await download(world, id)).status).toBe(200);
});
