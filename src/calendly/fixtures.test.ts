/** Payloads as Calendly sends them give the facts written beside them, and lose nothing on the way. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Parsed } from './item.ts';
import { toMember, toOrganization, toUser } from './to-account.ts';
import { toEventType } from './to-event-type.ts';
import { toInvitee } from './to-invitee.ts';
import { toMeeting } from './to-meeting.ts';
import { pageSchema, resourceSchema } from './wire.ts';

const HERE = fileURLToPath(new URL('../../test/fixtures/calendly/', import.meta.url));
const NOW_MS = Date.UTC(2026, 5, 1);

const fixtureSchema = z.object({
  about: z.string(),
  from: z.enum(['api', 'delivery']),
  item: z.record(z.string(), z.unknown()),
  expected: z.record(z.string(), z.unknown()),
});

type Fixture = z.infer<typeof fixtureSchema>;

function fixtures(folder: string): Fixture[] {
  return globSync(`${HERE}${folder}/*.json`)
    .toSorted()
    .map((file) => fixtureSchema.parse(jsonOf(file)));
}

function jsonOf(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

const HASHES = { fullHash: expect.stringMatching(/^[\w-]{22}$/) };
const CORE = { ...HASHES, coreHash: expect.stringMatching(/^[\w-]{22}$/) };

describe('the facts of', () => {
  it.each(fixtures('meetings'))('$about', ({ from, item, expected }) => {
    expect(toMeeting(item, { from, nowMs: NOW_MS })).toEqual({
      ok: true,
      value: { ...expected, ...CORE, fingerprint: CORE.coreHash, raw: item, rawExact: null },
    });
  });

  it.each(fixtures('invitees'))('$about', ({ from, item, expected }) => {
    const { scheduled_event: _meeting, ...own } = item;
    expect(toInvitee(item, { from, nowMs: NOW_MS })).toEqual({
      ok: true,
      value: { ...expected, ...CORE, raw: own, rawExact: null },
    });
  });

  it.each(fixtures('event-types'))('$about', ({ from, item, expected }) => {
    expect(toEventType(item, { from, nowMs: NOW_MS })).toEqual({
      ok: true,
      value: { ...expected, ...HASHES, raw: item, rawExact: null },
    });
  });

  const account = z.object({ item: z.unknown(), expected: z.unknown() });

  it('a user, an organization and its members', () => {
    const user = account.parse(jsonOf(`${HERE}accounts/user.json`));
    const organization = account.parse(jsonOf(`${HERE}accounts/organization.json`));
    const members = account.parse(jsonOf(`${HERE}accounts/memberships.json`));
    expect(toUser(resourceSchema.parse(user.item).resource)).toEqual({
      ok: true,
      value: user.expected,
    });
    expect(toOrganization(resourceSchema.parse(organization.item).resource)).toEqual({
      ok: true,
      value: organization.expected,
    });
    const read = pageSchema.parse(members.item).collection.map(toMember);
    expect(read.map((member) => (member.ok ? member.value : member))).toEqual(members.expected);
  });
});

const recordedItem = z.looseObject({ uri: z.string(), created_at: z.string() });

// The recordings that these fixtures were written after lie beside the project on some machines.
const RECORDED = fileURLToPath(new URL('../../../shared/calendly/fixtures/', import.meta.url));

const RECORDINGS = existsSync(RECORDED)
  ? globSync(`${RECORDED}{real,derived,official,third_party}/*.json`)
  : [];

describe('every recorded item of', () => {
  const items = RECORDINGS.flatMap((file) =>
    itemsIn(jsonOf(file)).map((item) => ({ file: basename(file), item })),
  );

  it.each<[string, (item: unknown) => Parsed<unknown>, number]>([
    ['scheduled_events', (item) => toMeeting(item, { from: 'delivery', nowMs: NOW_MS }), 10],
    ['invitees', (item) => toInvitee(item, { from: 'delivery', nowMs: NOW_MS }), 10],
    ['event_types', (item) => toEventType(item, { from: 'delivery', nowMs: NOW_MS }), 5],
  ])('%s can be read, where the recordings are', (kind, read, least) => {
    const ours = items.filter(({ item }) => new RegExp(`/${kind}/[^/]+$`).test(item.uri));
    expect(ours.length).toBeGreaterThanOrEqual(RECORDINGS.length === 0 ? 0 : least);
    const refused = ours.flatMap(({ file, item }) => {
      const parsed = read(item);
      return parsed.ok ? [] : [`${file}: ${parsed.reason}`];
    });
    expect(refused).toEqual([]);
  });
});

/** Whatever in a recording has a uri and was created once: items of lists, resources, payloads. */
function itemsIn(value: unknown): z.infer<typeof recordedItem>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = recordedItem.safeParse(value);
  return [...(own.success ? [own.data] : []), ...Object.values(value).flatMap(itemsIn)];
}
