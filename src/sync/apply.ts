/** The one write path: turns Calendly's words into rows. Poll, webhook, repair and proof all end here. */
import { emailKey, isErasedAddress } from '../domain/email.ts';
import type { ObservedEventType } from '../domain/event-type.ts';
import type { ObservedInvitee } from '../domain/invitee.ts';
import type { ObservedMeeting } from '../domain/meeting.ts';
import type { Change, Observation } from '../domain/observation.ts';
import type { Tx } from '../store/db.ts';
import { queueConfirmation } from '../store/confirmations.ts';
import { upsertEventTypes } from '../store/event-types.ts';
import type { FeedEntry } from '../store/feed.ts';
import { upsertInvitees } from '../store/invitees.ts';
import { settleByCounters, upsertMeetings } from '../store/meetings.ts';
import { queueEventTypeReads, queueInviteeReads, queueMeetingReads } from '../store/reads.ts';
import { clearSetAside, setAside, type SetAsideItem } from '../store/set-aside.ts';
import { redactMeetings } from '../store/erasure.ts';
import { noteErasedAddresses } from '../store/erasures-due.ts';
import { reviveSeen } from '../store/repairs.ts';
import { recordSightings } from '../store/sightings.ts';
import { holdErasures } from '../store/suppressions.ts';
import { recordPeople } from './people.ts';
import { announceInvitees, announceMeetings } from './news.ts';
import { redact } from './redacting.ts';
import { sift } from './sift.ts';
import { followReschedulings } from './series.ts';
import { judge, newestOfEach, type Verdict } from './verdict.ts';

/** What one answer or delivery said. Items that could not be read are set aside with their reason. */
export interface Page {
  meetings?: readonly ObservedMeeting[];
  invitees?: readonly ObservedInvitee[];
  eventTypes?: readonly ObservedEventType[];
  malformed?: readonly SetAsideItem[];
  /** Queue a read of the invitees of every meeting on the page, changed or not (`sync --full`). */
  everyInvitee?: boolean;
  /**
   * Deliveries have brought the invitees: where the meeting's counters agree with the rows, no invitee read
   * is owed.
   */
  inviteesKnown?: boolean;
}

export interface Applied {
  /** What became of each meeting and invitee on the page, by URI. */
  meetings: ReadonlyMap<string, Change>;
  invitees: ReadonlyMap<string, Change>;
  /** How many event types were written. */
  eventTypes: number;
  /** Whether it spoke of people who were erased. */
  hasErased: boolean;
}

export interface ApplyContext {
  observation: Observation;
  newId: () => string;
  /** News for the live stream is put here; `write` appends it at the end of the transaction. */
  feed: FeedEntry[];
}

/**
 * Applies a page in the caller's transaction, under the staleness rule of `store/guard`: any order,
 * repetition and splitting of pages ends in the same rows. Columns that users write are never touched.
 * What differs but cannot be trusted writes nothing and queues one direct read.
 */
export async function apply(tx: Tx, context: ApplyContext, said: Page): Promise<Applied> {
  const at = await tx.clock();
  const { workspaceId, connectionId, readStartedAt } = context.observation;
  const speaksOfPeople =
    (said.invitees ?? []).length > 0 ||
    (said.meetings ?? []).some(({ guests }) => guests.length > 0);
  if (speaksOfPeople) await holdErasures(tx, workspaceId, 'writer');
  const { meetingUris: erased, ...kept } = await redact(tx, workspaceId, said);
  const page = { ...said, ...kept };
  const meetings = await applyMeetings(tx, context, { at, page });
  const invitees = await applyInvitees(tx, context, { at, invitees: page.invitees ?? [] });
  await redactMeetings(tx, workspaceId, { uris: erased, at });
  const eventTypes = await upsertEventTypes(tx, workspaceId, {
    at,
    readStartedAt,
    partial: context.observation.source === 'delivery',
    eventTypes: newestOfEach(page.eventTypes ?? []),
    newId: context.newId,
  });
  await setAside(tx, { workspaceId, connectionId, at }, page.malformed ?? []);
  const readable = [...(page.meetings ?? []), ...(page.invitees ?? []), ...(page.eventTypes ?? [])];
  if (readable.length > 0) {
    await clearSetAside(
      tx,
      { workspaceId, connectionId },
      readable.map((item) => item.uri),
    );
  }
  return { meetings, invitees, eventTypes, hasErased: erased.length > 0 };
}

