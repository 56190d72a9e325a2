/** Erasing one person: out of every row and file, and kept out whatever Calendly still says. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHere } from '../harness/in-process.ts';
import { type Stage, startStage } from '../connections/stage.ts';

const ADA = { name: 'Ada Canarysson', email: 'Ada.Canary+x@visitor.example' };
const PHONE = '+4915799999999';
const BO = { name: 'Bo Bystander', email: 'bo@visitor.example' };
/** All that would tell who it was. */
const WORDS = [
  ADA.email,
  ADA.email.toLowerCase(),
  ADA.name,
  PHONE,
  'canary-answer',
  'canary-reason',
  'canary-note',
  'canary-document',
  'canary-street',
];

let stage: Stage;
let dataDir: string;
const at: Record<'single' | 'group' | 'guested' | 'canceled', string> = {
  single: '',
  group: '',
  guested: '',
  canceled: '',
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'calendly-sync-erasure-'));
  stage = await startStage({ story: 'demo', env: { DATA_DIR: dataDir } });
  const { moves } = stage.simulator;
  const invitee = { ...ADA, phone: PHONE, answers: { 'Anything else?': 'canary-answer' } };
  // what moves a booking once more a second later would be drift until the next sync
  stage.simulator.world.readings.calendarPushMs = 0;
  const one = { eventType: 'introductory-call', host: 'host' };
  at.single = moves.book({
    ...one,
    name: `${ADA.name} and Nadia`,
    location: { type: 'physical', location: 'canary-street 7' },
    invitee,
  }).event;
  at.canceled = moves.book({ ...one, invitee }).event;
  await stage.link(stage.member, { token: stage.tokenOf('host') });
  moves.cancel({ event: at.canceled, by: 'invitee', reason: 'canary-reason' });
  at.group = moves.book({ eventType: 'pension-workshop', invitee: BO }).event;
  moves.joinGroup({ event: at.group, invitee });
  at.guested = moves.book({ ...one, invitee: BO, guests: [ADA.email] }).event;
  await settled();
  await sync(true);
  const { id } = await meeting(at.single);
  await stage.ask(`/api/meetings/${id}`, { method: 'PATCH', json: { notes: 'canary-note' } });
  const [client] = await stage.rows(
    `select client_id as id from client_emails where email_key = $1`,
    [ADA.email.toLowerCase()],
  );
  for (const target of [`client_id=${String(client?.['id'])}`, `meeting_id=${id}`]) {
    const response = await fetch(`${stage.url}/api/documents?file_name=a.txt&${target}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.admin.token}`, 'content-type': 'text/plain' },
      body: `canary-document ${target}`,
    });
    expect(response.status).toBe(201);
  }
});
afterAll(async () => {
  await stage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Until every delivery has been worked. */
async function settled(): Promise<void> {
  await stage.simulator.deliveries.settle();
  for (;;) {
    const news = stage.news();
    const waiting = await stage.rows(`select 1 from webhook_deliveries where state = 'received'`);
    if (waiting.length === 0) return;
    await news;
  }
}

async function sync(full: boolean): Promise<void> {
  const connections = await stage.rows('select workspace_id, id from calendly_connections');
  for (const { workspace_id: workspaceId, id } of connections) {
    await stage.core.db.query(
      `insert into sync_runs (workspace_id, id, connection_id, trigger, full_range, state, queued_at)
       values ($1, $2, $3, 'api', $4, 'queued', $5)`,
      [workspaceId, stage.core.newId(), id, full, await stage.core.db.clock()],
    );
  }
  await stage.core.db.query(`select pg_notify('calendly_sync_runs', '')`);
  await stage.idle();
}

interface Meeting {
  id: string;
  title: string;
  notes: string | null;
  invitees: { name: string | null; email: string | null; client_id: string | null }[];
  guests: { email: string }[];
}

async function meeting(uri: string): Promise<Meeting> {
  const [row] = await stage.rows('select id from meetings where calendly_uri = $1', [uri]);
  return (await stage.ask(`/api/meetings/${String(row?.['id'])}`)).body as Meeting;
}

/** Every row of every table as text, and every file under DATA_DIR. */
async function everything(): Promise<string> {
  const tables = await stage.rows(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const rows = await stage.rows(`select t::text as row from ${String(name)} t`);
    parts.push(...rows.map(({ row }) => String(row)));
  }
  for (const file of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dataDir, file);
    if (statSync(path).isFile()) parts.push(readFileSync(path, 'latin1'));
  }
  return [...parts, ...stage.lines.map((line) => JSON.stringify(line))].join('\n').toLowerCase();
}

function forms(word: string): string[] {
  const bytes = Buffer.from(word);
  return [
    word,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeURIComponent(word),
    Buffer.from(word, 'utf16le').toString('hex'),
  ];
}

async function found(): Promise<string[]> {
  const text = await everything();
  return WORDS.filter((word) => forms(word).some((form) => text.includes(form.toLowerCase())));
}

async function proven(): Promise<unknown> {
  const { db } = stage.core;
  expect(db.engine).toBe('postgres');
  const { stdout } = await runHere(['verify', '--json'], { env: stage.env });
  const { complete, missing, extra, different } = JSON.parse(stdout) as Record<string, unknown>;
  return { complete, missing, extra, different };
}

const RIGHT = { complete: true, missing: [], extra: [], different: [] };

test('the person is everywhere before, so that the search would find her', async () => {
  expect(await found()).toEqual(WORDS);
  expect(await proven()).toEqual(RIGHT);
});

test('an export has every table that knows her, raw words and documents with their bytes', async () => {
  const json = { email: ADA.email };
  const { status, text } = await stage.ask('/api/people/export', { method: 'POST', json });
  expect(status).toBe(200);
  const { tables } = JSON.parse(text) as { tables: Record<string, Record<string, unknown>[]> };
  for (const table of [
    'clients',
    'client_emails',
    'invitees',
    'meeting_guests',
    'meetings',
    'client_documents',
    'webhook_deliveries',
    'feed',
  ]) {
    expect([table, tables[table]?.length]).not.toEqual([table, 0]);
  }
  const documents = tables['client_documents'] ?? [];
  expect(
    documents.map((row) => Buffer.from(String(row['content_base64']), 'base64').toString()),
  ).toEqual(expect.arrayContaining([expect.stringContaining('canary-document client_id')]));
  expect(
    (await stage.ask('/api/people/export', { as: stage.member, method: 'POST', json })).status,
  ).toBe(403);
});

test('nothing of her is left in rows, files and log', async () => {
  const bad = await stage.ask('/api/people/erase', { method: 'POST', json: { email: 'nobody' } });
  expect(bad).toMatchObject({ status: 400, body: { errors: [{ field: 'email' }] } });
  const { status, body } = await stage.ask('/api/people/erase', {
    method: 'POST',
    json: { email: ADA.email.toUpperCase() },
  });
  expect([status, body]).toMatchObject([200, { erased: { invitees: 3, guests: 1, documents: 2 } }]);
  await stage.sweepDocuments();
  expect(await found()).toEqual([]);
});

test('others of the same meetings are as they were', async () => {
  const group = await meeting(at.group);
  expect(group.invitees).toMatchObject([
    { email: BO.email, name: BO.name },
    { email: null, name: null },
  ]);
  expect(group.invitees[0]?.client_id).not.toBeNull();
  const guested = await meeting(at.guested);
  expect(guested.invitees).toMatchObject([{ email: BO.email }]);
  expect(guested.guests).toEqual([]);
  expect(await meeting(at.single)).toMatchObject({
    notes: null,
    invitees: [{ name: null, email: null }],
  });
});

test('a full sync and old deliveries bring nothing back, and a proof finds no drift', async () => {
  await sync(true);
  expect(await found()).toEqual([]);
  stage.simulator.moves.markNoShow({ invitee: inviteeOf(at.single) });
  await settled();
  await sync(true);
  expect(await found()).toEqual([]);
  expect(await proven()).toEqual(RIGHT);
  const [row] = await stage.rows(
    'select no_show_at is not null as marked from invitees where calendly_uri = $1',
    [inviteeOf(at.single)],
  );
  expect(row).toEqual({ marked: true });
});

function inviteeOf(event: string): string {
  return stage.simulator.world.inviteesOf.get(event)?.[0]?.uri ?? '';
}

test('a later booking is somebody new', async () => {
  const { event } = stage.simulator.moves.book({
    eventType: 'introductory-call',
    host: 'host',
    invitee: ADA,
  });
  await settled();
  await sync(false);
  const { invitees } = await meeting(event);
  expect(invitees).toMatchObject([{ name: ADA.name, email: ADA.email }]);
  expect(invitees[0]?.client_id).not.toBeNull();
});

test('the commands do the same: a file for its owner alone, then nothing of her', async () => {
  const file = join(dataDir, 'person.json');
  const env = stage.env;
  const asked = ['export', '--email', ADA.email, '--out', file, '--json'];
  const exported = await runHere(asked, { env });
  expect(exported).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { workspaces } = JSON.parse(readFileSync(file, 'utf8')) as {
    workspaces: { tables: Record<string, unknown[]> }[];
  };
  expect(workspaces.flatMap(({ tables }) => tables['invitees'] ?? [])).toHaveLength(1);
  expect(await runHere(asked, { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('it is there already'),
  });
  rmSync(file);
  expect(await runHere(['erase', '--email', ADA.email], { env })).toMatchObject({ code: 2 });
  const erased = await runHere(['erase', '--email', ADA.email, '--yes', '--json'], { env });
  expect(erased.code).toBe(0);
  expect(JSON.parse(erased.stdout)).toMatchObject({ erased: { invitees: 1, clients: 1 } });
  expect(await found()).toEqual([]);
});

test('who is erased at Calendly is erased here, client and all; whoever is not stays', async () => {
  const { moves, world } = stage.simulator;
  const eve = { name: 'Eve Erasedson', email: 'eve@visitor.example' };
  const booked = ['2027-01-11T10:00:00Z', '2027-01-12T10:00:00Z'].map((startTime) =>
    moves.book({ eventType: 'introductory-call', host: 'host', startTime, invitee: eve }),
  );
  await settled();
  await sync(false);
  const count = async (key: string): Promise<number> =>
    (await stage.rows('select 1 from client_emails where email_key = $1', [key])).length;
  expect(await count(eve.email)).toBe(1);
  moves.eraseInvitee({ email: eve.email });
  await sync(true);
  expect(await count(eve.email)).toBe(0);
  expect(await count(BO.email)).toBe(1);
  expect(await everything()).not.toContain('erasedson');
  expect(world.invitees.get(booked[0]?.invitee ?? '')?.email).toContain('@deleted.calendly.com');
  expect(await proven()).toEqual(RIGHT);
});
