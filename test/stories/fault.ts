/** What may go wrong between us and Calendly in one run: one kind of trouble, at one place, for a while or for good. */
import type { Dice } from '../../simulator/dice.ts';
import type { Honest, Spoil } from '../harness/spoiling-proxy.ts';
import type { SyncWorld } from '../harness/sync-world.ts';
import { cut, json, reply } from '../hostile/replies.ts';
import { INVITEES, LIST, MEETING } from '../hostile/run-stage.ts';
import type { Reply } from '../hostile/server.ts';

export interface Fault {
  about: string;
  rule: Spoil;
  /** Calendly has refused single things, which are asked for again after a day. */
  waitsADay: boolean;
  /** A meeting was said to be gone that is not. */
  saysGone: boolean;
}

const ANYTHING = /./;
const SINGLE = /^\/(scheduled_events\/[^/]+(\/invitees(\/[^/]+)?)?|event_types\/[^/]+)$/;

const HTML = '<!doctype html><html><title>Just a moment</title></html>';
const PLACES = { ANYTHING, LIST, INVITEES, MEETING, SINGLE };
type Place = keyof typeof PLACES;

interface Kind {
  about: string;
  weight: number;
  places: readonly Place[];
  with(honest: Honest): Reply;
}

const EVERYWHERE: readonly Place[] = ['ANYTHING', 'LIST', 'INVITEES', 'MEETING'];

const KINDS: readonly Kind[] = [
  {
    about: '429',
    weight: 3,
    places: EVERYWHERE,
    with: () =>
      json(
        429,
        { title: 'Too Many Requests', message: 'Slow down' },
        { 'x-ratelimit-limit': '90000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '20' },
      ),
  },
  { about: '500', weight: 3, places: EVERYWHERE, with: () => json(500, { title: 'Internal' }) },
  { about: '503', weight: 2, places: EVERYWHERE, with: () => reply(503, 'Maintenance') },
  { about: 'reset', weight: 2, places: EVERYWHERE, with: () => ({ bytes: '', then: 'reset' }) },
  {
    about: 'cut',
    weight: 3,
    places: EVERYWHERE,
    with: ({ status, body }) => cut(json(status, body), 160),
  },
  {
    about: 'stall',
    weight: 1,
    places: ['LIST', 'INVITEES'],
    with: ({ status, body }) => cut(json(status, body), 200, 'stall'),
  },
  {
    about: 'html',
    weight: 2,
    places: EVERYWHERE,
    with: () => reply(200, HTML, { 'content-type': 'text/html' }),
  },
  {
    about: '401',
    weight: 3,
    places: EVERYWHERE,
    with: () => json(401, { title: 'Unauthenticated', message: 'The token is invalid' }),
  },
  {
    about: '403 for want of a scope',
    weight: 1,
    places: EVERYWHERE,
    with: () =>
      json(403, {
        title: 'Insufficient Scope',
        message: 'The token lacks a scope',
        required_scopes: ['scheduled_events:read'],
      }),
  },
  {
    about: '403',
    weight: 2,
    places: ['SINGLE'],
    with: () => json(403, { title: 'Permission Denied', message: 'You do not have permission' }),
  },
  {
    about: '404',
    weight: 2,
    places: ['SINGLE'],
    with: () => json(404, { title: 'Resource Not Found', message: 'The server could not find it' }),
  },
  {
    about: 'page token refused',
    weight: 3,
    places: ['LIST'],
    with: () =>
      json(400, {
        title: 'Invalid Argument',
        message: 'The supplied parameters are invalid.',
        details: [{ parameter: 'page_token', message: 'is invalid' }],
      }),
  },
];

/** Puts these faults between us and Calendly; none: asks Calendly itself, which is half the work. */
export function spoil({ world }: { world: SyncWorld }, faults: readonly Fault[]): void {
  world.spoil(...faults.map(({ rule }) => rule));
  world.pointAt(faults.length === 0 ? world.simulator.url : null);
}

/** Some fault; most strike a few requests only, and soon. */
export function pickFault(dice: Dice): Fault {
  const sum = KINDS.reduce((total, { weight }) => total + weight, 0);
  let left = dice.whole(1, sum);
  const kind = KINDS.find(({ weight }) => (left -= weight) <= 0);
  if (kind === undefined) throw new Error('The weights do not add up');
  const place = dice.pick(kind.places);
  // a token can only be refused where one was sent
  const first = kind.about === 'page token refused' ? 1 : 0;
  const after = first + (dice.chance(0.5) ? 0 : dice.whole(0, 6));
  const times = dice.chance(0.4) ? Infinity : dice.whole(1, 7);
  const isSingle = place === 'SINGLE';
  return {
    about: `${kind.about} at ${place} after ${after}, ${times} times`,
    rule: { path: PLACES[place], after, times, with: (honest) => kind.with(honest) },
    waitsADay: isSingle,
    saysGone: isSingle && kind.about === '404',
  };
}
