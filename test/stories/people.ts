/** Whether everybody who is booked on a near meeting is in the rows after a run, and is there or not as Calendly says. */
import { expect } from 'vitest';
import type { TrueEvent } from '../../simulator/show.ts';
import { DAY_MS } from '../harness/virtual-time.ts';
import { type Story, truthOf } from './story.ts';

/** What came and went within the hot tier shows in its counters; older meetings have their time. */
const HOT_MS = 1.9 * DAY_MS;

/** Each invitee by URI, with when the meeting begins and whether he or she still comes. */
export type People = ReadonlyMap<string, { startsAt: number; status: string }>;

export function peopleOf(truth: readonly TrueEvent[]): People {
  return new Map(
    truth.flatMap(({ event, invitees }) =>
      invitees.map(({ uri, status }) => [uri, { startsAt: Date.parse(event.start_time), status }]),
    ),
  );
}

/** `before`: the people when the run began. */
export async function expectPeople(story: Story, before: People): Promise<void> {
  const { world, clock } = story;
  const now = peopleOf(truthOf(story));
  const near = [...before].filter(
    ([uri, { startsAt, status }]) =>
      startsAt > clock.theirs() - HOT_MS && now.get(uri)?.status === status,
  );
  const { rows } = await world.db.query<{ uri: string; status: string }>(
    'select calendly_uri as uri, status from invitees where vanished_at is null',
  );
  const known = new Map(rows.map(({ uri, status }) => [uri, status]));
  expect(near.filter(([uri, { status }]) => known.get(uri) !== status)).toEqual([]);
}
