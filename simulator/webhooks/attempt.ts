/** One attempt at one delivery: as a behaviour demands, logged, judged by the answer. */
import type { Agent } from 'node:http';
import type { World } from '../state.ts';
import type { Behaviours } from './behaviour.ts';
import { headersOf, isLive } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { post } from './post.ts';
import type { Outcome } from './post.ts';
import type { Turnstile } from './turnstile.ts';

export interface LoggedDelivery {
  /** URIs of the subscription and of what it was about. */
  subscription: string;
  event: string;
  uri: string;
  /** 0: no whole answer came. */
  status: number;
  /** By the simulator's clock, in milliseconds since 1970. */
  at: number;
  /** From 1; both copies of a doubled one are the same attempt. */
  attempt: number;
  note: Outcome['note'] | 'dropped';
}

export interface Attempting {
  world: World;
  behaviours: Behaviours;
  turnstile: Turnstile;
  agent: Agent;
  /** Aborted when the simulator closes. */
  closing: AbortSignal;
  timeouts: { connectMs: number; readMs: number };
  /** Sets a timer by the simulator's clock; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  log(entry: LoggedDelivery): void;
}

/** `lost`: dropped on demand, or the subscription has ended. Only 2xx is accepted. Never rejects. */
export type Verdict = 'accepted' | 'refused' | 'lost';

/** `mayStand`: whether a behaviour may hold it until another has overtaken it. */
export async function attempt(
  tools: Attempting,
  delivery: Delivery,
  mayStand: boolean,
): Promise<Verdict> {
  const { world, turnstile, closing } = tools;
  const { subscription, event, uri } = delivery;
  const lane = subscription.wire.uri;
  if (!isLive(subscription)) return 'lost';
  const how = tools.behaviours.strike(event, lane);
  delivery.attempts += 1;
  const number = delivery.attempts;
  const log = ({ status, note }: Pick<LoggedDelivery, 'status' | 'note'>): void =>
    tools.log({
      subscription: lane,
      event,
      uri,
      status,
      at: world.clock.now(),
      attempt: number,
      note,
    });
  if (how.drop === true) {
    log({ status: 0, note: 'dropped' });
    return 'lost';
  }
  if (how.delayMs !== undefined) await pause(tools, how.delayMs);
  if (how.reorder === true && mayStand) await turnstile.letOvertake(lane);
  if (closing.aborted || !isLive(subscription)) return 'lost';
  delivery.triedMs ??= world.clock.now();
  const send = async (): Promise<Outcome> => {
    const outcome = await post({
      url: subscription.wire.callback_url,
      headers,
      body: delivery.body,
      cut: how.cut === undefined ? undefined : Math.min(how.cut, delivery.body.length - 1),
      ...tools.timeouts,
      after: tools.after,
      signal: closing,
      agent: tools.agent,
    });
    if (!closing.aborted) log(outcome);
    return outcome;
  };
  const headers = headersOf(world, delivery, how);
  const outcomes = await Promise.all(how.double === true ? [send(), send()] : [send()]);
  turnstile.pass(lane);
  if (closing.aborted) return 'lost';
  return outcomes.some(({ status }) => status >= 200 && status < 300) ? 'accepted' : 'refused';
}

function pause({ after, closing }: Attempting, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      closing.removeEventListener('abort', end);
      resolve();
    };
    const cancel = after(ms, end);
    closing.addEventListener('abort', end, { once: true });
  });
}
