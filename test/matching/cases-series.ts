/** Who is who by what was rescheduled, and by what users say. */
import { ADA, book, type Case, PHONE } from './case.ts';

const MOVED = { name: 'Ada Lane', email: 'ada.new@elsewhere.example', after: 'one' } as const;
const BEN = { name: 'Ben Hill', email: 'ben@hill.example' } as const;

export const seriesCases: readonly Case[] = [
  {
    title: 'a changed address on a rescheduled meeting',
    reason: 'who moves a meeting under the same name is the one who booked it',
    acts: [book('one', ADA), book('two', MOVED), book('three', { ...MOVED, after: 'two' })],
    expected: { one: 'A email', two: 'A series', three: 'A email' },
  },
  {
    title: 'the same in one page, the later one first',
    reason: 'nobody is looked at before the one whom he replaced',
    acts: [{ together: [book('two', MOVED), book('one', ADA)] }],
    expected: { one: 'A email', two: 'A series' },
  },
  {
    title: 'another name on a rescheduled meeting',
    reason: 'somebody else may have taken the place: a person decides',
    acts: [book('one', ADA), book('two', { ...MOVED, name: 'Ben Hill' })],
    expected: { one: 'A email', two: '? other_name' },
  },
  {
    title: 'a known address on a rescheduled meeting',
    reason: 'the address is above the series',
    acts: [book('one', ADA), book('ben', BEN), book('two', { ...BEN, after: 'one' })],
    expected: { one: 'A email', ben: 'B email', two: 'B email' },
  },
  {
    title: 'number and series that say different people',
    reason: 'two candidates are one too many',
    acts: [
      book('one', ADA),
      book('ben', { ...BEN, phone: PHONE }),
      book('two', { ...MOVED, phone: PHONE }),
    ],
    expected: { one: 'A email', ben: 'B email', two: '? several_clients' },
  },
  {
    title: 'a changed address on a rescheduled place in a group',
    reason: 'a group has no series: nothing of one follows another',
    acts: [book('one', { ...ADA, group: true }), book('two', { ...MOVED, group: true })],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'a link by hand',
    reason: 'a user’s word is above every rule',
    acts: [book('one', ADA), book('ben', BEN), { link: 'one', to: 'ben' }, book('again', ADA)],
    expected: { one: 'A manual', ben: 'A email', again: 'B email' },
  },
  {
    title: 'a link by hand, then rescheduled',
    reason: 'it follows the series',
    acts: [
      book('one', ADA),
      book('ben', BEN),
      { link: 'one', to: 'ben' },
      book('two', { ...ADA, after: 'one' }),
    ],
    expected: { one: 'A manual', ben: 'A email', two: 'A manual' },
  },
  {
    title: 'a link by hand after rescheduling',
    reason: 'it follows to what was there already, to the end of the series',
    acts: [
      book('one', ADA),
      book('ben', BEN),
      book('two', { ...ADA, after: 'one' }),
      book('three', { ...ADA, after: 'two' }),
      { link: 'one', to: 'ben' },
    ],
    expected: { one: 'A manual', ben: 'A email', two: 'A manual', three: 'A manual' },
  },
  {
    title: 'a link by hand that is taken back',
    reason: 'the rules decide again, of what has followed too',
    acts: [
      book('one', ADA),
      book('ben', BEN),
      book('two', { ...ADA, after: 'one' }),
      { link: 'one', to: 'ben' },
      { link: 'one', to: null },
    ],
    expected: { one: 'A email', ben: 'B email', two: 'A email' },
  },
  {
    title: 'two users who disagree along a series',
    reason: 'neither is undone: it stays until somebody decides',
    acts: [
      book('one', ADA),
      book('ben', BEN),
      book('cy', { name: 'Cy Dale', email: 'cy@dale.example' }),
      { together: [book('two', { ...ADA, after: 'one' })] },
      { link: 'two', to: 'cy' },
      { link: 'one', to: 'ben' },
    ],
    expected: {
      one: 'A manual',
      ben: 'A email',
      cy: 'B email',
      two: 'B manual ? two_links_by_hand',
    },
  },
  {
    title: 'that disagreement, decided',
    reason: 'one word for the whole series',
    acts: [
      book('one', ADA),
      book('ben', BEN),
      book('cy', { name: 'Cy Dale', email: 'cy@dale.example' }),
      book('two', { ...ADA, after: 'one' }),
      { link: 'two', to: 'cy' },
      { link: 'one', to: 'ben' },
      { decide: 'two', as: 'cy' },
    ],
    expected: { one: 'A manual', ben: 'B email', cy: 'A email', two: 'A manual' },
  },
  {
    title: 'a host whom a user links by hand',
    reason: 'a user’s word is above every rule',
    acts: [
      { host: 'eve@firm.example' },
      book('ben', BEN),
      book('one', { name: 'Eve', email: 'eve@firm.example' }),
      { link: 'one', to: 'ben' },
    ],
    expected: { ben: 'A email', one: 'A manual' },
  },
];

