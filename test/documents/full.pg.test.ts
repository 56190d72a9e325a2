/** A disk that takes no more: told in words, nothing half kept, and what fits is taken all the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endPrograms, ROOT } from '../harness/program.ts';
import { type Serving, startServing } from '../harness/serving.ts';
import { type Installation, makeInstallation, sha256 } from './installation.ts';

/** No file of the process may be larger: to a program that writes, that is a disk without space. */
const MOST_KIB = 2048;

let installation: Installation;
let server: Serving;
beforeAll(async () => {
  installation = await makeInstallation();
  const limited = `ulimit -f ${MOST_KIB * 2}; exec "$0" src/main.ts "$@"`;
  server = await startServing({
    env: installation.env,
    cwd: ROOT,
    command: ['sh', '-c', limited, process.execPath],
  });
});
afterAll(async () => {
  await endPrograms();
  await installation?.close();
});

async function send(size: number): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/api/documents?file_name=a.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${installation.token}` },
    body: Buffer.alloc(size, `${size} `),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('an upload that does not fit is 507 and leaves nothing; one that fits is taken before and after it', async () => {
  const small = MOST_KIB * 512;
  expect((await send(small)).status).toBe(201);
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await send(MOST_KIB * 1024 + 100_000)).toMatchObject({
      status: 507,
      body: { code: 'document.no_space', detail: expect.stringContaining('Nothing was stored') },
    });
    expect(await installation.faults()).toEqual([]);
  }
  expect((await send(small + 1)).status).toBe(201);
  expect([...installation.kept().values()].toSorted()).toEqual(
    [small, small + 1].map((size) => sha256(Buffer.alloc(size, `${size} `))).toSorted(),
  );
  expect((await server.stop()).code).toBe(0);
});
