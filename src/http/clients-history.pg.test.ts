/** What there was with a client: the timeline, the answers given, where the client came from, and who may be the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../test/harness/database.ts';
import { call, startHttpWorld, type HttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';

interface Entry {
  kind: string;
  at: string;
  meeting_id: string | null;
  to_meeting_id: string | null;
  document_id: string | null;
  title: string;
}

describe.each(engines)('on %s', (engine) => {
  let world: HttpWorld;
  let rows: RowMaker;
  let id: string;
  const meetings: Record<string, string> = {};

  beforeAll(async () => {
    world = await startHttpWorld({ engine });
    rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
    id = await rows.client('ada@history.example', { name: 'Ada Lane' });
    const first = await rows.meeting({
      title: 'First',
      start_time: '2026-03-01T10:00:00.000001Z',
      status: 'canceled',
    });
    const second = await rows.meeting({ title: 'Second', start_time: '2026-03-05T10:00:00Z' });
    const third = await rows.meeting({ title: 'Third', start_time: '2026-03-09T10:00:00Z' });
    const fourth = await rows.meeting({
      title: 'Fourth',
      start_time: '2026-03-02T10:00:00Z',
      status: 'canceled',
    });
    Object.assign(meetings, {
      first: first.id,
      second: second.id,
      third: third.id,
      fourth: fourth.id,
    });
    const question = (answer: string): object[] => [{ question: 'Why?', answer, position: 0 }];
    await rows.invitee(first.uri, {
      client_id: id,
      status: 'canceled',
      rescheduled: true,
      new_invitee: `${second.uri}/invitees/X`,
      cancellation: {
        by: 'Ada',
        reason: null,
        canceler_type: 'invitee',
        at: '2026-02-20T10:00:00.000000Z',
      },
      calendly_created_at: '2026-02-01T00:00:00Z',
      answers: question('First of all'),
      tracking: { utm_source: 'newsletter' },
    });
    await rows.invitee(second.uri, {
      client_id: id,
      no_show_at: '2026-03-05T11:00:00Z',
      calendly_created_at: '2026-02-20T00:00:00Z',
      answers: question('On second thought'),
      tracking: { utm_source: 'later' },
    });
    await rows.invitee(fourth.uri, {
      calendly_created_at: '2026-02-22T00:00:00Z',
      client_id: id,
      status: 'canceled',
      source_updated_at: '2026-02-25T10:00:00Z',
    });
    await world.db.query(
      `insert into meeting_guests (workspace_id, meeting_id, email_key, email, client_id, created_at)
       values ($1, $2, 'ada@history.example', 'ada@history.example', $3, '2026-01-01T00:00:00Z')`,
      [world.admin.user.workspaceId, third.id, id],
    );
    await paper('2026-02-21T10:00:00Z', { client_id: id, file_name: 'plan.pdf' });
    await paper('2026-03-06T10:00:00Z', { meeting_id: second.id, file_name: 'minutes.pdf' });
    await paper('2026-03-07T10:00:00Z', { client_id: id, file_name: 'gone.pdf', is_deleted: true });
    const other = await rows.client('ben@history.example', { name: 'Ben' });
    await paper('2026-03-06T10:00:00Z', {
      meeting_id: third.id,
      client_id: other,
      file_name: 'his.pdf',
    });
  });
  afterAll(() => world.close());

  function paper(at: string, columns: Record<string, unknown>): Promise<string> {
    const bytes = { file_category: 'document', storage_path: 'a', storage_bucket: 'b' };
    return rows.row('client_documents', {
      original_name: 'a',
      uploaded_at: at,
      ...bytes,
      ...columns,
    });
  }

  async function timeline(query: string): Promise<{ data: Entry[]; next_cursor: string | null }> {
    const { status, body } = await call(world, `/api/clients/${id}/timeline?${query}`);
    expect(status).toBe(200);
    return body as { data: Entry[]; next_cursor: string | null };
  }

  it('tells meetings, moves, cancellations, no-shows and papers, newest first, page by page', async () => {
    const { data } = await timeline('');
    expect(data.map((entry) => [entry.kind, entry.title, entry.at.slice(0, 10)])).toEqual([
      ['meeting', 'Third', '2026-03-09'],
      ['document', 'minutes.pdf', '2026-03-06'],
      ['no_show', 'Second', '2026-03-05'],
      ['meeting', 'Second', '2026-03-05'],
      ['meeting', 'Fourth', '2026-03-02'],
      ['meeting', 'First', '2026-03-01'],
      ['canceled', 'Fourth', '2026-02-25'],
      ['document', 'plan.pdf', '2026-02-21'],
      ['rescheduled', 'First', '2026-02-20'],
    ]);
    expect(data.at(-1)).toMatchObject({
      meeting_id: meetings['first'],
      to_meeting_id: meetings['second'],
    });
    const paged: Entry[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await timeline(cursor === '' ? 'limit=1' : `limit=1&cursor=${cursor}`);
      paged.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(data);
  });

  it('tells the newest answer to each question, and what brought the client here first', async () => {
    const { body } = await call(world, `/api/clients/${id}`);
    expect(body).toMatchObject({
      source: 'newsletter',
      answers: [
        {
          question: 'Why?',
          answer: 'On second thought',
          meeting_id: meetings['second'],
          at: '2026-02-20T00:00:00.000000Z',
        },
      ],
    });
  });

  it('tells who may be the same by name or company, no provider’s customers', async () => {
    const named = await rows.client('ada@elsewhere.example', { name: ' ada LANE ' });
    const colleague = await rows.client('cy@history.example', { name: 'Cy' });
    const { body } = await call(world, `/api/clients/${id}/similar`);
    const { data } = body as { data: { id: string; same_name: boolean; same_domain: boolean }[] };
    expect(data[0]).toMatchObject({ id: named, same_name: true, same_domain: false });
    expect(data.slice(1).map((row) => [row.id, row.same_name, row.same_domain])).toContainEqual([
      colleague,
      false,
      true,
    ]);
    const gmail = await rows.client('one@gmail.com', { name: 'One' });
    await rows.client('two@gmail.com', { name: 'Two' });
    expect((await call(world, `/api/clients/${gmail}/similar`)).body).toEqual({ data: [] });
  });

  it('of another workspace’s client is the same 404 as of nobody’s', async () => {
    const unknown = await call(world, `/api/clients/${world.ids.now()}`);
    for (const what of ['timeline', 'similar']) {
      const answer = await call(world, `/api/clients/${id}/${what}`, { as: world.foreigner });
      expect([answer.status, answer.body]).toEqual([404, unknown.body]);
    }
  });
});
