/** Everything that the HTTP server is handed by `app.ts`; it reaches for nothing else. */
import type { Registry } from 'prom-client';
import type { Caller } from '../accounts/caller.ts';
import type { DocumentsDeps } from '../documents/deps.ts';
import type { BodyPace } from './body-stream.ts';
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Id } from '../domain/id.ts';
import type { Timestamp } from '../domain/timestamp.ts';
import type { Tenants } from '../store/tenants.ts';
import type { MeetingChanges } from './meeting-changes.ts';
import type { PeopleActions } from './people-actions.ts';
import type { ConnectionActions, OAuthActions, WorkspaceActions } from './connection-actions.ts';

export interface HttpLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface HttpSettings {
  /** The product's version, for the OpenAPI page. */
  version: string;
  /** What Calendly can reach, without a slash at the end; null where it is not set. */
  publicUrl: string | null;
  /** How many reverse proxies stand in front (`TRUST_PROXY`); 0: X-Forwarded-For is ignored. */
  trustProxy: number;
  /** Bearer token of /metrics; null: /metrics needs none. */
  metricsToken: string | null;
  /** In the demo only loopback names are taken as `Host`, and every page says what it is. */
  demo: boolean;
  /** Whether anybody may register, each into a new workspace (`OPEN_SIGNUP`); no when left out. */
  openSignup?: boolean;
  /** Whether “Connect with Calendly” is set up; no when left out. */
  oauthApp?: boolean;
  /** What members see: all of the workspace (when left out), or what they host (`MEMBERS_SEE`). */
  membersSee?: 'all' | 'own';
  /** How fast files have to come in; 20 KiB in 20 s when left out. */
  uploadPace?: BodyPace;
  /** Requests of one address per minute before 429; 30,000 when left out. */
  requestsPerMinute?: number;
}

export interface HttpSecrets {
  /** Key bytes of `JWT_SECRET`. */
  jwt: Uint8Array;
  /** Key that signs list cursors; any 32 bytes that all processes share and that outlive a restart. */
  cursor: Uint8Array;
}

export interface SchedulerStatus {
  /** Whether any process's scheduler was alive within the last 60 s. */
  isRunning: boolean;
  /** The schedule in words, capitalised: `Every 15 minutes`. */
  schedule: string;
  cron: string;
  /** Length of one slot, from the next slot to the one after it. */
  slotMs: number;
  nextRunAt: Timestamp | null;
  lastRunAt: Timestamp | null;
  /** Whether there is at least one connection that is not disconnected. */
  calendlyConfigured: boolean;
}

export interface SyncActions {
  /**
   * Queues or joins one run for each of the user's connections that is not paused or disconnected.
   * No such connection: `AppError` of kind conflict, with what to do about it.
   */
  requestSync(request: {
    workspaceId: Id;
    userId: Id;
    trigger: 'api';
  }): Promise<{ runIds: readonly Id[] }>;
  /** True once all those runs have ended; false after `waitMs` or when `signal` is aborted. */
  waitForRuns(runIds: readonly Id[], waitMs: number, signal: AbortSignal): Promise<boolean>;
  /** Queues or joins a run for every connection of the workspace that is not paused or disconnected. */
  triggerAll(workspaceId: Id): Promise<{ runIds: readonly Id[] }>;
  /**
   * Starts proofs of the user's connections, of the whole workspace's where `userId` is null, or joins those
   * under way. True once all have ended; false after `wait.ms` or when `wait.signal` is aborted: they go on.
   * No connection that could be read: `AppError` of kind conflict. Where none could begin: what kept the
   * first from it.
   */
  proveDrift(
    request: { workspaceId: Id; userId: Id | null; repair: boolean },
    wait: { ms: number; signal: AbortSignal },
  ): Promise<boolean>;
  schedulerStatus(): Promise<SchedulerStatus>;
  /**
   * Asks Calendly who the user is, with the token of the user's first connection. Failures, a missing
   * connection included, are an `AppError` (upstream, conflict) whose message and action may be shown.
   */
  testConnection(request: {
    workspaceId: Id;
    userId: Id;
  }): Promise<{ name: string | null; email: string; uri: string }>;
}

