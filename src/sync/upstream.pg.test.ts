/** Every bad answer of Calendly's at the level of a run: how it ends, and that no row is lost or wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSyncWorld, type SyncWorld } from '../../test/harness/sync-world.ts';
import type { UpstreamCase } from '../../test/hostile/case.ts';
import { bodyCases } from '../../test/hostile/cases-bodies.ts';
import { factCases } from '../../test/hostile/cases-facts.ts';
import { httpCases } from '../../test/hostile/cases-http.ts';
import { itemCases } from '../../test/hostile/cases-items.ts';
import { pageCases } from '../../test/hostile/cases-pages.ts';
import { refusalCases } from '../../test/hostile/cases-refusals.ts';
import { changeBetween, itemsOf, withItems } from '../../test/hostile/changed-page.ts';
import type { ItemCase } from '../../test/hostile/item-case.ts';
import { eventTypeItem, inviteeItem, meetingItem } from '../../test/hostile/items.ts';
import { factRunCases } from '../../test/hostile/run-cases-facts.ts';
import { pagingCases } from '../../test/hostile/run-cases-pages.ts';
import { requestCases } from '../../test/hostile/run-cases-requests.ts';
import {
  connectionAfter,
  expectHealed,
  hiddenRows,
  INVITEES,
  LIST,
  runSpoiled,
  startAfresh,
} from '../../test/hostile/run-stage.ts';

/** More pages than this are an endless list: each costs a transaction. */
const MOST_PAGES = 60;
const NOWHERE = 'http://127.0.0.1:9';

const answers = [...bodyCases, ...httpCases, ...refusalCases, ...pageCases].filter(
  ({ ask = 'pages' }) => ask === 'pages',
);
/** Left out: row 133, whose times are future or past by the day of the test (see `run-cases-facts`), and what no JSON text can hold. */
const items = [...itemCases, ...factCases].filter(
  ({ row, item }) => row !== 133 && isSendable(item),
);

const runCases = [...requestCases, ...pagingCases, ...factRunCases];

let world: SyncWorld;

beforeAll(async () => {
  world = await makeSyncWorld({
    story: 'thousand:6',
    readings: { calendarPushMs: 0 },
    spoiling: true,
    pageSize: 2,
    limits: { pages: MOST_PAGES },
  });
  await world.sync();
  await expectHealed(world);
});

afterAll(async () => {
  await world.close();
  console.log(`upstream run cases: ${answers.length + items.length + runCases.length}`);
});

describe('a listing that is answered with', () => {
  it.each(answers)('$row: $about changes no row', async (input) => {
    const replies = typeof input.replies === 'function' ? input.replies(NOWHERE) : input.replies;
    const { run, before, after, connection } = await runSpoiled(world, [
      { path: LIST, with: (_, turn) => replyAt(replies, turn) },
    ]);

    expect(after).toEqual(before);
    expect(run).toMatchObject({ created: 0, updated: 0, canceled: 0, vanished: 0 });
    expectEnding(input, { run, connection });
    // a run that follows is another case's; only its starting point is put back
    await startAfresh(world);
  });

  it('is made good by the next run', () => expectHealed(world));
});

describe('an item that is', () => {
  it.each(items)('$row: $about leaves everything else as it was', async (input) => {
    const honest = { meeting: meetingItem, invitee: inviteeItem, 'event type': eventTypeItem };
    const change = changeBetween(honest[input.kind], input.item);
    let target = '';
    const { run, before, after, setAside } = await runSpoiled(
      world,
      [
        {
          path: pathOf(input.kind),
          times: 1,
          with: (page) => {
            const [first] = itemsOf(page);
            target = String(first?.['uri']);
            return withItems(page, (all) => [
              change === undefined ? input.item : { ...first, ...change },
              ...all.slice(1),
            ]);
          },
        },
      ],
      { full: input.kind !== 'meeting' },
    );

    const others = (image: typeof after): unknown[] =>
      [...image].filter(([uri]) => uri !== target).sort();
    expect(others(after)).toEqual(others(before));
    expect(await hiddenRows(world)).toBe(0);
    if ('reason' in input.expect) {
      expect(after.get(target)).toBe(before.get(target));
      expect(setAside.map(({ reason }) => reason)).toEqual([input.expect.reason]);
      // what is wrong with an event type keeps nobody from having meetings in step
      const isListed = input.kind === 'event type';
      expect(run).toMatchObject(
        isListed ? { state: 'done' } : { state: 'partial', error_code: 'run.items_set_aside' },
      );
    } else {
      expect(setAside).toEqual([]);
      expect(run).toMatchObject({ state: 'done', error_code: null });
      expect(await flagsOf(target)).toEqual(input.expect.flags);
    }
    if ('flags' in input.expect || input.kind !== 'meeting') await healed(input);
    else await startAfresh(world);
  });
});

describe('a run that meets', () => {
  it.each(runCases)('$row: $about', async ({ play }) => {
    await play(world);
    await expectHealed(world);
  });
});

function expectEnding(
  input: UpstreamCase,
  { run, connection }: Pick<Awaited<ReturnType<typeof runSpoiled>>, 'run' | 'connection'>,
): void {
  const { expect: wanted } = input;
  if (typeof wanted === 'number') {
    // the items of these lists are empty objects: set aside, or nothing to set aside
    expect(run.state).toBe(wanted === 0 ? 'done' : 'partial');
    expect(run.error_code).toBe(wanted === 0 ? null : 'run.items_set_aside');
    expect(connection).toBe('active');
  } else if (wanted === 'calendly.page_token_refused') {
    // the listing begins again, and meets the same refusal without a token
    expect(run).toMatchObject({ state: 'failed', error_class: expect.any(String) });
    expect(connection).toBe('active');
  } else {
    expect(run).toMatchObject({ state: 'failed', error_code: wanted });
    expect(connection).toBe(connectionAfter(wanted));
  }
}

function isSendable(item: unknown): boolean {
  try {
    return JSON.stringify(item) !== undefined;
  } catch {
    // @NOTE too deep for JSON.stringify is the answer "no" itself
    return false;
  }
}

function replyAt<T>(replies: readonly T[], turn: number): T {
  const made = replies[Math.min(turn, replies.length - 1)];
  if (made === undefined) throw new Error('A case without replies');
  return made;
}

function pathOf(kind: ItemCase['kind']): RegExp {
  if (kind === 'meeting') return LIST;
  return kind === 'invitee' ? INVITEES : /^\/event_types$/;
}

async function flagsOf(uri: string): Promise<unknown> {
  const { rows } = await world.db.query<{ flags: string[] }>(
    `select flags from meetings where calendly_uri = $1
     union all select flags from invitees where calendly_uri = $1`,
    [uri],
  );
  return rows[0]?.flags;
}

/** What the list does not show of an invitee is right again after a run that reads every invitee. */
async function healed(input: ItemCase): Promise<void> {
  if (input.kind !== 'meeting') await world.sync({ full: true });
  await expectHealed(world);
}
