/** What holds after each step of a story, whatever went wrong. */
import { expect } from 'vitest';
import type { ConnectionView } from '../../src/store/connection-list.ts';
import { readMeetingRows } from '../../src/store/proof.ts';
import { DAY_MS } from '../harness/virtual-time.ts';
import { shownOf } from './shown-meetings.ts';
import { SLOT_MS } from './status.ts';
import { type Story, truthOf, type Try } from './story.ts';

/** The hot tier begins two days ago; less, since our clock may be an hour off. */
const HOT_MS = 1.9 * DAY_MS;

/** The status, `view`, is not better than the facts. */
export function expectTruthful(story: Story, view: ConnectionView): void {
  const ended = story.tries.findLast(({ run }) => run !== null)?.run;
  const refusal = ended?.error_code ?? null;
  if (refusal !== null) expect(view.error?.code).toBe(refusal);
  if (view.freshness !== 'fresh') return;
  expect(refusal, 'fresh, although the last try went wrong').toBeNull();
  expect(view.state).toBe('active');
  expect(listingOf(story, view), 'fresh, although nothing was listed').not.toBeNull();
  const at = Date.parse(view.last_complete_at ?? '');
  expect(Math.abs(story.clock.ours() - at)).toBeLessThanOrEqual(2 * SLOT_MS + 1000);
}

/** Rows, feed and people are sound, and as fresh as the status, `view`, says. */
export async function expectSound(story: Story, view: ConnectionView): Promise<void> {
  await expectRows(story);
  await expectWritten(story);
  const listing = listingOf(story, view);
  if (listing?.isCalm === true && story.clock.isCalm() && !story.isDoubted) {
    await expectAsFresh(story, listing.since);
  }
}

async function expectRows({
  world,
  maybeGone,
  reassigned,
  saidGone,
  canceled,
  ...story
}: Story): Promise<void> {
  const { rows } = await world.db.query<{
    vanished: string[] | null;
    active: string[] | null;
    canceled: string[] | null;
  }>(
    `with status as (
       select calendly_uri as uri, status, vanished_at is not null as vanished from meetings
       union all select calendly_uri, status, false from invitees)
     select (select coalesce(max(number), 0) - count(*) from feed) as holes,
       (select count(*) from feed where event = 'meeting.created')
         - (select count(*) from meetings) as announcements,
       (select count(*) from invitees where client_id is null and not link_pending
          and link_rule not in ('host', 'member', 'erased', 'no_reply', 'no_address', 'review')) as nobodies,
       (select array_agg(uri) from status where vanished) as vanished,
       (select array_agg(uri) from status where status = 'active') as active,
       (select array_agg(uri) from status where status = 'canceled') as canceled`,
  );
  const [{ vanished, active, canceled: nowCanceled, ...counts } = EMPTY] = rows;
  expect(counts).toEqual({ holes: 0, announcements: 0, nobodies: 0 });
  const wrongly = (vanished ?? []).filter(
    (uri) => !maybeGone.has(uri) && !(saidGone && reassigned.has(uri)),
  );
  expect(wrongly, `vanished, and never removed (story ${story.seed})`).toEqual([]);
  const revived = (active ?? []).filter((uri) => canceled.has(uri));
  expect(revived, 'canceled, and active again').toEqual([]);
  for (const uri of nowCanceled ?? []) canceled.add(uri);
}

const EMPTY = { vanished: null, active: null, canceled: null };

async function expectWritten({ world, written }: Story): Promise<void> {
  if (written.size === 0) return;
  const { rows } = await world.db.query<{ id: string; notes: string | null; title: string | null }>(
    'select id, notes, title_override as title from meetings where id = any($1::uuid[])',
    [[...written.keys()]],
  );
  const now = new Map(rows.map((row) => [row.id, row]));
  for (const [id, { notes, title }] of written) {
    // what was written on meetings of one series may come together
    expect(now.get(id)?.notes).toContain(notes);
    expect(now.get(id)?.title).toBe(title);
  }
}

/** The try in which the listing began that the status counts from; of several that fit, the first. */
function listingOf({ tries }: Story, view: ConnectionView): Try | null {
  if (view.last_complete_at === null) return null;
  const at = Date.parse(view.last_complete_at);
  const found = tries.find(({ ours: [from, to] }) => at >= from && at <= to);
  expect(found, 'last_complete_at is no moment in which a run was under way').toBeDefined();
  return found ?? null;
}

/** Each near meeting is in the rows as Calendly showed it at some moment since the listing began. */
async function expectAsFresh(story: Story, since: number): Promise<void> {
  const { world, shown, clock } = story;
  const near = new Set(
    truthOf(story)
      .filter(({ event }) => Date.parse(event.start_time) > clock.theirs() - HOT_MS)
      .map(({ event }) => event.uri),
  );
  // of one that was gone meanwhile a late delivery may be all that is known
  const standing = shown.standing(since).filter((uri) => near.has(uri));
  const rows = await readMeetingRows(world.db, world.workspaceId, standing);
  const wrong = standing.flatMap((uri) => {
    const row = rows.get(uri);
    if (row === undefined) return [`missing ${uri}`];
    return shown.wasShown(uri, shownOf(row), since) ? [] : [`stale ${uri}: ${shownOf(row)}`];
  });
  expect(wrong).toEqual([]);
}
