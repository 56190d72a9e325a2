/** `simulator`: the project's own Calendly alone, for tests of other programs and for trying things out. */
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import type { World } from '../../simulator/state.ts';
import { AppError, describeError } from '../domain/errors.ts';
import { EXIT, type Io, UsageError } from '../cli/command.ts';

export interface SimulatorCall {
  io: Io;
  stopped: Promise<void>;
  port: string | undefined;
  story: string | undefined;
  json: boolean;
}

const DEFAULT_PORT = 8788;

/** Runs until it is told to stop; prints URL and token first. */
export async function runSimulator(call: SimulatorCall): Promise<number> {
  const world = worldOf(call.story ?? 'demo');
  const simulator = await listen(world, portOf(call.port));
  const token = tokenOf(world, 'host');
  call.io.out(
    call.json
      ? `${JSON.stringify({ url: simulator.url, token })}\n`
      : `CALENDLY_API_URL=${simulator.url}\nCALENDLY_PERSONAL_ACCESS_TOKEN=${token}\n`,
  );
  await call.stopped;
  await simulator.close();
  return EXIT.ok;
}

async function listen(world: World, port: number): Promise<Simulator> {
  try {
    return await startSimulator({ world, port });
  } catch (cause) {
    throw new AppError({
      kind: 'conflict',
      code: 'simulator.port_taken',
      message: `The simulator cannot listen on port ${port}: ${describeError(cause).code}`,
      action: 'Choose another with --port; 0 takes any free one.',
      cause,
    });
  }
}

function worldOf(story: string): World {
  try {
    return createWorld({ story });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'There is no such story.');
  }
}

function portOf(port: string | undefined): number {
  if (port === undefined) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UsageError('--port is a number from 0 (any free port) to 65535.');
}
