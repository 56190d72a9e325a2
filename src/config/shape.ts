/** The shape of the settings once read: groups that are passed down in slices, optional features null. */
import type { Secret } from '../base/secret.ts';

export interface HttpConfig {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** What Calendly can reach, without a trailing slash; null: the app polls. */
  publicUrl: string | null;
  /** Number of proxies in front whose `X-Forwarded-*` is believed. */
  trustProxy: number;
  metricsToken: Secret | null;
}

export interface DatabaseConfig {
  /** Null: the embedded database under `dataDir`. */
  url: Secret | null;
  schema: string;
}

export interface OAuthConfig {
  clientId: string;
  clientSecret: Secret;
  /** Key of the OAuth app's deliveries; null: OAuth connections poll. */
  signingKey: Secret | null;
}

export interface CalendlyConfig {
  /** Null: no connection comes from the environment. */
  token: Secret | null;
  scope: 'user' | 'organization';
  webhookSigningKey: Secret | null;
  oauth: OAuthConfig | null;
  /** Base of the API without a trailing slash. */
  apiUrl: string;
  authUrl: string;
}

export interface DemoConfig {
  /** What `DEMO` says; `auto` where it is not set. */
  mode: 'on' | 'off' | 'auto';
  /** Whether the settings allow the demo; whether real data exists is for the app to find out. */
  eligible: boolean;
  /** Port of the simulator. */
  port: number;
  /** Where the demo listens: `http.host` where that is loopback, else `127.0.0.1`. */
  host: string;
}

export interface SyncConfig {
  /** Cron, five fields, UTC. */
  schedule: string;
  pastDays: number;
  futureDays: number;
  /** Share of Calendly's limit in (0, 1]. */
  rateShare: number;
}

/** How tokens of a host application are checked. */
export type HostTokens = {
  issuer: string | null;
  audience: string | null;
  workspaceClaim: string | null;
} & ({ kind: 'jwks'; url: string } | { kind: 'hs256'; secret: Secret });

export interface AuthConfig {
  /** Null: the app makes one and keeps it under `dataDir` (never in production). */
  jwtSecret: Secret | null;
  /** A keyring as text for `parseKeyring` of base/box; null: made and kept like `jwtSecret`. */
  encryptionKeys: Secret | null;
  hostTokens: HostTokens | null;
  openSignup: boolean;
  membersSee: 'all' | 'own';
}

export type DocumentStore =
  /** `dir` null: `documents` under `dataDir`. */
  | { kind: 'disk'; dir: string | null }
  | {
      kind: 's3';
      bucket: string;
      /** Without slashes at its ends; may be empty. */
      prefix: string;
      region: string;
      /** Base address without a trailing slash; the bucket follows in the path. */
      endpoint: string;
      keyId: string;
      secretKey: Secret;
      sessionToken: Secret | null;
    };

export interface DocumentsConfig {
  store: DocumentStore;
  maxBytes: number;
  /** Of one workspace; null: no limit. */
  quotaBytes: number | null;
}

export interface RetentionConfig {
  deliveryDays: number;
  runDays: number;
}

export interface AlertsConfig {
  smtpUrl: Secret | null;
  url: Secret | null;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogConfig {
  level: LogLevel;
  format: 'pretty' | 'json';
}

export interface Config {
  production: boolean;
  /** As given, relative to the working directory. */
  dataDir: string;
  http: HttpConfig;
  database: DatabaseConfig;
  calendly: CalendlyConfig;
  demo: DemoConfig;
  sync: SyncConfig;
  auth: AuthConfig;
  documents: DocumentsConfig;
  retention: RetentionConfig;
  alerts: AlertsConfig;
  log: LogConfig;
  /** Sentences to log once at the start: odd but allowed settings, names that look mistyped. */
  warnings: readonly string[];
}
