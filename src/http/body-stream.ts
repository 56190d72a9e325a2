/** A request's body as it comes in, piece by piece at the reader's pace; one that stops coming is given up. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../base/time.ts';
import { HttpError } from './problem.ts';
import { badBody } from './refusals.ts';

export interface BodyPace {
  /** In each stretch of this length … */
  ms: number;
  /** … at least so many bytes have to come while they are waited for. */
  bytes: number;
}

export interface BodyStream {
  /** The next piece; `undefined` at the end. Throws 400 where the body is cut off, 408 where it is too slow. */
  next(): Promise<Buffer | undefined>;
  /** The rest is thrown away as it comes. */
  discard(): void;
}

/** Reads `request`, of which nothing has been read. */
export function openBody(request: IncomingMessage, clock: Clock, pace: BodyPace): BodyStream {
  const pieces: Buffer[] = [];
  let isOver = false;
  let fault: Error | undefined;
  let wake: (() => void) | undefined;
  /** In this stretch. */
  let came = 0;
  let waitedMs = 0;

  const listeners = {
    data(piece: Buffer) {
      came += piece.length;
      pieces.push(piece);
      request.pause();
      wake?.();
    },
    end() {
      isOver = true;
      wake?.();
    },
    close() {
      if (!isOver) fault ??= badBody('was cut off');
      wake?.();
    },
  };
  for (const [event, listener] of Object.entries(listeners)) request.on(event, listener);
  // @NOTE a lost connection is told by `close` too; the listener keeps it from being thrown.
  request.on('error', () => undefined);
  request.pause();

  async function next(): Promise<Buffer | undefined> {
    while (pieces.length === 0 && !isOver && fault === undefined) await wait();
    const piece = pieces.shift();
    if (piece === undefined && fault !== undefined) throw fault;
    return piece;
  }

  /** Only the time in which the reader waits counts: a slow disk is not the sender's fault. */
  async function wait(): Promise<void> {
    const began = clock.now();
    const news = new Promise<void>((resolve) => (wake = resolve));
    const cancel = clock.after(pace.ms - waitedMs, () => wake?.());
    request.resume();
    await news;
    cancel();
    waitedMs += clock.now() - began;
    if (waitedMs < pace.ms) return;
    if (came < pace.bytes && !isOver) fault ??= tooSlow();
    waitedMs = 0;
    came = 0;
  }

  return {
    next,
    discard() {
      for (const [event, listener] of Object.entries(listeners)) request.off(event, listener);
      request.resume();
    },
  };
}

function tooSlow(): HttpError {
  return new HttpError({
    status: 408,
    code: 'upload.too_slow',
    message: 'The body did not come in time.',
    headers: { connection: 'close' },
  });
}
