/** Demo or real: decided once at the start, and what follows from it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/shape.ts';
import type { EnvironmentToken } from '../accounts/environment.ts';
import { type DemoCalendly, startDemoCalendly } from './demo.ts';

/** Demo or real, and where the database, the secrets and the documents of it lie. */
export interface Place {
  kind: 'demo' | 'real';
  dataDir: string;
}

export interface Mode extends Place {
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

/** The place that the settings mean; nothing is made or started there. */
export function placeOf(config: Config): Place {
  return isDemo(config)
    ? { kind: 'demo', dataDir: join(config.dataDir, 'demo') }
    : { kind: 'real', dataDir: config.dataDir };
}

/**
 * The mode of a place that this process has for itself. The demo's Calendly is started with it, on
 * `demoPort`. Throws `demo.port_taken`.
 */
export async function enterMode(config: Config, place: Place, demoPort: number): Promise<Mode> {
  if (place.kind === 'real') {
    const { apiUrl, scope, token } = config.calendly;
    return {
      ...place,
      apiUrl,
      token: token === null ? null : { token: token.reveal(), scope },
      adminEmail: undefined,
      calendly: null,
    };
  }
  const demo = await startDemoCalendly({ dataDir: place.dataDir, port: demoPort });
  return {
    ...place,
    apiUrl: demo.url,
    token: { token: demo.token, scope: 'user' },
    adminEmail: demo.email,
    calendly: demo,
  };
}
