/** Random stories of everything at once: whatever happens, rows and status stay sound, and one cycle makes all true. */
import { expect, it } from 'vitest';
import { endStory } from './ending.ts';
import { expectSound, expectTruthful } from './invariants.ts';
import { takeStep } from './steps.ts';
import { beginStory, type Story } from './story.ts';

/** `STORIES=full` for all three hundred, `STORY_SEED=n` for one alone. */
const STORIES = process.env['STORIES'] === 'full' ? 300 : 6;
const STEPS = 200;
/** Stories that go on side by side. */
const LANES = 2;
/** A story takes two or three seconds, on a busy machine many more. */
const SLOWEST_MS = 60_000;
/** Lines of a story that a failure shows. */
const SHOWN = 40;

async function tell(seed: number): Promise<void> {
  const story = await beginStory(seed);
  try {
    for (let step = 0; step < STEPS; step += 1) {
      const touched = await takeStep(story);
      await expectTruthful(story);
      if (touched) await expectSound(story);
    }
    await endStory(story);
  } catch (error) {
    throw new Error(reportOf(story, error), { cause: error });
  } finally {
    await story.world.close();
  }
}

/** What a failing story is remembered by: its number, how it was set up, its last steps, what was wrong. */
function reportOf({ seed, log }: Story, error: unknown): string {
  const isAlone = process.env['STORY_SEED'] !== undefined;
  const [setting = '', ...steps] = log;
  const wrong = error instanceof Error ? error : new Error(String(error));
  const { actual, expected } = wrong as { actual?: unknown; expected?: unknown };
  return [
    `Story ${seed} (STORY_SEED=${seed} tells it alone, with all its steps): ${setting}`,
    ...(isAlone ? steps : steps.slice(-SHOWN)),
    wrong.stack ?? wrong.message,
    ...(expected === undefined
      ? []
      : [`is ${JSON.stringify(actual)}`, `not ${JSON.stringify(expected)}`]),
  ]
    .join('\n')
    .replaceAll(/https:\/\/api\.calendly\.com\/[a-z_]+\/([0-9a-f]{8})[-0-9a-f]+/g, '$1')
    .replaceAll(/\/invitees\/([0-9a-f]{8})[-0-9a-f]+/g, '/$1');
}

const seeds =
  process.env['STORY_SEED'] === undefined
    ? Array.from({ length: STORIES }, (_, index) => index + 1)
    : [Number(process.env['STORY_SEED'])];

it(
  `${seeds.length} random stories of ${STEPS} steps end in the truth`,
  { timeout: seeds.length * SLOWEST_MS },
  async () => {
    const failures: string[] = [];
    const left = seeds.values();
    const lane = async (): Promise<void> => {
      for (const seed of left) {
        await tell(seed).catch((error: unknown) => failures.push(String(error)));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(failures.join('\n\n')).toBe('');
  },
);
