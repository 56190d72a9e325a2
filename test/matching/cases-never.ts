/** Who is nobody's client. */
import { ADA, book, type Case } from './case.ts';

export const neverCases: readonly Case[] = [
  {
    title: 'a host',
    reason: 'who hosts here is no client',
    acts: [{ host: 'eve@firm.example' }, book('one', { name: 'Eve', email: 'Eve@Firm.example' })],
    expected: { one: '- host' },
  },
  {
    title: 'a plus address of a host',
    reason:
      'exact addresses only: it is how hosts try their own pages, and may be anybody’s elsewhere',
    acts: [{ host: 'eve@firm.example' }, book('one', { name: 'Eve', email: 'eve+1@firm.example' })],
    expected: { one: 'A email' },
  },
  {
    title: 'a colleague',
    reason: 'members of the organisation are no clients, hosts or not',
    acts: [{ member: 'kim@firm.example' }, book('one', { name: 'Kim', email: 'kim@firm.example' })],
    expected: { one: '- member' },
  },
  {
    title: 'a colleague as guest',
    reason: 'a guest is held to the same rules',
    acts: [
      { member: 'kim@firm.example' },
      book('one', { ...ADA, guests: { guest: 'kim@firm.example' } }),
    ],
    expected: { one: 'A email', guest: '- member' },
  },
  {
    title: 'somebody at the hosts’ domain',
    reason: 'a domain is nobody’s before an admin says so',
    acts: [
      { host: 'eve@firm.example' },
      { member: 'kim@firm.example' },
      book('one', { name: 'New', email: 'new@firm.example' }),
    ],
    expected: { one: 'A email' },
  },
  {
    title: 'an adviser at gmail with clients at gmail',
    reason: 'whose the provider is says nothing about whose client one is',
    acts: [
      { host: 'adviser@gmail.com' },
      book('one', { name: 'Ada', email: 'ada@gmail.com' }),
      book('two', { name: 'Adviser', email: 'adviser@gmail.com' }),
    ],
    expected: { one: 'A email', two: '- host' },
  },
  {
    title: 'a client who becomes a host',
    reason: 'from then on the address is a host’s, in earlier meetings too',
    acts: [book('one', ADA), { host: 'ada@lane.example' }],
    expected: { one: '- host' },
  },
  {
    title: 'a client who joins the organisation',
    reason: 'a colleague from then on',
    acts: [book('one', ADA), { member: 'ada@lane.example' }],
    expected: { one: '- member' },
  },
  ...['no-reply', 'noreply', 'do_not_reply', 'no.reply', 'noreply+42'].map((local) => ({
    title: `${local}@…`,
    reason: 'nobody reads there',
    acts: [book('one', { name: 'Shop', email: `${local}@shop.example` })],
    expected: { one: '- no_reply' },
  })),
  {
    title: 'somebody whose name only begins like it',
    reason: 'noreplyman may be a person',
    acts: [book('one', { name: 'N. Oreplyman', email: 'noreplyman@shop.example' })],
    expected: { one: 'A email' },
  },
  {
    title: 'an erased person',
    reason: 'Calendly has put deleted.calendly.com in the place of the address',
    acts: [
      book('one', { name: 'Deleted', email: '4711@deleted.calendly.com', phone: '+49 30 901820' }),
    ],
    expected: { one: '- erased' },
  },
  {
    title: 'an erased guest',
    reason: 'guests are erased too',
    acts: [book('one', { ...ADA, guests: { guest: '4711@deleted.calendly.com' } })],
    expected: { one: 'A email', guest: '- erased' },
  },
  {
    title: 'a client who is erased at Calendly',
    reason: 'the link goes with the address',
    acts: [book('one', ADA), { readdressed: 'one', email: '4711@deleted.calendly.com' }],
    expected: { one: '- erased' },
  },
  {
    title: 'somebody without address and number',
    reason: 'there is nothing to know the person by',
    acts: [book('one', { name: 'Ada Lane', email: null })],
    expected: { one: '- no_address' },
  },
  {
    title: 'a blocked address',
    reason: 'a user said so; in any spelling',
    acts: [
      { block: { address: 'Spam@Shop.example' } },
      book('one', { name: 'S', email: 'spam@shop.example' }),
    ],
    expected: { one: '- blocked' },
  },
  {
    title: 'an address that is blocked later',
    reason: 'the list counts for meetings that were there before',
    acts: [book('one', ADA), { block: { address: 'ada@lane.example' } }],
    expected: { one: '- blocked' },
  },
  {
    title: 'a blocked domain',
    reason: 'an admin said so',
    acts: [
      book('one', { name: 'New', email: 'new@firm.example' }),
      { block: { domain: '@Firm.example' } },
      book('two', { name: 'Newer', email: 'newer@firm.example' }),
      book('three', { name: 'Other', email: 'other@sub.firm.example' }),
    ],
    expected: { one: '- blocked', two: '- blocked', three: 'A email' },
  },
  {
    title: 'what comes off the block list',
    reason: 'is a client like any other',
    acts: [
      { block: { address: 'ada@lane.example' } },
      book('one', ADA),
      { unblock: 'ada@lane.example' },
    ],
    expected: { one: 'A email' },
  },
];
