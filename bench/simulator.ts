/** Starts the simulator in a process of its own and ends it again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Upstream {
  url: string;
  token: string;
  stop(): Promise<void>;
}

export interface UpstreamOptions {
  story: string;
  seed: number;
  /** How long each answer takes at least. */
  latencyMs: number;
}

const PROGRAM = fileURLToPath(new URL('simulator-process.ts', import.meta.url));

/** A Calendly on a free port of this machine, with the token of the story's host. */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const args = [PROGRAM, options.story, String(options.seed), String(options.latencyMs)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const over = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, token } = JSON.parse(line) as { url: string; token: string };
    return {
      url,
      token,
      async stop() {
        child.stdin.end();
        await over;
      },
    };
  }
  throw new Error('The simulator ended before it was ready');
}
