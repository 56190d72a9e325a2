/** Senders of deliveries that write down what was acknowledged, and try again as Calendly does. */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { bookingBody, signedHeaders } from '../harness/booking-deliveries.ts';
import type { Receiving } from '../harness/receiving.ts';

export interface Sent {
  number: number;
  sha256: string;
  event: string;
  /** Whether any attempt was answered with 200. */
  isAcknowledged: boolean;
  attempts: number;
}

export interface Senders {
  sent: Sent[];
  /** Resolves once `count` more were acknowledged. */
  acknowledged(count: number): Promise<void>;
  /** Sends one more and waits for its acknowledgement. */
  sendOne(): Promise<void>;
  /** Resolves once what is under way has been answered. */
  stop(): Promise<void>;
}

export interface SendersOptions {
  receiving: Receiving;
  /** Where to send the next attempt. */
  url(): Promise<string>;
  /** How many send at once. */
  count: number;
  random: () => number;
  /** Each waits so long between two deliveries, on average. */
  restMs: number;
}

/** Calendly's own patience (https://developer.calendly.com/api-docs/webhook-timeouts). */
const PATIENCE_MS = 15_000;
const RETRY_MS = 40;

export function startSenders(options: SendersOptions): Senders {
  const { receiving, url, count, random, restMs } = options;
  const sent: Sent[] = [];
  const waiting = new Set<() => void>();
  let acknowledgements = 0;
  let isOver = false;

  async function attempt(one: Sent, body: Buffer): Promise<boolean> {
    one.attempts += 1;
    try {
      const t = Math.floor(Date.now() / 1000);
      const answer = await fetch(`${await url()}${receiving.path}`, {
        method: 'POST',
        headers: signedHeaders(body, receiving.key, t),
        body: new Uint8Array(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await answer.arrayBuffer();
      if (answer.status === 200) acknowledge(one);
      return answer.status === 200;
    } catch {
      // @NOTE killed in the middle, or gone already: nobody knows whether it was stored
      return false;
    }
  }

  function acknowledge(one: Sent): void {
    one.isAcknowledged = true;
    acknowledgements += 1;
    for (const look of waiting) look();
  }

  async function send(): Promise<void> {
    const number = sent.length + 1;
    const event = eventOf(number);
    // two people of each meeting, most often worked by two processes at once
    const meeting = Math.floor(number / 2);
    const body = bookingBody({ user: receiving.user, number, event, meeting });
    const sha256 = createHash('sha256').update(body).digest('hex');
    const one: Sent = { number, sha256, event, isAcknowledged: false, attempts: 0 };
    sent.push(one);
    // now and then a sender gives up, and what it sent may or may not be there
    const mostAttempts = random() < 0.05 ? 1 : Number.POSITIVE_INFINITY;
    while (!(await attempt(one, body)) && one.attempts < mostAttempts) {
      if (isOver && one.attempts >= 50) break;
      await pause(RETRY_MS * (0.5 + random()));
    }
    if (random() < 0.05) await attempt(one, body);
  }

  async function sendOnAndOn(): Promise<void> {
    while (!isOver) {
      await send();
      await pause(restMs * 2 * random());
    }
  }

  const loops = Array.from({ length: count }, sendOnAndOn);
  return {
    sent,
    acknowledged(more) {
      const until = acknowledgements + more;
      return new Promise((resolve) => {
        const look = (): void => {
          if (acknowledgements < until) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    sendOne: send,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

function eventOf(number: number): string {
  return number % 20 === 0 ? 'meeting_recap.created' : 'invitee.created';
}
