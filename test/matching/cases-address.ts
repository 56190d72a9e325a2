/** Who is who by the address. */
import { ADA, book, type Case } from './case.ts';

export const addressCases: readonly Case[] = [
  {
    title: 'a new person',
    reason: 'an address that nobody has makes a client',
    acts: [book('one', ADA)],
    expected: { one: 'A email' },
  },
  {
    title: 'the same address again',
    reason: 'an address is one person',
    acts: [book('one', ADA), book('two', ADA)],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'the same new person twice in one page',
    reason: 'the first of a batch is known to the next',
    acts: [{ together: [book('one', ADA), book('two', ADA)] }],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'capitals',
    reason: 'case is no difference in an address',
    acts: [book('one', ADA), book('two', { ...ADA, email: 'Ada@LANE.Example' })],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'full width',
    reason: 'width is no difference: some keyboards write it',
    acts: [book('one', ADA), book('two', { ...ADA, email: 'ａｄａ@lane.example' })],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'blanks around it',
    reason: 'they are no part of an address',
    acts: [book('one', ADA), book('two', { ...ADA, email: '  ada@lane.example ' })],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'a domain in national letters',
    reason: 'xn-- is how mail servers write the same name',
    acts: [
      book('one', { ...ADA, email: 'ada@bücher.example' }),
      book('two', { ...ADA, email: 'ada@xn--bcher-kva.example' }),
    ],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'a domain that looks alike',
    reason: 'a cyrillic а is another letter, and another domain',
    acts: [book('one', ADA), book('two', { ...ADA, email: 'ada@lаne.example' })],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'a plus address',
    reason: 'at many providers it is somebody else’s, and the name only suggests',
    acts: [book('one', ADA), book('two', { ...ADA, email: 'ada+calls@lane.example' })],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'dots at gmail',
    reason: 'that gmail drops them is gmail’s affair: an address is compared as it is',
    acts: [
      book('one', { ...ADA, email: 'adalane@gmail.com' }),
      book('two', { ...ADA, email: 'ada.lane@gmail.com' }),
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'an alias that a user added',
    reason: 'every address of a client is the client’s',
    acts: [
      book('one', ADA),
      { client: 'one', emails: ['ada@lane.example', 'a.lane@work.example'] },
      book('two', { name: 'A. Lane', email: 'A.Lane@work.example' }),
    ],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'an alias added after the booking',
    reason: 'who gains an address gains its meetings',
    acts: [
      book('one', ADA),
      book('two', { name: 'A. Lane', email: 'a.lane@work.example' }),
      { merge: 'two', into: 'one' },
    ],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'an address taken away',
    reason: 'who loses an address loses its meetings, to somebody new',
    acts: [
      book('one', ADA),
      { client: 'one', emails: ['ada@lane.example', 'office@work.example'] },
      book('two', { name: 'Office', email: 'office@work.example' }),
      { client: 'one', emails: ['ada@lane.example'] },
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'an address given to another client once it is free',
    reason: 'its meetings go to whose it is now',
    acts: [
      book('one', ADA),
      book('two', { name: 'Ben Hill', email: 'ben@hill.example' }),
      { client: 'one', emails: ['ada@lane.example', 'shop@lane.example'] },
      book('three', { name: 'Shop', email: 'shop@lane.example' }),
      { split: 'one', emails: ['shop@lane.example'] },
      { merge: 'three', into: 'two' },
    ],
    expected: { one: 'A email', two: 'B email', three: 'B email' },
  },
  {
    title: 'a shared mailbox',
    reason:
      'who writes from it cannot be told: the mailbox is one client, whatever names it books under',
    acts: [
      book('one', { name: 'Ada Lane', email: 'office@firm.example' }),
      book('two', { name: 'Ben Hill', email: 'office@firm.example' }),
    ],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'an assistant who books for the boss under the assistant’s own address',
    reason: 'the address is the assistant’s; that it is about the boss only a user knows',
    acts: [
      book('boss', { name: 'Bo Boss', email: 'boss@firm.example' }),
      book('one', { name: 'Ann Assistant', email: 'ann@firm.example' }),
      book('two', { name: 'Bo Boss', email: 'ann@firm.example' }),
    ],
    expected: { boss: 'A email', one: 'B email', two: 'B email' },
  },
  {
    title: 'an assistant who books with the boss as guest',
    reason: 'both count, each by the own address',
    acts: [
      book('boss', { name: 'Bo Boss', email: 'boss@firm.example' }),
      book('one', {
        name: 'Ann Assistant',
        email: 'ann@firm.example',
        guests: { guest: 'Boss@firm.example' },
      }),
    ],
    expected: { boss: 'A email', one: 'B email', guest: 'A email' },
  },
  {
    title: 'a guest whom nobody knows',
    reason: 'guests are people too',
    acts: [book('one', { ...ADA, guests: { guest: 'new@guest.example' } })],
    expected: { one: 'A email', guest: 'B email' },
  },
  {
    title: 'a guest who books later',
    reason: 'the address is known from then on',
    acts: [
      book('one', { ...ADA, guests: { guest: 'ben@hill.example' } }),
      book('two', { name: 'Ben Hill', email: 'ben@hill.example' }),
    ],
    expected: { one: 'A email', guest: 'B email', two: 'B email' },
  },
  {
    title: 'two people of one company with the same name',
    reason: 'name and company never decide',
    acts: [
      book('one', { name: 'Ada Lane', email: 'ada@firm.example' }),
      book('two', { name: 'Ada Lane', email: 'ada.lane2@firm.example' }),
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'a name that has changed',
    reason: 'the address decides; people marry',
    acts: [book('one', ADA), book('two', { ...ADA, name: 'Ada Hill' })],
    expected: { one: 'A email', two: 'A email' },
  },
  {
    title: 'two invitees of a group meeting',
    reason: 'all invitees count, not the first alone',
    acts: [
      book('one', { ...ADA, group: true }),
      book('two', { name: 'Ben Hill', email: 'ben@hill.example', group: true }),
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'a booking whose address Calendly changes',
    reason: 'the link follows the address that is shown now',
    acts: [
      book('one', ADA),
      book('two', { name: 'Ben Hill', email: 'ben@hill.example' }),
      { readdressed: 'one', email: 'ben@hill.example' },
    ],
    expected: { one: 'A email', two: 'A email' },
  },
];
