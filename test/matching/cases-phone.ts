/** Who is who by the phone number, where the address is not known. */
import { ADA, book, type Case, PHONE } from './case.ts';

const NEW = { name: 'Ada Lane', email: 'ada.new@elsewhere.example' } as const;

export const phoneCases: readonly Case[] = [
  {
    title: 'another address, the same number and name',
    reason: 'number and name together are the person',
    acts: [book('one', { ...ADA, phone: PHONE }), book('two', { ...NEW, phone: '+4930901820' })],
    expected: { one: 'A email', two: 'A phone' },
  },
  {
    title: 'the same in one page',
    reason: 'it makes no difference how they come',
    acts: [
      { together: [book('one', { ...ADA, phone: PHONE }), book('two', { ...NEW, phone: PHONE })] },
    ],
    expected: { one: 'A email', two: 'A phone' },
  },
  {
    title: 'the number as an answer',
    reason: 'some forms ask for it',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { ...NEW, answers: ['To talk about money', '+49 (30) 90-18-20'] }),
    ],
    expected: { one: 'A email', two: 'A phone' },
  },
  {
    title: 'the number that the host calls',
    reason: 'it is the invitee’s',
    acts: [book('one', { ...ADA, phone: PHONE }), book('two', { ...NEW, call: PHONE })],
    expected: { one: 'A email', two: 'A phone' },
  },
  {
    title: 'the number that the invitee calls',
    reason: 'it is the host’s, and everybody’s who books',
    acts: [book('one', { ...ADA, dial: PHONE }), book('two', { ...NEW, dial: PHONE })],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'the number of a group meeting',
    reason: 'whose it is cannot be told',
    acts: [
      book('one', { ...ADA, call: PHONE, group: true }),
      book('two', { ...NEW, call: PHONE, group: true }),
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'names in another order, with accents',
    reason: 'Lane, Adá is Ada Lane',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { ...NEW, name: 'LANE, Adá', phone: PHONE }),
    ],
    expected: { one: 'A email', two: 'A phone' },
  },
  {
    title: 'the same number under another name',
    reason: 'families and firms share numbers: a person decides',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { name: 'Ben Lane', email: 'ben@lane.example', phone: PHONE }),
    ],
    expected: { one: 'A email', two: '? other_name' },
  },
  {
    title: 'half a name',
    reason: 'Ada may be any Ada',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { ...NEW, name: 'Ada', phone: PHONE }),
    ],
    expected: { one: 'A email', two: '? other_name' },
  },
  {
    title: 'no name at all',
    reason: 'a number alone is not enough',
    acts: [book('one', { ...ADA, phone: PHONE }), book('two', { ...NEW, name: ' ', phone: PHONE })],
    expected: { one: 'A email', two: '? other_name' },
  },
  {
    title: 'two clients with the number',
    reason: 'two candidates are one too many, even if one has the name',
    acts: [
      book('one', ADA),
      book('two', { name: 'Ben Lane', email: 'ben@lane.example' }),
      { client: 'one', phones: [PHONE] },
      { client: 'two', phones: [PHONE] },
      book('three', { ...NEW, phone: PHONE }),
    ],
    expected: { one: 'A email', two: 'B email', three: '? several_clients' },
  },
  {
    title: 'two numbers of two clients',
    reason: 'one says Ada, the other Ben',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { name: 'Ben Lane', email: 'ben@lane.example', phone: '+49 40 428230' }),
      book('three', { ...NEW, phone: PHONE, answers: ['+49 40 428230'] }),
    ],
    expected: { one: 'A email', two: 'B email', three: '? several_clients' },
  },
  {
    title: 'a known address with somebody else’s number',
    reason: 'the address is above the number',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { name: 'Ben Hill', email: 'ben@hill.example' }),
      book('three', { name: 'Ben Hill', email: 'ben@hill.example', phone: PHONE }),
    ],
    expected: { one: 'A email', two: 'B email', three: 'B email' },
  },
  {
    title: 'a number without its country',
    reason: 'which country it is would be a guess',
    acts: [book('one', { ...ADA, phone: PHONE }), book('two', { ...NEW, phone: '030 901820' })],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'a number that does not exist',
    reason: 'many people write +1 000 000 0000',
    acts: [
      book('one', { ...ADA, phone: '+1 000 000 0000' }),
      book('two', { ...NEW, phone: '+1 000 000 0000' }),
    ],
    expected: { one: 'A email', two: 'B email' },
  },
  {
    title: 'a number that a user took away',
    reason: 'it does not come back with the next booking, and finds nobody',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      { client: 'one', phones: [] },
      {
        together: [book('two', { ...ADA, phone: PHONE }), book('three', { ...NEW, phone: PHONE })],
      },
    ],
    expected: { one: 'A email', two: 'A email', three: 'B email' },
  },
  {
    title: 'a number alone',
    reason: 'who has no address is known by number and name',
    acts: [
      book('one', { name: 'Ada Lane', email: null, phone: PHONE }),
      book('two', { name: 'Ada Lane', email: null, phone: PHONE }),
      book('three', { ...ADA, phone: PHONE }),
    ],
    expected: { one: 'A phone', two: 'A phone', three: 'A phone' },
  },
  {
    title: 'the address that came with the number',
    reason: 'is the client’s from then on',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { ...NEW, phone: PHONE }),
      book('three', NEW),
    ],
    expected: { one: 'A email', two: 'A phone', three: 'A email' },
  },
  {
    title: 'the same address under another name',
    reason: 'it was only concluded that it is Ada’s: perhaps an assistant booked for her',
    acts: [
      book('one', { ...ADA, phone: PHONE }),
      book('two', { name: 'Ada Lane', email: 'ann@firm.example', phone: PHONE }),
      book('three', { name: 'Ann Assistant', email: 'ann@firm.example' }),
    ],
    expected: { one: 'A email', two: 'A phone', three: '? learned_address' },
  },
];
