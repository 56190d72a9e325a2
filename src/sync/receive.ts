/** Receiving a delivery: its signature over the raw bytes, one row, and only then the answer. */
import { createHash } from 'node:crypto';
import type { Clock } from '../base/time.ts';
import { isSigned, parseSignature } from '../calendly/signature.ts';
import { isId } from '../domain/id.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import type { Intake } from './intake.ts';

export interface ReceiveDeps {
  store: Intake;
  /** Called after each delivery that is stored: wakes those who work them. */
  announce(): void;
  clock: Clock;
  newId: () => string;
  /** The database's clock, in milliseconds, without asking it for each delivery. */
  databaseNow: () => number;
  /** Whose deliveries come through a path, with the keys that count; `undefined` where nobody's do. */
  findReceiver(subscriptionId: string | null): Promise<Receiver | undefined>;
}

export interface Receiver {
  workspaceId: string;
  connectionId: string;
  subscriptionId: string | null;
  keys: readonly string[];
}

export interface RawDelivery {
  /** The last segment of the path; null for the path without one. */
  path: string | null;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array;
}

const STALE_S = 180;
const AHEAD_S = 300;
/** Headers that help to understand a delivery; the signature is not among them. */
const KEPT = ['content-type', 'user-agent', 'x-request-id', 'x-datadog-trace-id'];
const LONGEST_HEADER = 200;

/**
 * `stored` once the raw bytes are committed; `refused` for an unknown path, a missing key and a bad or
 * missing signature alike. A genuine signature is never refused for its age, only marked. Throws where
 * the bytes could not be stored.
 */
export async function receive(
  deps: ReceiveDeps,
  delivery: RawDelivery,
): Promise<'stored' | 'refused'> {
  const signature = parseSignature(delivery.headers['calendly-webhook-signature']);
  if (signature === undefined) return 'refused';
  if (delivery.path !== null && !isId(delivery.path)) return 'refused';
  const receiver = await deps.findReceiver(delivery.path);
  // compared in any case, so that an unknown path takes as long as a bad signature
  const genuine = isSigned(signature, delivery.body, receiver?.keys ?? ['unknown path']);
  if (receiver === undefined || !genuine) return 'refused';
  const receivedMs = deps.databaseNow();
  const age = receivedMs / 1000 - Number(signature.t);
  await deps.store({
    workspaceId: receiver.workspaceId,
    id: deps.newId(),
    subscriptionId: receiver.subscriptionId,
    connectionId: receiver.connectionId,
    body: delivery.body,
    sha256: createHash('sha256').update(delivery.body).digest(),
    headers: keptHeaders(delivery.headers),
    receivedAt: timestampFromMs(receivedMs),
    signedAt: signedAt(signature.t),
    flags: age > STALE_S ? ['stale'] : age < -AHEAD_S ? ['ahead'] : [],
  });
  deps.announce();
  return 'stored';
}

function keptHeaders(headers: RawDelivery['headers']): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value.slice(0, LONGEST_HEADER)]] : [];
    }),
  );
}

/** Null where the number of seconds is no time that a row can hold. */
function signedAt(t: string): string | null {
  const seconds = Number(t);
  return seconds < 4_102_444_800 ? timestampFromMs(seconds * 1000) : null;
}