async function applyMeetings(
  tx: Tx,
  context: ApplyContext,
  input: { at: string; page: Page },
): Promise<Map<string, Change>> {
  const { observation, newId } = context;
  const { at, page } = input;
  const meetings = newestOfEach(page.meetings ?? []);
  if (meetings.length === 0) return new Map();
  const uris = meetings.map((meeting) => meeting.uri);
  const { before, news } = await sift(tx, 'meetings', { observation, items: meetings });
  const written = await upsertMeetings(tx, observation, { at, meetings: news, newId });
  const verdicts = judge({ observation, items: meetings, before, written });
  const owner = { ...observation, at };
  await recordSightings(tx, owner, uris);
  const revive = { table: 'meetings', at, uris } as const;
  for (const id of await reviveSeen(tx, observation.workspaceId, revive)) {
    context.feed.push({ event: 'meeting.updated', subjectId: id });
  }
  if (page.inviteesKnown) await settleByCounters(tx, observation.workspaceId, { at, uris });
  // a delivery brings its invitee along and is confirmed by a read of its own
  if (observation.source !== 'delivery') {
    // a delivery that was lost shows in the counters: its invitees are read soon, not with the next run
    const delivered = page.inviteesKnown ?? false;
    const everyOne = page.everyInvitee ?? false;
    const news = everyOne ? uris : [...written.keys()];
    await queueInviteeReads(tx, owner, { at, uris, everyOne, delivered, news });
  }
  await queueEventTypeReads(tx, owner, { at, uris });
  await queueMeetingReads(tx, owner, { at, uris: doubtful(verdicts), reason: 'doubtful' });
  await recordPeople(tx, observation.workspaceId, { at, meetings, written });
  announceMeetings(context.feed, verdicts, written);
  return changes(verdicts);
}

async function applyInvitees(
  tx: Tx,
  context: ApplyContext,
  input: { at: string; invitees: readonly ObservedInvitee[] },
): Promise<Map<string, Change>> {
  const { observation, newId } = context;
  const invitees = newestOfEach(input.invitees);
  if (invitees.length === 0) return new Map();
  const { before, news } = await sift(tx, 'invitees', { observation, items: invitees });
  await noteErasedAddresses(tx, observation.workspaceId, {
    at: input.at,
    inviteeUris: news
      .filter(({ email }) => isErasedAddress(emailKey(email) ?? ''))
      .map(({ uri }) => uri),
  });
  const written = await upsertInvitees(tx, observation, { at: input.at, invitees: news, newId });
  const verdicts = judge({ observation, items: invitees, before, written });
  announceInvitees(context.feed, written.values());
  const revive = { table: 'invitees', at: input.at, uris: invitees.map(({ uri }) => uri) } as const;
  await reviveSeen(tx, observation.workspaceId, revive);
  await followReschedulings(tx, observation.workspaceId, {
    inviteeUris: [...written.keys()],
    newId,
  });
  if (observation.source === 'delivery') {
    // one person of a large meeting: a read of that one invitee, not of all
    for (const uri of doubtful(verdicts)) {
      await queueConfirmation(tx, observation, { kind: 'invitee', uri });
    }
    return changes(verdicts);
  }
  const meetingOf = new Map(invitees.map((invitee) => [invitee.uri, invitee.meetingUri]));
  const doubted = new Set(doubtful(verdicts).map((uri) => meetingOf.get(uri) ?? uri));
  await queueInviteeReads(tx, observation, { at: input.at, uris: [...doubted], everyOne: true });
  return changes(verdicts);
}

function doubtful(verdicts: ReadonlyMap<string, Verdict>): string[] {
  return [...verdicts].filter(([, verdict]) => verdict.reread).map(([uri]) => uri);
}

function changes(verdicts: ReadonlyMap<string, Verdict>): Map<string, Change> {
  return new Map([...verdicts].map(([uri, verdict]) => [uri, verdict.change]));
}
