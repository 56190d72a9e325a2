/** The people who book in the demo; all names and addresses are invented (RFC 2606 domains). */
import type { NewInvitee } from '../bookings.ts';

export type Person = Pick<NewInvitee, 'name' | 'email' | 'timezone' | 'split' | 'phone'>;

export const PEOPLE = {
  oliver: { name: 'Oliver Bennett', email: 'oliver.bennett@example.com', phone: '+447700900101' },
  sofia: { name: 'Sofía Marín', email: 'sofia.marin@example.org', timezone: 'Europe/Madrid' },
  grace: { name: 'Grace Okafor', email: 'grace@okafor.example', split: true },
  henry: { name: 'Henry Whitfield', email: 'h.whitfield@example.net' },
  mei: { name: '林美玲', email: 'meiling.lin@example.com', timezone: 'Asia/Taipei' },
  noor: { name: 'نور الحسيني', email: 'noor.alhusseini@example.org', timezone: 'Asia/Amman' },
  isla: { name: 'Isla Campbell', email: 'Isla.Campbell@Example.com' },
  tomasz: { name: 'Tomasz Wójcik', email: 'tomasz.wojcik@example.net', timezone: 'Europe/Warsaw' },
  rohan: { name: 'Rohan Mehta', email: 'rohan.mehta@example.com', timezone: 'Asia/Calcutta' },
  ellie: { name: 'Ellie 🌻 Summers', email: 'ellie.summers@example.org' },
  george: { name: 'George Ashdown', email: 'george@ashdown.example', split: true },
  ruth: { name: 'Ruth Ashdown', email: 'ruth@ashdown.example', split: true },
  daniel: {
    name: "Daniel O'Rourke",
    email: 'daniel.orourke@example.com',
    timezone: 'Europe/Dublin',
  },
  hannah: { name: 'Hannah Vogel', email: 'hannah.vogel@example.net', timezone: 'Europe/Berlin' },
  leo: { name: 'Leo Fontaine', email: 'leo.fontaine@example.org', timezone: 'Europe/Paris' },
  maya: { name: 'Maya Brooks', email: 'maya+planning@example.com' },
  arthur: { name: 'Arthur Pell', email: 'arthur.pell@example.com', timezone: null },
  chloe: { name: 'Chloé Dubois-Laurent', email: 'chloe.dubois@example.net' },
  samuel: { name: 'Samuel Adeyemi', email: 'samuel.adeyemi@example.org', timezone: 'Africa/Lagos' },
  wendy: { name: 'Wendy Park', email: 'wendy.park@example.com', timezone: 'America/New_York' },
} satisfies Record<string, Person>;

export type PersonKey = keyof typeof PEOPLE;
