/** Fetching one owed read, and committing the answers of several in one transaction. */
import { CalendlyError } from '../calendly/errors.ts';
import { toEventType } from '../calendly/to-event-type.ts';
import { toInvitee } from '../calendly/to-invitee.ts';
import { toMeeting } from '../calendly/to-meeting.ts';
import type { Parsed } from '../calendly/item.ts';
import { pathOf } from '../calendly/uri.ts';
import { type Change, type ChangeCounts, NO_CHANGES } from '../domain/observation.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import type { Tx } from '../store/db.ts';
import { markInviteesRead } from '../store/meetings.ts';
import { recordShown } from '../store/absence.ts';
import { finishReads, type QueuedRead, queueInviteeReads } from '../store/reads.ts';
import { countSilentChanges } from '../store/rolling.ts';
import type { SetAsideItem } from '../store/set-aside.ts';
import { apply, type Page } from './apply.ts';
import { addCounts, countChanges, rememberCanceled } from './counts.ts';
import { account, observe, ownerOf, type RunContext } from './lease.ts';
import { write } from './write.ts';

export interface Answer {
  read: QueuedRead;
  page: Page;
  readStartedAt: string;
}

/** Asks Calendly for one owed read, every page of it. Throws `CalendlyError`. */
export async function fetchRead(
  context: RunContext,
  read: QueuedRead,
  readStartedAt: string,
): Promise<Answer> {
  const reading = { from: 'api' as const, nowMs: timestampToMs(readStartedAt as Timestamp) };
  const answer = { read, readStartedAt };
  switch (read.kind) {
    case 'invitees': {
      const path = `${pathOf('scheduled_events', read.uri)}/invitees`;
      const items: unknown[] = [];
      for await (const page of context.calendly.pages(path, { count: '100' }))
        items.push(...page.items);
      const parsed = items.map((item) => toInvitee(item, { ...reading, meetingUri: read.uri }));
      return { ...answer, page: { invitees: good(parsed), malformed: bad(parsed, 'invitee') } };
    }
    case 'invitee': {
      const item = await context.calendly.getResource(pathOf('invitees', read.uri));
      const parsed = toInvitee(item, reading);
      refuseOther(parsed, read.uri);
      return { ...answer, page: { invitees: good([parsed]), malformed: bad([parsed], 'invitee') } };
    }
    case 'meeting': {
      const item = await context.calendly.getResource(pathOf('scheduled_events', read.uri));
      const parsed = toMeeting(item, reading);
      refuseOther(parsed, read.uri);
      return { ...answer, page: { meetings: good([parsed]), malformed: bad([parsed], 'meeting') } };
    }
    case 'event_type': {
      const item = await context.calendly.getResource(pathOf('event_types', read.uri));
      const parsed = toEventType(item, reading);
      refuseOther(parsed, read.uri);
      return {
        ...answer,
        page: { eventTypes: good([parsed]), malformed: bad([parsed], 'event_type') },
      };
    }
  }
}

/** A read that is answered with another thing's URI answered nothing. */
function refuseOther(parsed: Parsed<{ uri: string }>, uri: string): void {
  if (parsed.ok && parsed.value.uri !== uri) throw new CalendlyError('calendly.shape');
}

/** Applies these answers and takes them off the queue, all in one transaction. */
export function commitReads(
  context: RunContext,
  answers: readonly Answer[],
): Promise<{ counts: ChangeCounts; malformed: number }> {
  return write(context.db, context.connection.workspace_id, async (tx, feed) => {
    let counts = NO_CHANGES;
    let malformedItems = 0;
    const changed = new Set<string>();
    // off the queue first: what `apply` finds doubtful again is owed again
    await takeOff(tx, context, answers.filter(isClean));
    for (const answer of merged(answers)) {
      const observation = observe(context, { source: 'get', readStartedAt: answer.readStartedAt });
      const applied = await apply(tx, { observation, newId: context.newId, feed }, answer.page);
      counts = addCounts(counts, correction(applied.meetings.values()));
      rememberCanceled(context.counted, applied.meetings);
      for (const [uri, change] of applied.invitees) {
        if (change !== 'unchanged' && change !== 'stale') changed.add(uri);
      }
      malformedItems += answer.page.malformed?.length ?? 0;
    }
    await markRead(tx, context, answers.filter(isClean));
    await markShown(tx, context, answers);
    counts = addCounts(counts, notCanceled(context, answers));
    const silent = answers.filter((answer) => isSilentChange(answer, changed)).length;
    if (silent > 0) await countSilentChanges(tx, ownerOf(context), silent);
    await account(tx, context, { at: await tx.clock(), counts });
    return { counts, malformed: malformedItems };
  });
}

