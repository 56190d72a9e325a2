/** Drift over the whole program: commands and API record what they prove, mend it on demand, and a server looks by itself. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openCore } from '../../src/app/core.ts';
import { serve, type Serving as Served } from '../../src/app/serve.ts';
import { createLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type Clock, systemClock } from '../../src/base/time.ts';
import { loadConfig } from '../../src/config.ts';
import { type CalendlyProcess, startCalendly } from '../harness/calendly-process.ts';
import { freshDatabase, type FreshDatabase } from '../harness/database.ts';
import { runHere } from '../harness/in-process.ts';
import { endPrograms, type Env, makeFolder } from '../harness/program.ts';
import { getJson, type LogLine } from '../harness/serving.ts';

const CLEAN = { complete: true, missing: [], extra: [], different: [] };
const PASSWORD = 'a good long password';

let fresh: FreshDatabase;
let calendly: CalendlyProcess;
let env: Env;
beforeAll(async () => {
  [fresh, calendly] = await Promise.all([freshDatabase(), startCalendly('thousand:60')]);
  env = {
    DATABASE_URL: fresh.url ?? '',
    DATA_DIR: makeFolder(),
    CALENDLY_API_URL: calendly.url,
    CALENDLY_PERSONAL_ACCESS_TOKEN: calendly.token,
    SYNC_RATE_SHARE: '1',
    // never within this test
    SYNC_SCHEDULE: '0 0 1 1 *',
    PORT: '0',
    JWT_SECRET: randomBytes(32).toString('hex'),
  };
});
afterAll(async () => {
  await endPrograms();
  await fresh.drop();
});

async function checks(): Promise<Record<string, unknown>[]> {
  const { rows } = await fresh.db.query(
    `select trigger, complete, repaired, meetings_checked, invitees_checked,
       jsonb_array_length(different) as different
     from drift_checks order by checked_at, id`,
  );
  return rows;
}

async function forge(): Promise<string> {
  const { rows } = await fresh.db.query<{ uri: string }>(
    `update meetings set title = 'Forged' where id = (select min(id::text)::uuid from meetings)
     returning calendly_uri as uri`,
  );
  return rows[0]?.uri ?? '';
}

interface Server extends Served {
  lines: LogLine[];
  /** How often something slept for a minute: the daily proof between two looks. */
  minutes(): number;
}

/** A server in this process; the first minute that something sleeps is over at once. */
async function start(scheduler: boolean): Promise<Server> {
  const lines: LogLine[] = [];
  let minutes = 0;
  const clock: Clock = {
    ...systemClock,
    sleep(ms, signal) {
      if (ms === 60_000) minutes += 1;
      return systemClock.sleep(ms === 60_000 && minutes === 1 ? 0 : ms, signal);
    },
  };
  const config = loadConfig({ ...env });
  const write = (line: string): void => void lines.push(JSON.parse(line));
  const log = createLog({ level: 'info', format: 'json', write });
  const core = await openCore({ config, log, clock, random: systemRandom, demoPort: 0 });
  const serving = await serve(core, {
    scheduler,
    http: true,
    openDoor: () => Promise.resolve(null),
  });
  return {
    ...serving,
    lines,
    minutes: () => minutes,
    async stop() {
      await serving.stop();
      await core.close();
    },
  };
}

describe('commands', () => {
  test('verify records what it proves, a dry run of sync nothing', async () => {
    expect((await runHere(['sync'], { env })).code).toBe(0);
    expect((await runHere(['verify'], { env })).code).toBe(0);
    const clean = {
      trigger: 'command',
      complete: true,
      repaired: false,
      meetings_checked: 60,
      invitees_checked: 60,
      different: 0,
    };
    expect(await checks()).toEqual([clean]);
    await forge();
    expect((await runHere(['sync', '--dry-run'], { env })).code).toBe(0);
    expect(await checks()).toHaveLength(1);
    expect((await runHere(['verify', '--repair'], { env })).code).toBe(0);
    expect(await checks()).toEqual([clean, { ...clean, different: 1, repaired: true }, clean]);
  });
});

describe('a server', () => {
  test('proves on demand, once for all who ask at once, and mends for an admin', async () => {
    const server = await start(false);
    const token = async (email?: string): Promise<string> =>
      (
        await runHere(['user', 'token', ...(email === undefined ? [] : [email])], { env })
      ).stdout.trim();
    const admin = await token();
    const verify = (query = '', as = admin): Promise<unknown> =>
      getJson(`${server.url}/api/drift/verify${query}`, as, { method: 'POST' });
    const uri = await forge();
    const before = (await checks()).length;
    const answers = await Promise.all([verify(), verify()]);
    const found = {
      complete: true,
      different: [{ uri, fields: ['title'] }],
      missing: [],
      extra: [],
    };
    expect(answers).toMatchObject([found, found]);
    expect(await checks()).toHaveLength(before + 1);
    const mended = await verify('?repair=true');
    expect(mended).toMatchObject({
      ...CLEAN,
      checked: { meetings: 60, invitees: 60 },
      history: [{ trigger: 'api', different: 0 }, { different: 1, repaired: true }, {}, {}, {}, {}],
    });
    expect(await getJson(`${server.url}/api/drift`, admin)).toEqual(mended);

    const add = ['user', 'add', 'member@example.com', '--password-stdin'];
    await runHere(add, { env, stdin: PASSWORD });
    const response = await fetch(`${server.url}/api/drift/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token('member@example.com')}` },
    });
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { code: 'connection.none' },
    ]);
    const told = server.lines.filter(({ msg }) => msg.startsWith('A proof found'));
    expect(told).toMatchObject([
      { level: 'warn', trigger: 'api', missing: 0, extra: 0, different: 1, repaired: false },
      { level: 'warn', trigger: 'api', different: 1, repaired: true },
    ]);
    expect(JSON.stringify(told)).not.toContain(uri);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('calendly_sync_drift_found_total{kind="different"} 2');
    expect(server.minutes()).toBe(0);
    await server.stop();
  });

  test('proves by itself, cheaply, where it has a scheduler', async () => {
    await forge();
    const before = (await checks()).length;
    const server = await start(true);
    await vi.waitFor(async () => expect((await checks()).length).toBe(before + 1), {
      timeout: 20_000,
      interval: 20,
    });
    const check = (await checks()).at(-1);
    expect(check).toMatchObject({ trigger: 'daily', complete: true, different: 1 });
    expect(check).toMatchObject({ meetings_checked: 60 });
    expect(Number(check?.['invitees_checked'])).toBeLessThan(12);
    await vi.waitFor(() =>
      expect(server.lines).toContainEqual(
        expect.objectContaining({ msg: 'A proof found rows that differ from Calendly' }),
      ),
    );
    await server.stop();
    expect(await checks()).toHaveLength(before + 1);
  });
});
