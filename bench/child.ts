/** Programs of the benches that run in a process of their own: what is measured shares no event loop with what measures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  /** The first line that it printed, read as JSON. */
  said: unknown;
  /** Closes its input, at which it ends, and waits for that. */
  stop(): Promise<void>;
}

/** Starts a file of this folder; resolves with its first line. Rejects where it ends without one. */
export async function startChild(file: string, args: readonly string[]): Promise<Child> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const over = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line);
    return {
      said,
      async stop() {
        child.stdin.end();
        await over;
      },
    };
  }
  throw new Error(`${file} ended before it said anything`);
}