/** Whether a re-read without a reason has found news: no listing would have shown it. */
function isSilentChange({ read, page }: Answer, changed: ReadonlySet<string>): boolean {
  return read.reason === 'rolling' && (page.invitees ?? []).some(({ uri }) => changed.has(uri));
}

/** What no listing shows and Calendly shows all the same is not gone. */
async function markShown(tx: Tx, context: RunContext, answers: readonly Answer[]): Promise<void> {
  const shown = answers.filter((answer) => isAboutAbsence(answer) && isClean(answer));
  if (shown.length === 0) return;
  const uris = shown.map(({ read }) => read.uri);
  await recordShown(tx, ownerOf(context), { uris, at: await tx.clock() });
}

function isAboutAbsence({ read }: Answer): boolean {
  return read.kind === 'meeting' && (read.reason === 'absent' || read.reason === 'repair');
}

/** Whether every item of the answer could be read; a read whose answer was not clean stays owed. */
export function isClean(answer: Answer): boolean {
  return (answer.page.malformed ?? []).length === 0;
}

/** The listing has counted these meetings as unchanged; what a direct read changed counts as that instead. */
function correction(changes: Iterable<Change>): ChangeCounts {
  const counts = countChanges(changes);
  return { ...counts, unchanged: -(counts.updated + counts.canceled) };
}

/** A rescheduling is not a cancellation: a meeting whose invitees all moved on counts as updated. */
function notCanceled(context: RunContext, answers: readonly Answer[]): ChangeCounts {
  const moved = answers.filter(
    ({ read, page }) =>
      read.kind === 'invitees' &&
      context.counted.canceled?.delete(read.uri) === true &&
      (page.invitees ?? []).length > 0 &&
      (page.invitees ?? []).every((invitee) => invitee.rescheduled),
  ).length;
  return { ...NO_CHANGES, canceled: -moved, updated: moved };
}

/** The answers of one batch began at one time: they are one page to `apply`. */
function merged(answers: readonly Answer[]): { page: Page; readStartedAt: string }[] {
  const byStart = Map.groupBy(answers, (answer) => answer.readStartedAt);
  return [...byStart].map(([readStartedAt, group]) => ({
    readStartedAt,
    page: {
      meetings: group.flatMap(({ page }) => page.meetings ?? []),
      invitees: group.flatMap(({ page }) => page.invitees ?? []),
      eventTypes: group.flatMap(({ page }) => page.eventTypes ?? []),
      malformed: group.flatMap(({ page }) => page.malformed ?? []),
      inviteesKnown: group.every(({ read }) => read.reason === 'delivered'),
    },
  }));
}

async function takeOff(tx: Tx, context: RunContext, answers: readonly Answer[]): Promise<void> {
  for (const [kind, group] of Map.groupBy(answers, ({ read }) => read.kind)) {
    await finishReads(tx, ownerOf(context), {
      kind,
      uris: group.map(({ read }) => read.uri),
      readStartedAt: group.map((answer) => answer.readStartedAt).sort()[0] ?? '',
    });
  }
}

async function markRead(tx: Tx, context: RunContext, answers: readonly Answer[]): Promise<void> {
  const owner = ownerOf(context);
  const at = await tx.clock();
  const fingerprints = new Map(
    answers.flatMap(({ read }) =>
      read.fingerprint === null ? [] : [[read.uri, read.fingerprint] as const],
    ),
  );
  if (fingerprints.size === 0) return;
  // a meeting that changed while its invitees were read owes another read
  const moved = await markInviteesRead(tx, owner.workspaceId, { at, fingerprints });
  if (moved.length > 0) await queueInviteeReads(tx, owner, { at, uris: moved, everyOne: false });
}

function good<T>(parsed: readonly Parsed<T>[]): T[] {
  return parsed.flatMap((item) => (item.ok ? [item.value] : []));
}

function bad(parsed: readonly Parsed<unknown>[], kind: SetAsideItem['kind']): SetAsideItem[] {
  return parsed.flatMap((item) => (item.ok ? [] : [{ ...item, kind }]));
}
