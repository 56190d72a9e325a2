/** Random stories of everything at once: whatever happens, rows and status stay sound, and one cycle makes all true. */
import { expect, it } from 'vitest';
import type { ConnectionView } from '../../src/store/connection-list.ts';
import { endStory } from './ending.ts';
import { expectSound, expectTruthful } from './invariants.ts';
import { statusOf } from './status.ts';
import { takeStep } from './steps.ts';
import { beginStory, type Story } from './story.ts';

/** `STORIES=full` for all three hundred, `STORY_SEED=n` for one alone. */
const STORIES = process.env['STORIES'] === 'full' ? 300 : 30;
const ALONE = process.env['STORY_SEED'];
const STEPS = 200;
/** Files that tell a part each, in processes of their own. */
const PARTS = 3;
/** Stories of one part that go on side by side. */
const LANES = 2;
/** A story takes two or three seconds, on a busy machine many more. */
const SLOWEST_MS = 60_000;
/** Lines of a story that a failure shows. */
const SHOWN = 40;

/** Registers the test that tells every third story, beginning with number `part` (1 to 3). */
export function tellPart(part: number): void {
  const seeds = seedsOf(part);
  it(
    `${seeds.length} random stories of ${STEPS} steps end in the truth`,
    { timeout: (seeds.length + 1) * SLOWEST_MS },
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
}

function seedsOf(part: number): number[] {
  const all =
    ALONE === undefined
      ? Array.from({ length: STORIES }, (_, index) => index + 1)
      : [Number(ALONE)];
  return all.filter((seed) => seed % PARTS === part % PARTS);
}

async function tell(seed: number): Promise<void> {
  const story = await beginStory(seed);
  try {
    let view: ConnectionView | null = null;
    for (let step = 0; step < STEPS; step += 1) {
      const touched = await takeStep(story);
      view = await statusOf(story, touched ? null : view);
      expectTruthful(story, view);
      if (touched) await expectSound(story, view);
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
  const [setting = '', ...steps] = log;
  const wrong = error instanceof Error ? error : new Error(String(error));
  const { actual, expected } = wrong as { actual?: unknown; expected?: unknown };
  return [
    `Story ${seed} (STORY_SEED=${seed} tells it alone, with all its steps): ${setting}`,
    ...(ALONE !== undefined ? steps : steps.slice(-SHOWN)),
    wrong.stack ?? wrong.message,
    ...(expected === undefined
      ? []
      : [`is ${JSON.stringify(actual)}`, `not ${JSON.stringify(expected)}`]),
  ]
    .join('\n')
    .replaceAll(/https:\/\/api\.calendly\.com\/[a-z_]+\/([0-9a-f]{8})[-0-9a-f]+/g, '$1')
    .replaceAll(/\/invitees\/([0-9a-f]{8})[-0-9a-f]+/g, '/$1');
}
