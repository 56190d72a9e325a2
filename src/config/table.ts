/** The one table of all settings, in the order that `.env.example` and the settings page show. */
import { authSettings } from './auth.ts';
import { calendlySettings } from './calendly.ts';
import { alertSettings, logSettings, serverSettings } from './server.ts';
import { documentSettings } from './documents.ts';
import type { Setting } from './setting.ts';
import { databaseSettings, retentionSettings } from './storage.ts';
import { demoSettings, syncSettings } from './sync.ts';

export const settings: readonly Setting[] = [
  calendlySettings,
  databaseSettings,
  serverSettings,
  demoSettings,
  syncSettings,
  authSettings,
  documentSettings,
  retentionSettings,
  alertSettings,
  logSettings,
].flatMap((group) => Object.values<Setting>(group));
