/** The real program killed while files come in: what was acknowledged is there, and nothing else is left. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/time.ts';
import { systemRandom } from '../../src/base/random.ts';
import { endPrograms } from '../harness/program.ts';
import { type Serving, startServing } from '../harness/serving.ts';
import { type Installation, makeInstallation, sha256 } from './installation.ts';

const FULL = process.env['DOCUMENTS'] === 'full';
const KILLS = FULL ? 40 : 3;
const SENDERS = 4;
const LARGEST = 3_000_000;

let installation: Installation;
beforeAll(async () => {
  installation = await makeInstallation();
});
afterAll(async () => {
  await endPrograms();
  await installation?.close();
});

test(
  `${KILLS} kills of a server that takes files in leave every acknowledged document whole, and nothing else`,
  { timeout: FULL ? 600_000 : 90_000 },
  async () => {
    const acknowledged = new Map<string, string>();
    let broken = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await startServing({ env: installation.env });
      await wholeAgain(server);
      const before = acknowledged.size;
      let isOver = false;
      const senders = Array.from({ length: SENDERS }, async () => {
        while (!isOver) {
          const bytes = Buffer.from(`${systemRandom.fraction()} `.repeat(8));
          const body = Buffer.alloc(1 + Math.floor(systemRandom.fraction() * LARGEST), bytes);
          const answer = await send(server, body);
          if (answer === undefined) broken += 1;
          else acknowledged.set(answer, sha256(body));
        }
      });
      await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(before + 3), 20_000);
      await systemClock.sleep(systemRandom.fraction() * 60);
      server.child.kill('SIGKILL');
      await server.ended;
      isOver = true;
      await Promise.all(senders);
    }
    const server = await startServing({ env: installation.env });
    await wholeAgain(server);
    for (const [id, hash] of acknowledged) {
      const response = await fetch(`${server.url}/api/documents/${id}/content`, {
        headers: { authorization: `Bearer ${installation.token}` },
      });
      expect(response.status).toBe(200);
      expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(hash);
    }
    expect(broken).toBeGreaterThan(0);
    expect((await server.stop()).code).toBe(0);
    process.stdout.write(
      `documents: ${acknowledged.size} acknowledged, ${broken} broken off by ${KILLS} kills\n`,
    );
  },
);

/** A server that starts sweeps what the one before it left. */
async function wholeAgain(server: Serving): Promise<void> {
  await vi.waitFor(async () => expect(await installation.faults()).toEqual([]), 20_000);
  expect(server.lines().filter(({ level }) => level === 'error')).toEqual([]);
}

/** The id of the document; undefined where the connection broke before it was told. */
async function send(server: Serving, body: Buffer): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${installation.token}` };
  try {
    const response = await fetch(`${server.url}/api/documents`, { method: 'POST', headers, body });
    const { id } = (await response.json()) as { id?: string };
    return response.status === 201 ? id : undefined;
  } catch {
    return undefined;
  }
}
