/** `odd-text`: texts that break careless programs: NUL, lone surrogates, right-to-left, very long ones. */
import { addEventType, addOrganization, addUser } from '../accounts.ts';
import { addEvent, addInvitee } from '../bookings.ts';
import { DAY_MS } from '../moment.ts';
import { stampAt } from '../stamp.ts';
import { bookedMs, workday } from './plan.ts';
import type { Plan } from './plan.ts';

const TEXTS: readonly string[] = [
  'before\u0000after',
  'high \ud83d alone',
  'low \ude00 alone',
  'swapped \ude00\ud83d pair',
  '\u202eright to left override\u202c',
  'שלום עולם',
  'e\u0301 and é are alike',
  '👩🏽‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈',
  '\ufeffbyte order mark',
  'line\u2028separator\u2029paragraph\r\nreturn\ttab\u0007bell',
  "'; drop table meetings; --",
  '<script>alert(1)</script>',
  '\\u0000 written out',
  '',
  ' ',
  'x'.repeat(10_000),
];

export function tellOddText({ world, nowMs }: Plan): void {
  const atMs = nowMs - 90 * DAY_MS;
  const organization = addOrganization(world, { name: 'Ödd & <Söns>', atMs }).uri;
  const host = addUser(world, {
    key: 'host',
    name: 'Zoë "Odd" Ångström',
    email: 'zoe@odd.example',
    timezone: 'Pacific/Chatham',
    organization,
    role: 'owner',
    atMs,
  });
  const type = addEventType(world, {
    name: 'Odd talk',
    slug: 'odd-talk',
    minutes: 30,
    organization,
    hosts: [host.wire.uri],
    locations: [{ kind: 'custom' }],
    atMs,
  });
  TEXTS.forEach((text, index) => {
    const startMs = workday(nowMs, index * 2 - TEXTS.length, '10:00');
    const at = stampAt(world, bookedMs(nowMs, startMs, 2));
    const event = addEvent(world, {
      type,
      startMs,
      createdAt: at,
      name: text,
      notes: text,
      location: { type: 'custom', location: text },
    });
    addInvitee(world, event, {
      name: text,
      email: `odd.${index}@example.com`,
      at,
      answers: { [text]: text },
      tracking: { utm_source: text },
    });
  });
}
