/** What may happen next in a story, each with its weight. */
import type { Id } from '../../src/domain/id.ts';
import { editMeeting } from '../../src/store/meeting-edits.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../harness/virtual-time.ts';
import { makeMove } from './calendly-move.ts';
import { pickFault, spoil } from './fault.ts';
import { expectCounted, snapshot } from './run-counts.ts';
import { expectPeople, peopleOf } from './people.ts';
import { look, type Story, truthOf, tryRun } from './story.ts';

/** What is refused singly is asked for again after a day, by a clock that may be set back meanwhile. */
const REFUSED_MS = DAY_MS + 2 * HOUR_MS;

type Step = (story: Story) => Promise<string>;

const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [51, move],
  [13, pass],
  [10, sync],
  [7, syncAmongFaults],
  [3, syncAndDie],
  [1, syncAll],
  [9, deliver],
  [3, confirm],
  [3, write],
  [2, setClock],
];

/** One step. Answers whether it may have touched a row. */
export async function takeStep(story: Story): Promise<boolean> {
  const sum = STEPS.reduce((total, [weight]) => total + weight, 0);
  let left = story.dice.whole(1, sum);
  const step = STEPS.find(([weight]) => (left -= weight) <= 0)?.[1];
  if (step === undefined) throw new Error('The weights do not add up');
  const line = story.log.push('') - 1;
  const tell = (about: string): void => void (story.log[line] = `${line}. ${step.name}: ${about}`);
  tell('…');
  tell(await step(story));
  return step !== move && step !== pass;
}

function move(story: Story): Promise<string> {
  const { about, removed, reassigned } = makeMove(story.world.simulator, story.dice);
  if (removed !== undefined) story.maybeGone.add(removed);
  if (reassigned !== undefined) story.reassigned.add(reassigned);
  look(story);
  return Promise.resolve(about);
}

function pass(story: Story): Promise<string> {
  const { dice, clock } = story;
  const [unit, most] = dice.pick([
    [1000, 59],
    [MINUTE_MS, 40],
    [MINUTE_MS, 40],
    [HOUR_MS, 14],
    [DAY_MS, 4],
  ] as const);
  const ms = unit * dice.whole(1, most);
  clock.pass(ms);
  look(story);
  return Promise.resolve(`${ms / MINUTE_MS} minutes`);
}

async function sync(story: Story): Promise<string> {
  return resultOf(await countedRun(story, false));
}

async function syncAll(story: Story): Promise<string> {
  return resultOf(await countedRun(story, true));
}

async function countedRun(story: Story, full: boolean): ReturnType<typeof tryRun> {
  const before = await snapshot(story.world);
  const people = peopleOf(truthOf(story));
  const tried = await tryRun(story, { full });
  if (tried.isClean && tried.isCalm && tried.run?.state === 'done') {
    await expectCounted(story.world, tried.run, before);
    if (story.clock.theirs() > story.refusedUntil) await expectPeople(story, people);
  }
  return tried;
}

async function syncAmongFaults(story: Story): Promise<string> {
  const { dice, clock } = story;
  const faults = Array.from({ length: dice.whole(1, 2) }, () => pickFault(dice));
  const about = faults.map((fault) => fault.about).join('; ');
  spoil(story, faults);
  const tried = await tryRun(story, { isFaulty: true, dies: dice.chance(0.15) });
  spoil(story, []);
  if (faults.some(({ waitsADay }) => waitsADay)) story.refusedUntil = clock.theirs() + REFUSED_MS;
  if (faults.some(({ saysGone }) => saysGone)) story.saidGone = true;
  return `${resultOf(tried)} (${about})`;
}

async function syncAndDie(story: Story): Promise<string> {
  return resultOf(await tryRun(story, { dies: true }));
}

function resultOf({ run }: Awaited<ReturnType<typeof tryRun>>): string {
  if (run === null) return 'died';
  const { state, created, updated, canceled, vanished, requests, error_code: error } = run;
  return `${state} ${JSON.stringify({ created, updated, canceled, vanished, requests, error })}`;
}

async function deliver(story: Story): Promise<string> {
  const came = await story.post.bring();
  await story.post.work(story.dice.chance(0.1));
  if (story.hasWrongClocks) story.isDoubted = true;
  return came;
}

async function confirm(story: Story): Promise<string> {
  const { dice, clock } = story;
  clock.pass(4000);
  const fault = dice.chance(0.3) ? pickFault(dice) : null;
  if (fault !== null) spoil(story, [fault]);
  await story.post.confirm();
  spoil(story, []);
  if (fault?.waitsADay === true) story.refusedUntil = clock.theirs() + REFUSED_MS;
  look(story);
  return fault?.about ?? 'well';
}

async function write(story: Story): Promise<string> {
  const { db, workspaceId } = story.world;
  const { rows } = await db.query<{ id: Id }>('select id from meetings order by calendly_uri');
  if (rows.length === 0) return 'nothing there';
  const { id } = story.dice.pick(rows);
  const words = `Written in step ${story.log.length}`;
  await db.tx((tx) =>
    editMeeting(tx, { workspaceId: workspaceId as Id, id }, { notes: words, titleOverride: words }),
  );
  story.written.set(id, { notes: words, title: words });
  return id;
}

function setClock(story: Story): Promise<string> {
  const { dice, clock } = story;
  if (!story.hasWrongClocks) return pass(story);
  clock.set(dice.chance(0.3) ? 0 : dice.whole(-60, 60) * MINUTE_MS);
  look(story);
  return Promise.resolve(`${clock.aheadMs / MINUTE_MS} minutes ahead`);
}
