/** The queue of people in doubt, the block list, and links by hand, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  startHttpWorld,
  type HttpWorld,
  type JsonAnswer,
  type Member,
} from '../../test/harness/http-world.ts';
import { rowsOf, type RowMaker } from '../../test/harness/mirror-rows.ts';
import { makeId } from '../../test/harness/sync-world.ts';
import { linkClients } from '../clients/link.ts';
import { emailKey } from '../domain/email.ts';
import { tenantsOf } from '../store/tenants.ts';

const PHONE = '+4930901820';
const OWN = 'https://api.calendly.com/users/OWN';

let world: HttpWorld;
let rows: RowMaker;
let workspaceId: string;

beforeAll(async () => {
  world = await startHttpWorld({ settings: { membersSee: 'own' } });
  workspaceId = world.admin.user.workspaceId;
  rows = rowsOf(world.db, workspaceId, world.ids);
  await rows.connection(world.member.user.id, { calendly_user_uri: OWN });
});
afterAll(() => world.close());

interface Booked {
  meeting: string;
  invitee: string;
}

async function book(
  name: string,
  email: string | null,
  more: { phone?: string; host?: string } = {},
): Promise<Booked> {
  const hosts = more.host === undefined ? [] : [{ user_uri: more.host, email: null, name: null }];
  const { id, uri } = await rows.meeting({ hosts });
  const invitee = await rows.invitee(uri, {
    name,
    email,
    email_key: emailKey(email) ?? null,
    text_reminder_number: more.phone ?? null,
    link_pending: true,
  });
  const { signal } = new AbortController();
  const db = tenantsOf(world.db).of(workspaceId);
  await linkClients(db, workspaceId, { newId: makeId, signal });
  return { meeting: id, invitee };
}

async function clientOf({ invitee }: Booked): Promise<string | null> {
  const { rows: found } = await world.db.query<{ client_id: string | null }>(
    'select client_id from invitees where id = $1',
    [invitee],
  );
  return found[0]?.client_id ?? null;
}

function send(method: string, path: string, json?: unknown, as?: Member): Promise<JsonAnswer> {
  return call(world, path, { method, ...(json === undefined ? {} : { json }), ...(as && { as }) });
}

interface Review {
  id: string;
  person: { email: string };
  candidates: { client: { id: string } }[];
}

async function queue(as?: Member): Promise<Review[]> {
  const { body } = await call(world, '/api/clients/review?limit=200', as && { as });
  return (body as { data: Review[] }).data;
}

describe('somebody in doubt', () => {
  it('is shown with the candidates and what speaks for them, and decided once', async () => {
    const ada = await book('Ada Lane', 'ada@review.example', { phone: PHONE });
    const ben = await book('Ben Lane', 'Ben@Review.example', { phone: PHONE });
    const adaId = await clientOf(ada);
    const [entry, ...others] = await queue();
    expect(others).toEqual([]);
    expect(entry).toEqual({
      id: expect.any(String),
      reason: 'other_name',
      created_at: expect.any(String),
      person: { name: 'Ben Lane', email: 'Ben@Review.example' },
      meetings: [
        { id: ben.meeting, start_time: '2026-03-01T10:00:00.000000Z', title: 'Consultation' },
      ],
      candidates: [
        {
          client: { id: adaId, name: 'Ada Lane', emails: ['ada@review.example'], phones: [PHONE] },
          evidence: { rule: 'phone', phone: PHONE, same_name: false },
        },
      ],
    });
    const path = `/api/clients/review/${entry?.id}`;
    for (const json of [{}, { new: true, never: true }, { new: false }, { client_id: 1 }]) {
      expect((await send('POST', path, json)).status).toBe(400);
    }
    expect((await send('POST', path, { client_id: makeId() })).status).toBe(404);
    const decided = await send('POST', path, { client_id: adaId });
    expect(decided).toMatchObject({
      status: 200,
      body: { client: { id: adaId, meetings_count: 2 } },
    });
    expect(await queue()).toEqual([]);
    expect((await send('POST', path, { client_id: adaId })).status).toBe(404);
    const { body } = await call(world, `/api/meetings/${ben.meeting}`);
    expect(body).toMatchObject({
      invitees: [
        { client_id: adaId, link_rule: 'email', link_evidence: { email: 'Ben@Review.example' } },
      ],
    });
  });

  it('who never is a client is on the block list, from where he comes back', async () => {
    const cy = await book('Cy Lane', 'cy@review.example', { phone: PHONE });
    const [entry] = await queue();
    const decided = await send('POST', `/api/clients/review/${entry?.id}`, { never: true });
    expect(decided.body).toEqual({ client: null });
    const { body } = await call(world, '/api/blocked');
    const { data } = body as { data: { id: string; value: string }[] };
    expect(data).toEqual([
      {
        id: expect.any(String),
        kind: 'address',
        value: 'cy@review.example',
        created_at: expect.any(String),
      },
    ]);
    expect(await clientOf(cy)).toBeNull();
    expect((await send('DELETE', `/api/blocked/${data[0]?.id}`)).status).toBe(200);
    expect((await send('DELETE', `/api/blocked/${data[0]?.id}`)).status).toBe(404);
    // in doubt again: nothing has been decided any more
    expect((await queue()).map(({ person }) => person.email)).toEqual(['cy@review.example']);
    const [again] = await queue();
    const made = await send('POST', `/api/clients/review/${again?.id}`, { new: true });
    expect(made.body).toMatchObject({ client: { id: await clientOf(cy), name: 'Cy Lane' } });
  });

  it('is shown to a member where he hosts, with the candidates whom he knows', async () => {
    await book('Dee Lane', 'dee@review.example', { phone: PHONE });
    expect(await queue(world.member)).toEqual([]);
    const own = await book('Ed Lane', 'ed@review.example', { phone: PHONE, host: OWN });
    const [entry] = await queue(world.member);
    expect(entry).toMatchObject({ person: { email: 'ed@review.example' }, candidates: [] });
    const [foreign] = (await queue()).filter(({ id }) => id !== entry?.id);
    const path = '/api/clients/review';
    expect((await send('POST', `${path}/${foreign?.id}`, { new: true }, world.member)).status).toBe(
      404,
    );
    expect((await queue()).map(({ id }) => id)).toContain(foreign?.id);
    const { rows: known } = await world.db.query<{ client_id: string }>(
      `select client_id from client_emails where email_key = 'ada@review.example'`,
    );
    const hidden = { client_id: known[0]?.client_id };
    expect((await send('POST', `${path}/${entry?.id}`, hidden, world.member)).status).toBe(404);
    expect((await send('POST', `${path}/${entry?.id}`, { new: true }, world.member)).status).toBe(
      200,
    );
    expect(await clientOf(own)).not.toBeNull();
  });
});

describe('a member who sees his own', () => {
  it('changes and merges only clients whom he knows, with all their meetings', async () => {
    const own = await book('Own', 'own@known.example', { host: OWN });
    const both = await book('Both', 'both@known.example', { host: OWN });
    const others = await book('Both', 'both@known.example');
    const foreign = await book('Foreign', 'foreign@known.example');
    const [ownId, bothId] = [await clientOf(own), await clientOf(both)];
    const foreignId = await clientOf(foreign);
    for (const [id, into] of [
      [foreignId, ownId],
      [ownId, foreignId],
    ]) {
      const answer = await send('POST', `/api/clients/${id}/merge`, { into }, world.member);
      expect(answer.status).toBe(404);
    }
    const edit = { name: 'x', emails: [] };
    expect((await send('PATCH', `/api/clients/${foreignId}`, edit, world.member)).status).toBe(404);
    expect((await call(world, `/api/clients/${foreignId}`)).body).toMatchObject({
      name: 'Foreign',
      emails: ['foreign@known.example'],
    });
    const merged = await send(
      'POST',
      `/api/clients/${bothId}/merge`,
      { into: ownId },
      world.member,
    );
    expect(merged).toMatchObject({ status: 200, body: { meetings_count: 2 } });
    expect(await clientOf(others)).toBe(ownId);
    const split = { emails: ['both@known.example'] };
    await send('POST', `/api/clients/${ownId}/split`, split, world.member);
    expect([await clientOf(both), await clientOf(others)]).toEqual([bothId, bothId]);
  });
});

describe('the block list', () => {
  it('takes a domain from an admin only, and never a public provider’s', async () => {
    const fay = await book('Fay', 'fay@blocked.example');
    const domain = { domain: 'Blocked.example' };
    expect((await send('POST', '/api/blocked', domain, world.member)).status).toBe(403);
    expect((await send('POST', '/api/blocked', { domain: 'gmail.com' })).body).toMatchObject({
      code: 'blocked.public_domain',
    });
    expect((await send('POST', '/api/blocked', { address: 'x' })).body).toMatchObject({
      code: 'blocked.unreadable',
    });
    const blocked = await send('POST', '/api/blocked', domain);
    expect(blocked).toMatchObject({
      status: 201,
      body: { kind: 'domain', value: 'blocked.example' },
    });
    expect((await send('POST', '/api/blocked', domain)).body).toEqual(blocked.body);
    expect(await clientOf(fay)).toBeNull();
    const { id } = blocked.body as { id: string };
    expect((await send('DELETE', `/api/blocked/${id}`, undefined, world.member)).status).toBe(403);
    expect(await clientOf(fay)).toBeNull();
    await send('DELETE', `/api/blocked/${id}`);
    expect(await clientOf(fay)).not.toBeNull();
  });

  it('suggests domains that members share, no provider’s and none that is blocked', async () => {
    for (const key of [
      'a@firm.example',
      'b@firm.example',
      'c@gmail.com',
      'd@gmail.com',
      'e@alone.example',
    ]) {
      await world.db.query('insert into host_addresses (workspace_id, email_key) values ($1, $2)', [
        workspaceId,
        key,
      ]);
    }
    const { body } = await call(world, '/api/blocked/suggestions');
    expect(body).toEqual({
      data: [
        { domain: 'example.com', members: 2 },
        { domain: 'firm.example', members: 2 },
      ],
    });
    await send('POST', '/api/blocked', { domain: 'firm.example' });
    expect((await call(world, '/api/blocked/suggestions')).body).toEqual({
      data: [{ domain: 'example.com', members: 2 }],
    });
  });
});

describe('a link by hand', () => {
  it('is above the rules until it is taken back', async () => {
    const gus = await book('Gus', 'gus@hand.example');
    const hal = await book('Hal', 'hal@hand.example');
    const [gusId, halId] = [await clientOf(gus), await clientOf(hal)];
    const path = `/api/meetings/${gus.meeting}`;
    const linked = await send('PATCH', path, { client_id: halId, notes: 'Both at once' });
    expect(linked.body).toMatchObject({
      notes: 'Both at once',
      invitees: [{ client_id: halId, link_rule: 'manual' }],
      clients: [{ id: halId }],
    });
    // nobody holds it any more, and nobody wrote on it
    expect((await call(world, `/api/clients/${gusId}`)).status).toBe(404);
    const back = await send('PATCH', `${path}/invitees/${gus.invitee}`, { client_id: null });
    expect(back.body).toMatchObject({
      invitees: [{ link_rule: 'email', client_id: expect.any(String) }],
    });
    expect(await clientOf(gus)).not.toBe(halId);
    expect((await send('PATCH', path, { client_id: makeId() })).status).toBe(404);
    expect(
      (await send('PATCH', `${path}/invitees/${hal.invitee}`, { client_id: halId })).status,
    ).toBe(404);
  });

  it('needs to know which of several invitees is meant', async () => {
    const one = await book('Ida', 'ida@hand.example');
    const { rows: uris } = await world.db.query<{ uri: string }>(
      'select calendly_uri as uri from meetings where id = $1',
      [one.meeting],
    );
    await rows.invitee(uris[0]?.uri ?? '', { name: 'Jo', email: 'jo@hand.example' });
    const clientId = await clientOf(one);
    const answer = await send('PATCH', `/api/meetings/${one.meeting}`, { client_id: clientId });
    expect(answer).toMatchObject({ status: 409, body: { code: 'meeting.no_only_invitee' } });
  });
});
