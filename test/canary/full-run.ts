/** A run of the real program in which every secret there is comes into its hands, at trace level, with mistakes of all kinds. */
import { randomBytes } from 'node:crypto';
import { CLIENT } from '../../simulator/oauth/grants.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld, tokenOf } from '../../simulator/world.ts';
import { prepareDataFolder } from '../harness/pglite-images.ts';
import { runHere } from '../harness/in-process.ts';
import { freePort } from '../harness/postgres-server.ts';
import { type Env, makeFolder } from '../harness/program.ts';
import { type Serving, startServing } from '../harness/serving.ts';
import { askCommands, connectAccounts, makeLinks, metricsOf, signIn } from './acts.ts';
import { type Hearing, openHearing } from './hearing.ts';
import { makeMistakes } from './mistakes.ts';
import { type Relay, startRelay } from './relay.ts';
import type { Secret } from './secrets.ts';

export interface FullRun {
  secrets: Secret[];
  /** What all processes wrote. */
  output: string;
  answers: readonly string[];
  metrics: string;
  dataDir: string;
}

export interface Stage {
  env: Env;
  simulator: Simulator;
  relay: Relay;
  server: Serving;
  hearing: Hearing;
  secret(name: string, value: string | Buffer): string;
  said(output: string): void;
}

const YEARLY = '0 0 1 1 *';
const word = (name: string): string => `${name}-${randomBytes(24).toString('base64url')}`;

export async function runFully(): Promise<FullRun> {
  const secrets: Secret[] = [];
  const outputs: string[] = [];
  const secret = (name: string, value: string | Buffer): string => {
    secrets.push({ name, bytes: Buffer.from(value) });
    return String(value);
  };
  const simulator = await startSimulator({
    world: createWorld({ story: 'firm:6' }),
    rateLimit: 9000,
  });
  const relay = await startRelay(simulator.url);
  const key = randomBytes(32);
  secret('ENCRYPTION_KEYS, bytes', key);
  const port = await freePort();
  const env: Env = {
    DATA_DIR: makeFolder(),
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    LOG_LEVEL: 'trace',
    LOG_FORMAT: 'json',
    SYNC_SCHEDULE: YEARLY,
    SYNC_RATE_SHARE: '1',
    CALENDLY_API_URL: simulator.url,
    CALENDLY_AUTH_URL: relay.url,
    CALENDLY_PERSONAL_ACCESS_TOKEN: secret(
      'token of the environment',
      tokenOf(simulator.world, 'host'),
    ),
    CALENDLY_WEBHOOK_SIGNING_KEY: secret('CALENDLY_WEBHOOK_SIGNING_KEY', word('hook')),
    CALENDLY_CLIENT_ID: CLIENT.id,
    CALENDLY_CLIENT_SECRET: secret('CALENDLY_CLIENT_SECRET', CLIENT.secret),
    CALENDLY_CLIENT_SIGNING_KEY: secret('CALENDLY_CLIENT_SIGNING_KEY', word('app')),
    JWT_SECRET: secret('JWT_SECRET', word('jwt')),
    ENCRYPTION_KEYS: `k1:${secret('ENCRYPTION_KEYS', key.toString('base64'))}`,
    AUTH_HS256_SECRET: secret('AUTH_HS256_SECRET', word('host')),
    METRICS_TOKEN: secret('METRICS_TOKEN', word('metrics')),
    SMTP_URL: `smtp://mail:${secret('password of SMTP_URL', word('mail'))}@127.0.0.1:1`,
    ALERT_URL: `http://127.0.0.1:1/${secret('ALERT_URL', word('alert'))}`,
  };
  const said = (output: string): void => void outputs.push(output);
  try {
    await startWrongly(env, { secret, said });
    await prepareDataFolder(env['DATA_DIR'] ?? '');
    const server = await startServing({ env });
    const hearing = openHearing(server.url);
    const stage = { env, simulator, relay, server, hearing, secret, said };
    const session = await signIn(stage);
    await connectAccounts(stage, session);
    await makeLinks(stage, session);
    await makeMistakes(stage, session);
    await askCommands(stage);
    const metrics = await metricsOf(stage);
    const { stdout, stderr } = await server.stop();
    said(stdout + stderr);
    for (const { name, value } of relay.seen) secret(`${name} of OAuth`, value);
    for (const { key: signing } of simulator.world.subscriptions.values()) {
      if (signing !== null) secret('signing key of a subscription', signing);
    }
    const { answers } = hearing;
    return {
      secrets,
      output: outputs.join('\n'),
      answers,
      metrics,
      dataDir: env['DATA_DIR'] ?? '',
    };
  } finally {
    await relay.close();
    await simulator.close();
  }
}

/** Starts that fail with all secrets in the environment. */
async function startWrongly(
  env: Env,
  { secret, said }: Pick<Stage, 'secret' | 'said'>,
): Promise<void> {
  const password = secret('password of DATABASE_URL', word('database'));
  const wrong: Env[] = [
    { PORT: '99999', LOG_LEVEL: 'loud' },
    { ENCRYPTION_KEYS: `k1:${env['ENCRYPTION_KEYS']}` },
    { DATABASE_URL: `postgres://owner:${password}@127.0.0.1:1/none` },
    { DATABASE_URL: `mysql://owner:${password}@127.0.0.1:1/none` },
    { CALENDLY_API_URL: `https://user:${password}@api.example.com` },
  ];
  for (const change of wrong) {
    const { code, stdout, stderr } = await runHere(['migrate', '--status'], {
      env: { ...env, ...change, DATA_DIR: makeFolder() },
    });
    if (code === 0) throw new Error(`This start should have failed: ${JSON.stringify(change)}`);
    said(stdout + stderr);
  }
}
