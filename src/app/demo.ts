/** The demo's Calendly: the simulator in this process, its world kept over restarts. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '../../simulator/server.ts';
import { createWorld, tokenOf, userNamed, worldFromJSON } from '../../simulator/world.ts';
import type { World, WorldSnapshot } from '../../simulator/state.ts';
import { AppError } from '../domain/errors.ts';

export interface DemoCalendly {
  url: string;
  token: string;
  /** The address of the demo's host. */
  email: string;
  simulator: Simulator;
  close(): Promise<void>;
}

const HOST = 'host';

/** Starts it on `port` (0: any free one). Throws `demo.port_taken`. */
export async function startDemoCalendly(options: {
  dataDir: string;
  port: number;
}): Promise<DemoCalendly> {
  const file = join(options.dataDir, 'world.json');
  const world = readWorld(file) ?? createWorld({ story: 'demo' });
  const simulator = await listen(world, options.port);
  save(file, world);
  const stopSaving = world.onChange(() => save(file, world));
  return {
    url: simulator.url,
    token: tokenOf(world, HOST),
    email: userNamed(world, HOST).email,
    simulator,
    async close() {
      stopSaving();
      await simulator.close();
    },
  };
}

async function listen(world: World, port: number): Promise<Simulator> {
  try {
    return await startSimulator({ world, port });
  } catch (cause) {
    throw new AppError({
      kind: 'conflict',
      code: 'demo.port_taken',
      message: `The demo's Calendly cannot listen on port ${port}`,
      action: 'Set DEMO_PORT to a free port.',
      cause,
    });
  }
}

/** The world of the last time; a damaged or older file is told anew. */
function readWorld(file: string): World | null {
  if (!existsSync(file)) return null;
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isSnapshot(kept) ? worldFromJSON(kept) : null;
  } catch {
    return null;
  }
}

function isSnapshot(value: unknown): value is WorldSnapshot {
  return typeof value === 'object' && value !== null && 'version' in value && 'events' in value;
}

/** Written beside and renamed: a kill leaves the old world or the new one. */
function save(file: string, world: World): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify(world));
  renameSync(draft, file);
}