const DOUBTFUL = [
  book('one', { ...ADA, phone: PHONE }),
  book('two', { name: 'Ben Lane', email: 'ben@lane.example', phone: PHONE }),
] as const;

export const decidedCases: readonly Case[] = [
  {
    title: 'somebody in doubt who is the candidate',
    reason: 'the address is the client’s from then on, under any name',
    acts: [
      ...DOUBTFUL,
      { decide: 'two', as: 'one' },
      book('three', { name: 'B. Lane', email: 'ben@lane.example' }),
    ],
    expected: { one: 'A email', two: 'A email', three: 'A email' },
  },
  {
    title: 'somebody in doubt who is new',
    reason: 'a client of his own, with the same number',
    acts: [...DOUBTFUL, { decide: 'two', as: 'new' }],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'somebody in doubt who is never a client',
    reason: 'the address is blocked',
    acts: [...DOUBTFUL, { decide: 'two', as: 'never' }],
    expected: { one: 'A email', two: '- blocked' },
  },
  {
    title: 'somebody in doubt who books again',
    reason: 'the doubt is about the person, not the booking: one decision for all',
    acts: [
      ...DOUBTFUL,
      book('three', { name: 'Ben Lane', email: 'ben@lane.example', phone: PHONE }),
      { decide: 'three', as: 'new' },
    ],
    expected: { one: 'A email', two: 'B email', three: 'B email' },
  },
  {
    title: 'a doubt that a merge settles',
    reason: 'two candidates that are one are no longer two',
    acts: [
      book('one', ADA),
      book('two', { name: 'A. Lane', email: 'a@lane.example' }),
      { client: 'one', phones: [PHONE] },
      { client: 'two', phones: [PHONE] },
      book('three', { name: 'Ada Lane', email: 'third@lane.example', phone: PHONE }),
      { merge: 'two', into: 'one' },
    ],
    expected: { one: 'A email', two: 'A email', three: 'A phone' },
  },
  {
    title: 'a doubt without an address',
    reason: 'the one booking is linked by hand',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { name: 'Ben Lane', email: null, phone: PHONE }),
      { decide: 'two', as: 'new' },
    ],
    expected: { one: 'A email', two: 'B manual' },
  },
  {
    title: 'merged',
    reason: 'all addresses of both are one person’s, in later bookings too',
    acts: [book('one', ADA), book('two', BEN), { merge: 'two', into: 'one' }, book('three', BEN)],
    expected: { one: 'A email', two: 'A email', three: 'A email' },
  },
  {
    title: 'merged, with meetings as a guest',
    reason: 'guests are people too',
    acts: [
      book('one', { ...ADA, guests: { guest: 'ben@hill.example' } }),
      book('two', BEN),
      { merge: 'two', into: 'one' },
    ],
    expected: { one: 'A email', two: 'A email', guest: 'A email' },
  },
  {
    title: 'merged with a link by hand',
    reason: 'what users linked follows',
    acts: [
      book('one', ADA),
      book('two', BEN),
      book('three', { name: 'Cy Dale', email: 'cy@dale.example' }),
      { link: 'three', to: 'two' },
      { merge: 'two', into: 'one' },
    ],
    expected: { one: 'A email', two: 'A email', three: 'A manual' },
  },
  {
    title: 'merged and split again',
    reason: 'everything is where it came from, links by hand too',
    acts: [
      book('one', ADA),
      book('two', BEN),
      book('three', { name: 'Cy Dale', email: 'cy@dale.example' }),
      { link: 'three', to: 'two' },
      { merge: 'two', into: 'one' },
      { split: 'one', emails: ['BEN@hill.example'] },
      book('four', BEN),
    ],
    expected: { one: 'A email', two: 'B email', three: 'B manual', four: 'B email' },
  },
  {
    title: 'merged twice over and split from the middle',
    reason: 'each address goes back to the client it came from',
    acts: [
      book('one', ADA),
      book('two', BEN),
      book('three', { name: 'Cy Dale', email: 'cy@dale.example' }),
      { merge: 'one', into: 'two' },
      { merge: 'two', into: 'three' },
      { split: 'three', emails: ['ada@lane.example'] },
    ],
    expected: { one: 'A email', two: 'B email', three: 'B email' },
  },
  {
    title: 'split without a merge before',
    reason: 'a new client for these addresses',
    acts: [
      book('one', ADA),
      { client: 'one', emails: ['ada@lane.example', 'ben@hill.example'] },
      book('two', BEN),
      { split: 'one', emails: ['ben@hill.example'] },
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'merged, then erased at Calendly',
    reason: 'the one who is erased goes, the other stays',
    acts: [
      book('one', ADA),
      book('two', BEN),
      { merge: 'two', into: 'one' },
      { readdressed: 'two', email: '1@deleted.calendly.com' },
    ],
    expected: { one: 'A email', two: '- erased' },
  },
];
