/** What a story gets to be told with: the moment it is told at, chance, and how large it shall be. */
import type { Dice } from '../dice.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../moment.ts';
import type { World } from '../state.ts';

export interface Plan {
  world: World;
  /** The present of the story, in milliseconds since 1970. */
  nowMs: number;
  dice: Dice;
  /** From names such as `thousand:20000`; `undefined` where the name has none. */
  size: number | undefined;
}

/** `time` (`HH:MM`, UTC) on the day `day` days from now, moved off the weekend away from the present. */
export function workday(nowMs: number, day: number, time: string): number {
  const [hour = '0', minute = '0'] = time.split(':');
  const midnight = Math.floor(nowMs / DAY_MS) * DAY_MS + day * DAY_MS;
  const weekday = new Date(midnight).getUTCDay();
  const backToFriday = weekday === 6 ? -1 : -2;
  const onToMonday = weekday === 6 ? 2 : 1;
  const shift = weekday === 6 || weekday === 0 ? (day < 0 ? backToFriday : onToMonday) : 0;
  return midnight + shift * DAY_MS + Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS;
}

/** When a meeting that starts at `startMs` was booked: `lead` days before it, but always before now. */
export function bookedMs(nowMs: number, startMs: number, lead: number): number {
  return Math.min(startMs - lead * DAY_MS, nowMs - (1 + lead) * HOUR_MS);
}
