/** Cron schedules of five fields in UTC: their slots and the words for them, no timers. */
import { Cron } from 'croner';
import { AppError } from '../domain/errors.ts';

/** Any instant does to ask whether a schedule ever fires: croner looks decades ahead. */
const SOME_MS = Date.UTC(2026, 0, 1);

/**
 * Checks a schedule: answers undefined where it is good, else what is wrong with it.
 * Nicknames (`@hourly`), seconds and dates are refused: the contract says five fields.
 */
export function scheduleFault(cron: string): string | undefined {
  if (cron.trim().split(/\s+/).length !== 5) {
    return 'must be a cron schedule of five fields (minute hour day month weekday, UTC), for example */15 * * * *';
  }
  try {
    if (parse(cron).nextRun(new Date(SOME_MS)) === null) return 'never fires';
  } catch {
    return 'is no valid cron schedule (minute hour day month weekday, UTC)';
  }
  return undefined;
}

/** The first slot after `afterMs` (never `afterMs` itself), in milliseconds since 1970. */
export function nextSlot(cron: string, afterMs: number): number {
  return required(parse(cron).nextRun(new Date(afterMs)));
}

/** The last slot at or before `ms`, in milliseconds since 1970. */
export function slotAtOrBefore(cron: string, ms: number): number {
  // croner answers slots strictly before its reference.
  return required(parse(cron).previousRuns(1, new Date(ms + 1))[0] ?? null);
}

/**
 * The words for a schedule: `every minute`, `every 15 minutes`, `every hour`, else the cron itself.
 * Only steps that divide the hour are said in minutes: a step of 7 is not every 7 minutes.
 */
export function describeSchedule(cron: string): string {
  const [minute = '', ...rest] = cron.trim().split(/\s+/);
  const step = rest.join(' ') === '* * * *' ? minuteStep(minute) : undefined;
  if (step === undefined) return cron.trim();
  if (step === 1) return 'every minute';
  return step === 60 ? 'every hour' : `every ${step} minutes`;
}

/** Minutes between two slots of a minute field, or undefined where they are not even. */
function minuteStep(field: string): number | undefined {
  if (field === '*') return 1;
  const step = /^\*\/(\d{1,2})$/.exec(field)?.[1];
  if (step !== undefined) return 60 % Number(step) === 0 ? Number(step) : undefined;
  if (!/^\d{1,2}(,\d{1,2})*$/.test(field)) return undefined;
  const minutes = [...new Set(field.split(',').map(Number))].sort((a, b) => a - b);
  const gap = 60 / minutes.length;
  const first = minutes[0] ?? 0;
  return minutes.every((value, index) => value === first + index * gap) ? gap : undefined;
}

function parse(cron: string): Cron {
  return new Cron(cron.trim(), { timezone: 'UTC', mode: '5-part', paused: true });
}

function required(slot: Date | null): number {
  if (slot !== null) return slot.getTime();
  throw new AppError({
    kind: 'bug',
    code: 'schedule.never_fires',
    message: 'A schedule without slots was asked for one; scheduleFault must be asked first',
  });
}
