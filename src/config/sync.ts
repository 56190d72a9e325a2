/** The settings of the sync and of the demo. */
import { scheduleFault } from '../base/schedule.ts';
import { calendlySettings } from './calendly.ts';
import { isLoopback, oneOf, port, share, wholeNumber } from './parsers.ts';
import type { Reader } from './reader.ts';
import { bad, defaulted, good, optional } from './setting.ts';
import type { DemoConfig, HttpConfig, SyncConfig } from './shape.ts';
import { databaseSettings } from './storage.ts';

const group = 'Sync';
/** Twenty years: more than Calendly's own age, and every day is one more day to list. */
const MOST_DAYS = 7_300;

export const syncSettings = {
  schedule: defaulted({
    name: 'SYNC_SCHEDULE',
    group,
    doc: 'When to sync: cron, five fields, UTC.',
    fallback: '*/15 * * * *',
    parse: (text) => {
      const fault = scheduleFault(text);
      return fault === undefined ? good(text.trim()) : bad(fault);
    },
  }),
  pastDays: defaulted({
    name: 'SYNC_PAST_DAYS',
    group,
    doc: 'Days before today that are mirrored; narrowing deletes nothing.',
    fallback: '730',
    parse: wholeNumber(0, MOST_DAYS),
  }),
  futureDays: defaulted({
    name: 'SYNC_FUTURE_DAYS',
    group,
    doc: 'Days after today that are mirrored.',
    fallback: '365',
    parse: wholeNumber(1, MOST_DAYS),
  }),
  rateShare: defaulted({
    name: 'SYNC_RATE_SHARE',
    group,
    doc: 'Share of Calendly’s request limit that this app may use, above 0 and up to 1.',
    fallback: '0.5',
    parse: share,
  }),
};

export const demoSettings = {
  mode: optional({
    name: 'DEMO',
    group: 'Demo',
    doc: 'on or off; where missing, the demo runs only while nothing real is set up.',
    example: 'off',
    parse: oneOf(['on', 'off']),
  }),
  port: optional({
    name: 'DEMO_PORT',
    group: 'Demo',
    doc: 'Port of the demo’s Calendly simulator: 8788, or 8789 where PORT is 8788; 0 takes any free one.',
    example: '8788',
    parse: port,
  }),
};

/** What a demo must not meet: contract §1, *Demo*. */
const REAL = [
  calendlySettings.token,
  calendlySettings.clientId,
  calendlySettings.apiUrl,
  databaseSettings.url,
];

/** The sync group. */
export function readSync(reader: Reader): SyncConfig {
  return {
    schedule: reader.value(syncSettings.schedule),
    pastDays: reader.value(syncSettings.pastDays),
    futureDays: reader.value(syncSettings.futureDays),
    rateShare: reader.value(syncSettings.rateShare),
  };
}

/** The demo group; whether real data exists is not known here. */
export function readDemo(reader: Reader, http: HttpConfig, production: boolean): DemoConfig {
  const mode = reader.maybe(demoSettings.mode) ?? 'auto';
  if (mode === 'on' && reader.text(databaseSettings.url) !== undefined) {
    reader.fault('DEMO', 'must not be on beside DATABASE_URL: the demo has its own database');
  }
  const isUntouched = !production && REAL.every((row) => reader.text(row) === undefined);
  const eligible = mode === 'on' || (mode === 'auto' && isUntouched);
  const given = reader.maybe(demoSettings.port);
  if (eligible && given !== null && given !== 0 && given === http.port) {
    reader.fault('DEMO_PORT', 'must differ from PORT');
  }
  return {
    mode,
    eligible,
    port: given ?? (http.port === 8788 ? 8789 : 8788),
    host: isLoopback(http.host) ? http.host : '127.0.0.1',
  };
}
