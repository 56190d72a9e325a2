/** The settings of the server itself: where it listens, what it logs, whom it alerts. */
import { host, isLoopback, oneOf, port, wholeNumber } from './parsers.ts';
import type { Reader } from './reader.ts';
import { secretText } from './secrets.ts';
import { bad, defaulted, good, optional, secret } from './setting.ts';
import type { AlertsConfig, Config, HttpConfig, LogConfig } from './shape.ts';
import { secretHook, secureBase, smtpUrl } from './urls.ts';

const group = 'Server';

export const serverSettings = {
  environment: optional({
    name: 'NODE_ENV',
    group,
    doc: 'production demands keys, listens on all addresses, logs JSON and never runs the demo.',
    example: 'production',
    parse: (text) =>
      /^prod/i.test(text) && text !== 'production'
        ? bad('looks like production but is not spelled so')
        : good(text),
  }),
  host: optional({
    name: 'HOST',
    group,
    doc: 'Address to listen on: 127.0.0.1, in production 0.0.0.0.',
    example: '127.0.0.1',
    parse: host,
  }),
  port: defaulted({
    name: 'PORT',
    group,
    doc: 'Port to listen on; 0 takes any free one.',
    fallback: '8787',
    parse: port,
  }),
  publicUrl: optional({
    name: 'PUBLIC_URL',
    group,
    doc: 'The address at which Calendly can reach this server; without it the app polls. https, http on loopback only.',
    example: 'https://calendly-sync.example.com',
    parse: secureBase,
  }),
  trustProxy: defaulted({
    name: 'TRUST_PROXY',
    group,
    doc: 'Number of proxies in front whose X-Forwarded headers are believed.',
    fallback: '0',
    parse: wholeNumber(0, 16),
  }),
};

export const logSettings = {
  level: defaulted({
    name: 'LOG_LEVEL',
    group: 'Log',
    doc: 'trace, debug, info, warn, error, fatal or silent.',
    fallback: 'info',
    parse: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  }),
  format: optional({
    name: 'LOG_FORMAT',
    group: 'Log',
    doc: 'pretty, or json (one object a line; the default in production).',
    example: 'pretty',
    parse: oneOf(['pretty', 'json']),
  }),
};

const alerts = 'Alerts and metrics';

export const alertSettings = {
  smtpUrl: secret({
    name: 'SMTP_URL',
    group: alerts,
    doc: 'Mail server for invitations and alerts.',
    example: 'smtps://user:password@mail.example.com:465',
    parse: smtpUrl,
  }),
  url: secret({
    name: 'ALERT_URL',
    group: alerts,
    doc: 'Address that alerts are posted to as JSON.',
    example: 'https://hooks.example.com/…',
    parse: secretHook,
  }),
  metricsToken: secret({
    name: 'METRICS_TOKEN',
    group: alerts,
    doc: 'Bearer token that /metrics asks for; without it /metrics is open.',
    example: 'openssl rand -hex 16',
    parse: secretText,
  }),
};

/** Whether these settings are a production's; only the exact word counts. */
export function readProduction(reader: Reader): boolean {
  return reader.maybe(serverSettings.environment) === 'production';
}

/** The HTTP group. */
export function readHttp(reader: Reader, production: boolean): HttpConfig {
  const row = serverSettings;
  return {
    host: reader.maybe(row.host) ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: reader.value(row.port),
    publicUrl: reader.maybe(row.publicUrl),
    trustProxy: reader.value(row.trustProxy),
    metricsToken: reader.maybe(alertSettings.metricsToken),
  };
}

/** The alerts group. */
export function readAlerts(reader: Reader): AlertsConfig {
  return { smtpUrl: reader.maybe(alertSettings.smtpUrl), url: reader.maybe(alertSettings.url) };
}

/** The log group. */
export function readLog(reader: Reader, production: boolean): LogConfig {
  return {
    level: reader.value(logSettings.level),
    format: reader.maybe(logSettings.format) ?? (production ? 'json' : 'pretty'),
  };
}

/** Warns of a server that everybody can reach and whose metrics are open. */
export function warnOfOpenMetrics(
  config: Pick<Config, 'production' | 'http'>,
  reader: Reader,
): void {
  const { host: address, metricsToken } = config.http;
  if (config.production && metricsToken === null && !isLoopback(address)) {
    reader.warn('METRICS_TOKEN is not set: /metrics is open to whoever reaches this server');
  }
}
