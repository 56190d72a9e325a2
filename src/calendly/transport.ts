/** One HTTP exchange with hard bounds: connect, whole time, header and decoded body size; no redirects. */
import { Agent, buildConnector, request } from 'undici';

import type { Clock } from '../base/time.ts';
import { readBody } from './body.ts';
import { CalendlyError } from './errors.ts';
import type { Headers } from './rate-limit.ts';
import { errorOfFailure } from './failure.ts';

export interface Sent {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Called as soon as the headers are there, before the body. */
  heard?: ((status: number, headers: Headers) => void) | undefined;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The decoded bytes as text; `undefined` where the body of a refusal could not be read. */
  text: string | undefined;
}

export interface Transport {
  /**
   * Sends once. Throws `CalendlyError` where no whole answer came, the signal's reason where it was
   * aborted. Answers of any status are answers; a 2xx has its text.
   */
  send(sent: Sent): Promise<Answer>;
  close(): Promise<void>;
}

export interface TransportOptions {
  clock: Clock;
  limits?: Partial<TransportLimits> | undefined;
  /** Certificates (PEM) trusted instead of the built-in ones. */
  ca?: string | undefined;
}

export interface TransportLimits {
  connectMs: number;
  /** From sending to the last byte of the body. */
  requestMs: number;
  headerBytes: number;
  /** After decoding, of a 2xx answer. */
  bodyBytes: number;
}

export const TRANSPORT_LIMITS: TransportLimits = {
  connectMs: 10_000,
  requestMs: 30_000,
  headerBytes: 16 * 1024,
  bodyBytes: 16 * 1024 * 1024,
};

/** A refusal's JSON is a few hundred bytes; more of it is not read. */
const REFUSAL_BYTES = 64 * 1024;

/** Connections are kept alive and shared by all clients that are given this transport. */
export function createTransport(options: TransportOptions): Transport {
  const { clock } = options;
  const limits = { ...TRANSPORT_LIMITS, ...options.limits };
  const agent = new Agent({
    connect: connectorOf(options, limits.connectMs),
    maxHeaderSize: limits.headerBytes,
    // The whole exchange has one bound on the injected clock; undici's own run on real time.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    async send(sent) {
      sent.signal?.throwIfAborted();
      // One signal joined by hand: AbortSignal.any for each request costs as much as the request.
      const end = new AbortController();
      let isOverdue = false;
      const stop = clock.after(limits.requestMs, () => {
        isOverdue = true;
        end.abort();
      });
      const onAbort = (): void => end.abort();
      sent.signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return await exchange(sent, end.signal);
      } catch (error) {
        sent.signal?.throwIfAborted();
        if (isOverdue) throw new CalendlyError('calendly.timeout');
        throw errorOfFailure(error);
      } finally {
        stop();
        sent.signal?.removeEventListener('abort', onAbort);
      }
    },
    close: () => agent.destroy(),
  };

  async function exchange(sent: Sent, signal: AbortSignal): Promise<Answer> {
    const response = await request(sent.url, {
      dispatcher: agent,
      method: sent.method,
      headers: sent.headers,
      body: sent.body ?? null,
      signal,
    });
    const { statusCode: status, headers } = response;
    sent.heard?.(status, headers);
    if (status >= 200 && status < 300) {
      return { status, headers, text: await readBody(response.body, headers, limits.bodyBytes) };
    }
    const text = await readBody(response.body, headers, REFUSAL_BYTES).catch(() => {
      // @NOTE the status alone decides when the words are missing, cut or late
      sent.signal?.throwIfAborted();
      return undefined;
    });
    return { status, headers, text };
  }
}

function connectorOf(options: TransportOptions, connectMs: number): buildConnector.connector {
  const connect = buildConnector({
    timeout: 0,
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot switch it off.
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  return (target, done) => {
    let over = false;
    const finish: buildConnector.Callback = (...outcome) => {
      if (over) {
        outcome[1]?.destroy();
        return;
      }
      over = true;
      stop();
      done(...outcome);
    };
    const stop = options.clock.after(connectMs, () =>
      finish(new CalendlyError('calendly.timeout'), null),
    );
    connect(target, finish);
  };
}
