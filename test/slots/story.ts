/** What befalls three schedulers: clocks that are set, pauses, restarts, and once an outage of all. */
import type { Dice } from '../../simulator/dice.ts';
import type { Fleet, Member } from './fleet.ts';
import type { SharedTime, Standstill } from './shared-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SIZE = 3;

export interface StoryCounts {
  clocksSet: number;
  pauses: number;
  restarts: number;
  outages: number;
}

export interface Story {
  time: SharedTime;
  dice: Dice;
  fleet: Fleet;
  /** True milliseconds since 1970. */
  from: number;
  to: number;
}

/** Plans a story: something happens to somebody every two hours, and once all are away for hours. */
export function planStory(story: Story): StoryCounts {
  const { time, dice, fleet, from, to } = story;
  const counts: StoryCounts = { clocksSet: 0, pauses: 0, restarts: 0, outages: 0 };
  const members = Array.from({ length: SIZE }, (_, index) => fleet.member(index));
  for (const member of members) time.plan(from + dice.whole(0, 20 * MINUTE_MS), member.start);
  for (let at = from + HOUR_MS; at < to; at += dice.whole(MINUTE_MS, 4 * HOUR_MS)) {
    time.plan(at, () => befall(dice.pick(members)));
  }
  // every year and every short story has one: all gone at about the same time, back one after another
  time.plan(from + Math.round((dice.whole(30, 60) / 100) * (to - from)), async () => {
    counts.outages += 1;
    const back = time.now() + dice.whole(2 * HOUR_MS, 9 * HOUR_MS);
    for (const member of members) await away(member, back + dice.whole(0, 3 * MINUTE_MS));
  });
  return counts;

  async function befall(member: Member): Promise<void> {
    if (!member.isAwake()) return;
    if (dice.chance(0.4)) {
      counts.clocksSet += 1;
      const step = dice.chance(0.5) ? dice.whole(5000, 60_000) : dice.whole(MINUTE_MS, 2 * HOUR_MS);
      return member.set(dice.chance(0.2) ? 0 : step * dice.pick([1, -1]));
    }
    await away(member, time.now() + absence());
  }

  /** Mostly short; a slot's own length and its moment are among them. */
  function absence(): number {
    if (dice.chance(0.3)) return dice.whole(1000, MINUTE_MS);
    return dice.chance(0.5) ? dice.whole(MINUTE_MS, 20 * MINUTE_MS) : dice.whole(0, 4 * HOUR_MS);
  }

  async function away(member: Member, until: number): Promise<void> {
    if (!member.isAwake()) return;
    const how = dice.pick<Standstill | 'gone'>(['stopped', 'asleep', 'gone']);
    if (how === 'gone') {
      counts.restarts += 1;
      await member.stop(dice.pick(['stopped', 'killed']));
      time.plan(until, member.start);
      return;
    }
    counts.pauses += 1;
    member.freeze(how);
    time.plan(until, member.thaw);
  }
}
