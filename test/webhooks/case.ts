/** What a bad delivery is as data: the request, the answer, how the delivery ended, what it left behind. */
import type { DeliveryView } from '../../src/store/delivery-list.ts';
import type { RawRequest } from '../harness/raw-http.ts';
import { signed, type WebhookWorld } from '../harness/webhook-world.ts';

export interface WebhookCase {
  /** Number of the row in the list of bad inputs. */
  row: number;
  about: string;
  send: (world: WebhookWorld) => Sent | Promise<Sent>;
  status: number;
  /** How the delivery ended; left out: none may have been stored. */
  ends?: Ends;
  /** Looked at when the reads that it owes are made; left out: no row may have changed and none is owed. */
  leaves?: (world: WebhookWorld, sent: Sent) => Promise<void>;
}

export interface Sent extends Partial<RawRequest> {
  body: string | Uint8Array;
  /** What the case itself needs to know later. */
  uri?: string;
}

export interface Ends {
  state: DeliveryView['state'];
  /** Its beginning; left out: there is none. */
  reason?: string;
  flags?: readonly string[];
}

export const PATH = '/api/calendly/webhook';
export const JSON_TYPE = ['content-type', 'application/json'] as const;

/** A body that is stored, worked and ignored: for cases about headers and paths. */
export function harmless(): string {
  count += 1;
  return `{"event":"nothing.happened","payload":{"number":${count}}}`;
}
let count = 0;

export const IGNORED: Ends = { state: 'ignored', reason: 'unknown_event' };

/** The number of seconds and the MAC of a good header. */
export function goodParts(body: string | Uint8Array, key: string, t?: number): [string, string] {
  const [, value] = signed(body, key, t);
  const [, seconds = '', mac = ''] = /^t=(\d+),v1=(\w+)$/.exec(value) ?? [];
  return [seconds, mac];
}

/** A request whose signature header is exactly this. */
export function withHeader(body: string | Uint8Array, value: string): Sent {
  return { body, headers: [JSON_TYPE, ['calendly-webhook-signature', value]] };
}
