/** One case of who is who: what happens, one thing after the other, and whose everybody is in the end. */

/** Name of a booking, or of a guest of one. */
export type Label = string;

export interface Booking {
  name: string;
  email: string | null;
  /** For reminders. */
  phone?: string;
  answers?: readonly string[];
  /** The host calls this number. */
  call?: string;
  /** This number is called by the invitee: it is the host's. */
  dial?: string;
  /** Folded like an address of an invitee. */
  guests?: Readonly<Record<Label, string>>;
  /** The booking that it replaces. */
  after?: Label;
  /** Of an event type for many. */
  group?: true;
}

/** What happens; everybody is linked after each, except within `together`. */
export type Act =
  | { book: Label; who: Booking }
  | { together: readonly { book: Label; who: Booking }[] }
  | { host: string }
  | { member: string }
  | { block: { address: string } | { domain: string } }
  | { unblock: string }
  /** The user links a booking to the client of another. */
  | { link: Label; to: Label | null }
  /** The lists of a client after a change. */
  | { client: Label; emails?: readonly string[]; phones?: readonly string[] }
  | { merge: Label; into: Label }
  | { split: Label; emails: readonly string[] }
  /** Calendly shows another address for a booking from now on. */
  | { readdressed: Label; email: string }
  /** As the client of another booking, `new` or `never`. */
  | { decide: Label; as: Label };

export interface Case {
  title: string;
  /** Why it has to be so. */
  reason: string;
  acts: readonly Act[];
  /**
   * Of each booking and guest: the client (a letter, the same for the same one) and the rule; `-` for nobody's;
   * `?` and the doubt for one that a person has to decide.
   */
  expected: Readonly<Record<Label, string>>;
}

/** A booking as an act. */
export function book(label: Label, who: Booking): { book: Label; who: Booking } {
  return { book: label, who };
}

export const ADA = { name: 'Ada Lane', email: 'ada@lane.example' } as const;
export const PHONE = '+49 30 901820';
