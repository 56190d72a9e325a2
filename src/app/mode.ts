/** Demo or real: decided once at the start, and what follows from it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/shape.ts';
import type { EnvironmentToken } from '../accounts/environment.ts';
import { type DemoCalendly, startDemoCalendly } from './demo.ts';

export interface Mode {
  kind: 'demo' | 'real';
  /** Where the database, the secrets and the documents of this mode lie. */
  dataDir: string;
  apiUrl: string;
  /** The token that the first admin's connection comes from. */
  token: EnvironmentToken | null;
  /** Address for the first admin, where it is known before Calendly is asked. */
  adminEmail: string | undefined;
  /** The simulated Calendly that runs beside the demo. */
  calendly: DemoCalendly | null;
}

/** Remembers “Use your own Calendly”: the demo does not come back by itself. */
function leftDemo(dataDir: string): string {
  return join(dataDir, 'demo-ended');
}

/** Whether these settings mean the demo (contract §1). */
export function isDemo(config: Config): boolean {
  if (config.demo.mode === 'on') return true;
  if (config.demo.mode === 'off' || !config.demo.eligible) return false;
  const hasRealData = existsSync(join(config.dataDir, 'database'));
  return !hasRealData && !existsSync(leftDemo(config.dataDir));
}

/** Keeps the choice to leave the demo. */
export function leaveDemo(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(leftDemo(dataDir), '');
}

/** The mode that the settings mean; the demo's Calendly is started with it. */
export async function enterMode(config: Config): Promise<Mode> {
  const { calendly } = config;
  if (!isDemo(config)) {
    const token = calendly.token;
    return {
      kind: 'real',
      dataDir: config.dataDir,
      apiUrl: calendly.apiUrl,
      token: token === null ? null : { token: token.reveal(), scope: calendly.scope },
      adminEmail: undefined,
      calendly: null,
    };
  }
  const dataDir = join(config.dataDir, 'demo');
  const demo = await startDemoCalendly({ dataDir, port: config.demo.port });
  return {
    kind: 'demo',
    dataDir,
    apiUrl: demo.url,
    token: { token: demo.token, scope: 'user' },
    adminEmail: demo.email,
    calendly: demo,
  };
}
