/** Starts the simulator in a process of its own and ends it again. */
import { startChild } from './child.ts';

export interface Upstream {
  url: string;
  token: string;
  /** URI of the story's host, whose token it is. */
  user: string;
  stop(): Promise<void>;
}

export interface UpstreamOptions {
  story: string;
  seed: number;
  /** How long each answer takes at least. */
  latencyMs: number;
  /** Requests a minute; left out: beyond what any bench sends. */
  rateLimit?: number;
}

/** A Calendly on a free port of this machine, with the token of the story's host. */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const args = [options.story, String(options.seed), String(options.latencyMs)];
  if (options.rateLimit !== undefined) args.push(String(options.rateLimit));
  const child = await startChild('simulator-process.ts', args);
  return { ...(child.said as Omit<Upstream, 'stop'>), stop: () => child.stop() };
}
