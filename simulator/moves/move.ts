/** What a move is: the shape of its arguments, and the change it makes. */
import type { z } from 'zod';
import type { World } from '../state.ts';

export interface Move<In, Result> {
  args: z.ZodType<unknown, In>;
  /** Reads the arguments and makes the change; throws a ZodError or a MoveError. */
  apply(world: World, args: unknown): Result;
}

/** The move that reads its arguments with `args` and then does `run`. */
export function move<In, Args, Result>(
  args: z.ZodType<Args, In>,
  run: (world: World, args: Args) => Result,
): Move<In, Result> {
  return { args, apply: (world, given) => run(world, args.parse(given)) };
}
