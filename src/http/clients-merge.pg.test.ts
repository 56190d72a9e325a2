/** Merging and splitting clients, and who decides about whom, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import {
  call,
  startHttpWorld,
  type HttpWorld,
  type JsonAnswer,
} from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';
import { emailKey } from '../domain/email.ts';

const UNKNOWN = '01890000-0000-7000-8000-000000000000';

describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  let rows: RowMaker;
  let workspaceId: string;

  beforeAll(async () => {
    world = await startHttpWorld({ engine });
    workspaceId = world.admin.user.workspaceId;
    rows = rowsOf(world.db, workspaceId, world.ids);
  });
  afterAll(() => world.close());

  function send(method: string, path: string, json: unknown): Promise<JsonAnswer> {
    return call(world, path, { method, json });
  }

  /** A client with one meeting booked under the address. */
  async function booked(email: string, columns: Record<string, unknown> = {}): Promise<string> {
    const id = await rows.client(email, { name: null, ...columns });
    const { uri } = await rows.meeting();
    const person = { email, email_key: emailKey(email), name: `Of ${email}` };
    await rows.invitee(uri, { ...person, client_id: id, link_rule: 'email' });
    return id;
  }

  async function document(clientId: string): Promise<string> {
    return rows.row('client_documents', {
      client_id: clientId,
      file_name: 'a.txt',
      original_name: 'a.txt',
      file_category: 'document',
      storage_path: 'a',
      storage_bucket: 'b',
      uploaded_at: '2026-01-01T00:00:00.000001Z',
    });
  }

  it('a merge brings everything to the one that stays, and a split everything back', async () => {
    const ada = await booked('ada@merge.example', {
      name: 'Ada',
      notes: 'Tall',
      tags: ['a'],
      phones: ['+49301'],
    });
    const lane = await booked('lane@merge.example', {
      name: 'Dr. Lane',
      name_edited_at: '2026-01-01T00:00:00Z',
      notes: 'Kind',
      tags: ['b', 'a'],
      phones: ['+49302'],
    });
    const paper = await document(lane);
    const [adaBefore, laneBefore] = [await shown(ada), await shown(lane)];

    const merged = await send('POST', `/api/clients/${lane}/merge`, { into: ada });
    expect(merged).toMatchObject({
      status: 200,
      body: {
        id: ada,
        name: 'Dr. Lane',
        notes: 'Tall\n\nKind',
        tags: ['a', 'b'],
        emails: ['ada@merge.example', 'lane@merge.example'],
        phones: ['+49301', '+49302'],
        meetings_count: 2,
        documents_count: 1,
      },
    });
    expect((await call(world, `/api/clients/${lane}`)).body).toEqual(
      (await call(world, `/api/clients/${UNKNOWN}`)).body,
    );
    const { rows: told } = await world.db.query(
      `select data from feed where workspace_id = $1 and subject_id = $2 order by number`,
      [workspaceId, lane],
    );
    expect(told).toEqual([{ data: { merged_into: ada } }]);

    const split = await send('POST', `/api/clients/${ada}/split`, {
      emails: ['Lane@Merge.example'],
    });
    expect(split.status).toBe(200);
    expect([await shown(ada), await shown(lane)]).toEqual([adaBefore, laneBefore]);
    const { rows: papers } = await world.db.query(
      'select client_id from client_documents where id = $1',
      [paper],
    );
    expect(papers).toEqual([{ client_id: lane }]);
    const { rows: trail } = await world.db.query(
      `select action, subject, detail from audit_log where workspace_id = $1 and action like 'client.%' order by id`,
      [workspaceId],
    );
    expect(trail).toEqual([
      { action: 'client.merged', subject: lane, detail: { into: ada } },
      { action: 'client.split', subject: ada, detail: { into: lane } },
    ]);
  });

  it('a split takes nothing back that a user has written since', async () => {
    const one = await booked('one@kept.example', { notes: 'One' });
    const two = await booked('two@kept.example', { notes: 'Two' });
    await send('POST', `/api/clients/${two}/merge`, { into: one });
    await send('PATCH', `/api/clients/${one}`, { notes: 'Mine', name: 'Mine' });
    await send('POST', `/api/clients/${one}/split`, { emails: ['two@kept.example'] });
    expect(await shown(one)).toMatchObject({ notes: 'Mine', name: 'Mine' });
    expect(await shown(two)).toMatchObject({ notes: 'Two' });
  });

  it.each([
    [
      'into itself',
      (id: string) => ['merge', { into: id }] as const,
      409,
      'client.merge_with_itself',
    ],
    ['into nobody', () => ['merge', { into: UNKNOWN }] as const, 404, 'request.not_found'],
    ['into what is no id', () => ['merge', { into: 'x' }] as const, 404, 'request.not_found'],
    [
      'of an address of nobody',
      () => ['split', { emails: ['x@y.example'] }] as const,
      400,
      'client.not_its_address',
    ],
    [
      'of the only address',
      () => ['split', { emails: ['only@refused.example'] }] as const,
      409,
      'client.nothing_left',
    ],
    ['of no address', () => ['split', { emails: [] }] as const, 400, 'request.invalid'],
  ])('a change %s is refused', async (_what, ask, status, code) => {
    const { rows: known } = await world.db.query<{ client_id: string }>(
      `select client_id from client_emails where email_key = 'only@refused.example'`,
    );
    const id = known[0]?.client_id ?? (await booked('only@refused.example'));
    const [action, json] = ask(id);
    const answer = await send('POST', `/api/clients/${id}/${action}`, json);
    expect([answer.status, answer.body]).toEqual([status, expect.objectContaining({ code })]);
    expect(await shown(id)).toMatchObject({ emails: ['only@refused.example'], meetings_count: 1 });
  });

  it('a client of another workspace can be neither end of a merge', async () => {
    const own = await booked('own@end.example');
    const theirs = rowsOf(world.db, world.foreigner.user.workspaceId, world.ids);
    const foreign = await theirs.client('foreign@end.example');
    for (const [from, into] of [
      [own, foreign],
      [foreign, own],
    ]) {
      const answer = await send('POST', `/api/clients/${from}/merge`, { into });
      expect(answer.status).toBe(404);
    }
  });

  it('addresses move meetings, and one that is taken or a host’s is refused', async () => {
    const one = await booked('one@moves.example');
    const two = await booked('two@moves.example');
    await world.db.query('insert into host_addresses (workspace_id, email_key) values ($1, $2)', [
      workspaceId,
      'host@moves.example',
    ]);
    for (const [email, code] of [
      ['two@moves.example', 'client.address_taken'],
      ['Host@Moves.example', 'client.address_refused'],
      ['no address', 'client.bad_email'],
    ]) {
      const emails = ['one@moves.example', email];
      expect((await send('PATCH', `/api/clients/${one}`, { emails })).body).toMatchObject({ code });
    }
    expect((await send('PATCH', `/api/clients/${one}`, { phones: ['030 1'] })).body).toMatchObject({
      code: 'client.bad_phone',
    });
    await send('PATCH', `/api/clients/${two}`, { emails: [] });
    const taken = ['one@moves.example', 'Two@Moves.example'];
    const { rows: made } = await world.db.query<{ client_id: string }>(
      `select client_id from client_emails where email_key = 'two@moves.example'`,
    );
    expect(made).toEqual([{ client_id: expect.not.stringMatching(two) }]);
    await send('PATCH', `/api/clients/${made[0]?.client_id}`, { emails: [] });
    // the meeting has made a client of its own again: it is merged, not taken
    const answer = await send('PATCH', `/api/clients/${one}`, { emails: taken });
    expect(answer.body).toMatchObject({ code: 'client.address_taken' });
    expect(await shown(two)).toMatchObject({ emails: [], meetings_count: 0 });
  });

  async function shown(id: string): Promise<object> {
    const { body } = await call(world, `/api/clients/${id}`);
    return { ...(body as object), updated_at: '' };
  }
});
