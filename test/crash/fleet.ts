/** Server processes on one database that are killed at any moment and followed by a new one each. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Env } from '../harness/program.ts';
import { type Serving, startServing } from '../harness/serving.ts';

export interface Fleet {
  /** Address of one of the processes that run; waits for one where none does. */
  url(): Promise<string>;
  /** Starts processes until `count` run. */
  grow(count: number): Promise<void>;
  /** Kills one of those that run with SIGKILL, whatever it is doing, and starts its successor. */
  killOne(): Promise<void>;
  /** Resolves once every successor runs. */
  whole(): Promise<void>;
  /** Ends all of them in good order; answers the exit codes. */
  stop(): Promise<(number | null)[]>;
  /** Ended by themselves: what each had said last. */
  fallen: string[];
}

/** Nothing runs until `grow`. */
export function createFleet(env: Env, random: () => number): Fleet {
  const alive: Serving[] = [];
  const starting = new Set<Promise<void>>();
  const fallen: string[] = [];
  let someone = Promise.withResolvers<void>();

  async function add(): Promise<void> {
    const serving = await startServing({ env }, ['serve', '--no-scheduler']);
    alive.push(serving);
    void serving.ended.then(({ stdout, stderr }) => {
      if (remove(serving)) fallen.push(`${stdout}${stderr}`.slice(-500));
    });
    someone.resolve();
    someone = Promise.withResolvers();
  }

  function start(): void {
    const started = add().finally(() => starting.delete(started));
    starting.add(started);
    // whoever waits for it hears of it too
    started.catch((error: unknown) => fallen.push(String(error)));
  }

  function remove(serving: Serving): boolean {
    const place = alive.indexOf(serving);
    if (place >= 0) alive.splice(place, 1);
    return place >= 0;
  }

  async function pick(): Promise<Serving> {
    for (;;) {
      const one = alive[Math.floor(random() * alive.length)];
      if (one !== undefined) return one;
      await someone.promise;
    }
  }

  async function whole(): Promise<void> {
    await Promise.all(starting);
  }

  return {
    fallen,
    whole,
    url: async () => (await pick()).url,
    async grow(count) {
      while (alive.length + starting.size < count) start();
      await whole();
    },
    async killOne() {
      const victim = await pick();
      // any moment of what it does: deliveries come in and are worked all the time
      await pause(random() * 120);
      if (!remove(victim)) return;
      victim.child.kill('SIGKILL');
      await victim.ended;
      start();
    },
    async stop() {
      await whole();
      const ending = alive.splice(0).map((serving) => serving.stop());
      return (await Promise.all(ending)).map(({ code }) => code);
    },
  };
}
