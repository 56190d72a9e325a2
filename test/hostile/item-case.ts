/** What a bad item is as data, and the making of one from an honest item. */
import { inviteeItem, meetingItem } from './items.ts';

export interface ItemCase {
  row: number;
  about: string;
  kind: 'meeting' | 'invitee' | 'event type';
  item: unknown;
  /** Set aside for this reason, or kept with exactly these flags. */
  expect: { reason: string } | { flags: readonly string[] };
}

export const NOT_A_TIME = 'is no RFC 3339 time between 1970 and 2100';

export const meeting = (
  about: string,
  change: object,
  expect: ItemCase['expect'] & { row: number },
): ItemCase => ({
  row: expect.row,
  about: `a meeting with ${about}`,
  kind: 'meeting',
  item: { ...meetingItem, ...change },
  expect: 'reason' in expect ? { reason: expect.reason } : { flags: expect.flags },
});

export const invitee = (
  about: string,
  change: object,
  expect: ItemCase['expect'] & { row: number },
): ItemCase => ({
  ...meeting(about, {}, expect),
  about: `an invitee with ${about}`,
  kind: 'invitee',
  item: { ...inviteeItem, ...change },
});
