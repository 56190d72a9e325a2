/** Spreadsheets and calendar feeds: what they hold, whose they are, and who may read them. */
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type HttpWorld, startHttpWorld } from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';

const HOST = 'https://api.calendly.com/users/HOST';
let world: HttpWorld;
let rows: RowMaker;
let client: string;

beforeAll(async () => {
  world = await startHttpWorld({ now: () => Date.parse('2026-03-20T00:00:00Z') });
  rows = rowsOf(world.db, world.admin.user.workspaceId, world.ids);
  await rows.connection(world.member.user.id, { calendly_user_uri: HOST });
  client = await rows.client('ada@example.com', { name: '=HYPERLINK("http://evil")' });
});
afterAll(() => world.close());

async function text(
  path: string,
  as = world.admin,
): Promise<{ status: number; type: string; body: string }> {
  const response = await fetch(`${world.url}${path}`, {
    headers: { authorization: `Bearer ${as.token}` },
  });
  const type = response.headers.get('content-type') ?? '';
  // text() would leave the mark out
  const body = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
  return { status: response.status, type, body };
}

async function meeting(title: string, columns: Record<string, unknown> = {}): Promise<string> {
  const made = await rows.meeting({
    title,
    start_time: '2026-03-29T13:00:00.000000Z',
    end_time: '2026-03-29T14:00:00.000000Z',
    hosts: [{ user_uri: HOST, email: 'host@example.com', name: 'Hanna Host' }],
    ...columns,
  });
  await rows.invitee(made.uri, { name: '+1 Bo', email: 'bo@example.com', client_id: client });
  return made.id;
}

describe('a spreadsheet', () => {
  it('of meetings has every one that the filters let through, over all pages, and no formula', async () => {
    for (let index = 0; index < 230; index += 1) await meeting(`Talk ${index}`);
    await meeting('Old', { start_time: '2020-01-01T00:00:00Z' });
    const { status, type, body } = await text('/api/meetings.csv?from=2021-01-01T00:00:00Z');
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8']);
    const lines = body.split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFFid,title,status,start_time/);
    expect(lines).toHaveLength(232);
    expect(new Set(lines.slice(1, -1).map((line) => line.split(',')[0])).size).toBe(230);
    expect(lines[1]).toContain(`,'+1 Bo,bo@example.com,`);
    expect(body).not.toContain('Old');
  });

  it('of clients has them with their addresses, and no formula', async () => {
    const { body } = await text('/api/clients.csv');
    expect(body.split('\r\n')[1]).toMatch(
      new RegExp(`^${client},"'=HYPERLINK\\(""http://evil""\\)",ada@example.com,`),
    );
  });

  it('is of one workspace, and a wrong filter is a problem', async () => {
    const { body } = await text('/api/meetings.csv', world.foreigner);
    expect(body.split('\r\n')).toHaveLength(2);
    expect((await text('/api/meetings.csv?status=gone')).status).toBe(400);
    expect((await text('/api/meetings.csv?limit=3')).status).toBe(400);
  });
});

describe('a calendar feed', () => {
  const make = (as = world.member) => call(world, '/api/calendar-feed', { method: 'POST', as });
  const path = (body: unknown): string => new URL((body as { url: string }).url).pathname;
  const read = (url: string) => fetch(`${world.url}${url}`);

  it('shows the meetings that its user hosts, in UTC, canceled ones as such', async () => {
    const link = 'https://zoom.example/1';
    const id = await meeting('Review; with, commas', {
      location: { type: 'zoom', join_url: link },
    });
    const off = await meeting('Off', { status: 'canceled' });
    const foreign = await meeting('Not his', { hosts: [] });
    const url = path((await make()).body);
    const response = await read(url);
    expect(response.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    const calendar = new ICAL.Component(ICAL.parse(await response.text()));
    const events = calendar.getAllSubcomponents('vevent').map((event) => new ICAL.Event(event));
    const event = events.find(({ uid }) => uid === `${id}@calendly-sync`);
    expect(event?.summary).toBe('Review; with, commas: +1 Bo');
    expect(event?.startDate.toString()).toBe('2026-03-29T13:00:00Z');
    expect(event?.startDate.zone.tzid).toBe('UTC');
    expect(event?.component.getFirstPropertyValue('url')).toBe(link);
    const canceled = events.find(({ uid }) => uid === `${off}@calendly-sync`);
    expect(canceled?.component.getFirstPropertyValue('status')).toBe('CANCELLED');
    expect(events.some(({ uid }) => uid === `${foreign}@calendly-sync`)).toBe(false);
    expect(events.length).toBe(232);
  });

  it('ends with another link, with its deletion, and with its user', async () => {
    const first = path((await make()).body);
    const second = path((await make()).body);
    expect([(await read(first)).status, (await read(second)).status]).toEqual([404, 200]);
    const remove = () => call(world, '/api/calendar-feed', { method: 'DELETE', as: world.member });
    expect([(await remove()).status, (await remove()).status]).toEqual([200, 404]);
    expect((await read(second)).status).toBe(404);
    const third = path((await make()).body);
    await world.db.query('update users set removed_at = created_at where id = $1', [
      world.member.user.id,
    ]);
    expect((await read(third)).status).toBe(404);
    await world.db.query('update users set removed_at = null where id = $1', [
      world.member.user.id,
    ]);
  });

  it('is nowhere to be found without its link: every guess is one and the same 404', async () => {
    const bodies = new Set<string>();
    for (const guess of [
      'x.ics',
      `${'A'.repeat(43)}.ics`,
      'A'.repeat(43),
      '..%2Fx.ics',
      '%00.ics',
    ]) {
      const response = await read(`/ics/${guess}`);
      expect(response.status).toBe(404);
      bodies.add(await response.text());
    }
    expect(bodies.size).toBe(1);
    const { rows: kept } = await world.db.query<{ row: string }>(
      'select calendar_feeds::text as row from calendar_feeds',
    );
    const url = path((await make()).body);
    expect(kept.join()).not.toContain(url.slice(5, -4));
  });
});
