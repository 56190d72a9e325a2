/** A first sync by the real program, killed again and again at drawn moments until it has come to its end. */
import { systemClock } from '../../src/base/time.ts';
import type { Dice } from '../../simulator/dice.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import { prepareDataFolder } from '../harness/pglite-images.ts';
import { type Ended, type Env, makeFolder, startProgram } from '../harness/program.ts';

export interface KilledSync {
  simulator: Simulator;
  env: Env;
  /** Starts `sync` and kills it at a drawn moment; null: it had come to its end before, and this is it. */
  attempt(kill: boolean): Promise<{ killed: boolean; ended: Ended; pid: number }>;
  close(): Promise<void>;
}

/** The longest time until the first request that a kill waits for, and the longest after a request. */
const START_MS = 1500;
const MOMENT_MS = 40;

/** A world of `story`, and a program that has never read it. `database` is its address; null: the embedded one. */
export async function prepareKilledSync(given: {
  story: string;
  database: string | null;
  /** Whether the embedded one has been made already. */
  isPrepared: boolean;
  dice: Dice;
  /** After at most so many requests of one process. */
  mostRequests: number;
}): Promise<KilledSync> {
  const { dice, mostRequests } = given;
  let asked = (): void => undefined;
  const world = createWorld({ story: given.story, readings: { calendarPushMs: 0 } });
  const simulator = await startSimulator({ world, rateLimit: 1_000_000, onRequest: () => asked() });
  const folder = makeFolder();
  if (given.isPrepared) await prepareDataFolder(folder);
  const env: Env = {
    DATA_DIR: folder,
    CALENDLY_API_URL: simulator.url,
    CALENDLY_PERSONAL_ACCESS_TOKEN: tokenOf(world, 'host'),
    ...(given.database === null ? {} : { DATABASE_URL: given.database }),
  };
  return {
    simulator,
    env,
    async attempt(kill) {
      const program = startProgram(['sync', '--json'], { env });
      let killed = false;
      const strike = (): void => {
        killed = program.child.kill('SIGKILL');
      };
      const cancel = kill ? plan(strike) : () => undefined;
      const ended = await program.ended;
      cancel();
      return { killed: killed && ended.signal === 'SIGKILL', ended, pid: program.pid };
    },
    close: () => simulator.close(),
  };

  /** One in eight dies while it starts or soon after; the others some moment after one of their requests. */
  function plan(strike: () => void): () => void {
    if (dice.chance(1 / 8)) return systemClock.after(dice.whole(0, START_MS), strike);
    let cancel = (): void => undefined;
    let left = dice.whole(1, mostRequests);
    const delay = dice.fraction() * MOMENT_MS;
    asked = () => {
      left -= 1;
      if (left === 0) cancel = systemClock.after(delay, strike);
    };
    return () => {
      asked = () => undefined;
      cancel();
    };
  }
}