/** One webhook as it came in. */
export interface IncomingDelivery {
  /** What follows `/api/calendly/webhook/` in the path, decoded, any text; null for the path without it. */
  path: string | null;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes that the signature is over. */
  body: Uint8Array;
}

export interface WebhookSubscriptionStatus {
  id: Id;
  connection_id: Id;
  scope: 'user' | 'organization';
  events: string[];
  /** Our word: `creating`, `live`, `retiring`. */
  state: string;
  /** Calendly's word at the last look: `active`, `disabled`; null before the first. */
  calendly_state: string | null;
  /** Since when Calendly has been retrying; it disables the subscription 24 h later. */
  retry_started_at: string | null;
  last_delivery_at: string | null;
  note: string | null;
}

export interface WebhookStatus {
  /** Whether deliveries can come in now: a subscription is live, or the environment has a key. */
  configured: boolean;
  /** Where Calendly delivers to; null where it cannot reach this server. */
  url: string | null;
  /** Of the caller's workspace; empty without a caller. */
  subscriptions: WebhookSubscriptionStatus[];
  /** The last genuine delivery to the caller's workspace; null without a caller. */
  last_delivery_at: string | null;
}

/** News that is in no table: on the live stream it has no number and is not repeated to who was away. */
export interface StreamNews {
  event: 'run.progress' | 'status' | 'delivery.changed';
  /** Of what it speaks of: the run, the connection. */
  id: Id;
  data: Readonly<Record<string, unknown>>;
}

export interface StreamExtras {
  /** Calls `push` for each piece of news of the workspace; the answer ends it. */
  subscribe(workspaceId: Id, push: (news: StreamNews) => void): () => void;
}

export interface HttpDeps {
  tenants: Tenants;
  clock: Clock;
  random: Random;
  log: HttpLog;
  metrics: Registry;
  secrets: HttpSecrets;
  settings: HttpSettings;
  actions: SyncActions;
  /** Without it linking and unlinking answer 503. */
  connections?: ConnectionActions;
  /** Without it deleting a workspace answers 503. */
  workspace?: WorkspaceActions;
  /** One person's data; without it its routes answer 503. */
  people?: PeopleActions;
  /** Changes at Calendly; without it their routes answer 503. */
  changes?: MeetingChanges;
  /** “Connect with Calendly”; without it its routes answer 503. */
  oauth?: OAuthActions;
  /** `starting` while migrations run: /ready and /api answer 503 then. */
  phase(): 'starting' | 'ready' | 'stopping';
  /** Who a host application's token says is asking; undefined for a token that is not wholly in order. */
  hostCaller?: ((token: string) => Promise<Caller | undefined>) | undefined;
  /** Demo only: the user whose data the status page at `/` shows to a browser on this machine. */
  autoUser?: () => Promise<Caller | null>;
  /**
   * Takes a delivery in: `stored` once it is committed, `refused` for an unknown path, a missing key or a
   * bad signature. Throws where it could not be stored. Without it every delivery is answered with 503.
   */
  receive?: (delivery: IncomingDelivery) => Promise<'stored' | 'refused'>;
  /** Puts a delivery that has ended back to be worked again; false where there is none such. */
  replay?: (request: { workspaceId: Id; deliveryId: Id }) => Promise<boolean>;
  /** What is true of webhooks here, and for a caller the state of his workspace's subscriptions. */
  webhookStatus?: (caller: Caller | null) => Promise<WebhookStatus>;
  /** Where documents are kept; without it their bytes are neither taken nor given out: 503. */
  documents?: DocumentsDeps;
  /** Progress of runs and changes of status for the live stream. */
  streamExtras?: StreamExtras;
}
