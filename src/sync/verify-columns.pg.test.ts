/** The proof names every mirrored column that differs, wherever the difference was planted, and a repair mends them all. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TrueEvent } from '../../simulator/show.ts';
import { engines } from '../../test/harness/database.ts';
import { EVENT_CHANGES, INVITEE_CHANGES, plantInRow } from '../../test/harness/plant.ts';
import { makeId, makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import { toInvitee } from '../calendly/to-invitee.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import { inviteeColumns } from '../store/invitees.ts';
import { meetingColumns } from '../store/meetings.ts';
import { repair } from './repair.ts';
import type { Proof } from './verify.ts';

// the first PGlite of a test run is made from nothing, which takes its time on a busy machine
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: SyncWorld;
afterAll(() => world.close());

/** Meetings that a difference can be planted in, each with one invitee, who is a no-show. */
let fields: TrueEvent[];

describe.each(engines)('each column of its own on %s', (engine) => {
  beforeAll(async () => {
    world = await makeSyncWorld({ engine, story: 'thousand:130' });
    const { simulator } = world;
    fields = simulator.truth().filter(({ event }) => event.status === 'active');
    for (const { invitees } of fields) {
      for (const { uri } of invitees) simulator.moves.markNoShow({ invitee: uri });
    }
    await world.sync();
  });

  it('is named where the row has another value', async () => {
    const expected = [
      ...mirrored(meetingOf).map((column) => ({ uri: nextMeeting(), column })),
      ...mirrored(inviteeOf).map((column) => ({ uri: nextInvitee(), column })),
    ];
    for (const { uri, column } of expected) {
      const table = uri.includes('/invitees/') ? 'invitees' : 'meetings';
      await plantInRow(world.db, { table, uri, column });
    }
    const proof = await world.verify();
    expect(proof).toMatchObject({
      complete: true,
      missing: [],
      extra: [],
      different: named(expected),
    });
    await expectMended(proof);
  });

  it('is named where Calendly says another value', async () => {
    const { world: calendly } = world.simulator;
    const expected: { uri: string; column: string }[] = [];
    for (const [column, change] of Object.entries(EVENT_CHANGES)) {
      const uri = nextMeeting();
      change(found(calendly.events.get(uri)));
      expected.push({ uri, column });
    }
    for (const [column, change] of Object.entries(INVITEE_CHANGES)) {
      const uri = nextInvitee();
      change(found(calendly.invitees.get(uri)));
      expected.push({ uri, column });
    }
    // counters follow from the invitees, so what moves them is named too
    const { event, joined } = joinCanceled(found(fields.pop()));
    const left = found(fields.pop());
    const leaver = found(left.invitees[0]).uri;
    found(calendly.invitees.get(leaver)).status = 'canceled';
    expected.push(
      { uri: event, column: 'invitees_total' },
      { uri: left.event.uri, column: 'invitees_active' },
      { uri: leaver, column: 'status' },
    );
    calendly.changed();

    const columns = (part: string): string[] =>
      expected
        .filter(({ uri }) => uri.includes('/invitees/') === (part === 'invitees'))
        .map(({ column }) => column);
    expect(columns('meetings').sort()).toEqual(mirrored(meetingOf).sort());
    // an invitee of another meeting is no difference but an unreadable item
    expect([...columns('invitees'), 'meeting_uri'].sort()).toEqual(mirrored(inviteeOf).sort());
    const proof = await world.verify();
    expect(proof).toMatchObject({
      complete: true,
      missing: [joined],
      extra: [],
      different: named(expected),
    });
    await expectMended(proof);
  });

  it('is told from what cannot be read: that leaves the proof incomplete', async () => {
    const { world: calendly } = world.simulator;
    found(calendly.invitees.get(nextInvitee())).event = nextMeeting();
    calendly.changed();
    expect((await world.verify()).complete).toBe(false);
  });
});

/** After a repair nothing is left of what `proof` found, neither for the next proof nor in any column. */
async function expectMended(proof: Proof): Promise<void> {
  await world.proving((context) => repair(context, proof, makeId));
  expect(await world.verify()).toMatchObject({
    complete: true,
    missing: [],
    extra: [],
    different: [],
  });
  expect(await world.drift()).toEqual([]);
}

function named(
  expected: readonly { uri: string; column: string }[],
): { uri: string; fields: string[] }[] {
  return expected
    .map(({ uri, column }) => ({ uri, fields: [column] }))
    .toSorted((a, b) => (a.uri < b.uri ? -1 : 1));
}

function mirrored(columnsOf: (truth: TrueEvent) => Record<string, unknown>): string[] {
  return Object.keys(columnsOf(found(fields[0])));
}

function meetingOf({ event }: TrueEvent): Record<string, unknown> {
  const parsed = toMeeting(event, { from: 'api', nowMs: 0 });
  return parsed.ok ? meetingColumns(parsed.value) : {};
}

function inviteeOf({ invitees }: TrueEvent): Record<string, unknown> {
  const parsed = toInvitee(invitees[0], { from: 'api', nowMs: 0 });
  return parsed.ok ? inviteeColumns(parsed.value) : {};
}

function nextMeeting(): string {
  return found(fields.pop()).event.uri;
}

function nextInvitee(): string {
  return found(found(fields.pop()).invitees[0]).uri;
}

/** One more invitee, canceled at once, in Calendly alone. */
function joinCanceled({ event, invitees }: TrueEvent): { event: string; joined: string } {
  const { world: calendly } = world.simulator;
  const first = found(invitees[0]);
  const joined = { ...first, uri: `${first.uri}2`, status: 'canceled' as const };
  calendly.invitees.set(joined.uri, joined);
  calendly.inviteesOf.get(event.uri)?.push(joined);
  return { event: event.uri, joined: joined.uri };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The story is too short for this test');
  return value;
}
