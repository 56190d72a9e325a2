/** The Calendly client: our base and paths, one gate, retries of GETs, pages; errors of one class. */
import type { Random } from '../base/random.ts';
import type { Clock } from '../base/time.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { addressOf } from './address.ts';
import type { Query } from './address.ts';
import { CalendlyError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { Page } from './pages.ts';
import { walkPages } from './pages.ts';
import type { Headers } from './rate-limit.ts';
import { dateMsOf, retryAfterMsOf } from './rate-limit.ts';
import { errorOfRefusal } from './refusal.ts';
import { RETRY_LIMITS, retryWaitMs } from './retry.ts';
import type { RetryLimits } from './retry.ts';
import type { Answer, Transport, TransportLimits } from './transport.ts';
import { createTransport } from './transport.ts';
import { resourceSchema } from './wire.ts';

export interface CalendlyClient {
  /** The JSON of a 2xx answer. Throws `CalendlyError`, or the signal's reason. */
  get(path: string, query?: Query, options?: CallOptions): Promise<Json>;
  /** The `resource` of a GET of one thing; `calendly.shape` where there is none. */
  getResource(path: string, options?: CallOptions): Promise<JsonObject>;
  /** Sent once, whatever happens. An empty answer is null. */
  post(path: string, body: Json, options?: CallOptions): Promise<Json>;
  delete(path: string, options?: CallOptions): Promise<void>;
  /**
   * A list, page by page (100 items each unless `query.count` says otherwise), with the same filters
   * on each. Each page is asked for only when the one before has been taken. A token that Calendly
   * refuses is `calendly.page_token_refused`: start the list again.
   */
  pages(path: string, query: Query, options?: PageOptions): AsyncIterable<Page>;
  /** HTTP requests sent so far, retries included. */
  readonly requests: number;
  /** Calendly's clock less ours by the last answer's `Date`, in milliseconds (± 1 s). */
  readonly clockSkewMs: number | undefined;
  /** Closes the connections, unless the transport was handed in. */
  close(): Promise<void>;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface PageOptions extends CallOptions {
  /** Where to go on with a list that was interrupted. */
  pageToken?: string | undefined;
}

export interface ClientLimits extends TransportLimits, RetryLimits {
  pages: number;
}

export interface ClientOptions {
  /** `CALENDLY_API_URL`: any http(s) base, a path prefix too. */
  baseUrl: string;
  /** Asked before each try, so that a renewed token is taken up. */
  token: () => string | Promise<string>;
  /** Asked for another one, once, where Calendly answers 401; left out: a refused token stays refused. */
  renew?: ((refused: string) => Promise<string>) | undefined;
  clock: Clock;
  random: Random;
  gate: Gate;
  /** Ends everything that is under way. */
  signal?: AbortSignal | undefined;
  /** `calendly-sync/VERSION (+URL)`: Cloudflare refuses requests without one. */
  userAgent: string;
  /** Shared connections; without it the client has its own. */
  transport?: Transport | undefined;
  limits?: Partial<ClientLimits> | undefined;
}

const MOST_PAGES = 2000;
const PAGE_SIZE = 100;

interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query: Query;
  body?: Json | undefined;
  signal: AbortSignal | undefined;
}

/** A client for one connection. The URIs in its answers never become addresses of requests. */
export function createCalendlyClient(options: ClientOptions): CalendlyClient {
  const { clock, gate, random } = options;
  const limits = { ...RETRY_LIMITS, pages: MOST_PAGES, ...options.limits };
  const transport = options.transport ?? createTransport({ clock, limits: options.limits });
  let requests = 0;
  let clockSkewMs: number | undefined;

  return {
    get: async (path, query = {}, { signal } = {}) =>
      (await getJson({ method: 'GET', path, query, signal: either(signal) })).body,
    async getResource(path, { signal } = {}) {
      const call: Call = { method: 'GET', path, query: {}, signal: either(signal) };
      const envelope = resourceSchema.safeParse((await getJson(call)).body);
      if (!envelope.success) throw new CalendlyError('calendly.shape');
      return envelope.data.resource;
    },
    async post(path, body, { signal } = {}) {
      const call: Call = { method: 'POST', path, query: {}, body, signal: either(signal) };
      const answer = await sendOnce(call);
      return answer.text === '' ? null : jsonOf(answer);
    },
    async delete(path, { signal } = {}) {
      await sendOnce({ method: 'DELETE', path, query: {}, signal: either(signal) });
    },
    pages(path, query, { signal, pageToken } = {}) {
      const read = (token: string | null): Promise<{ body: Json; requests: number }> =>
        getJson({
          method: 'GET',
          path,
          query: { count: PAGE_SIZE, ...query, page_token: token ?? undefined },
          signal: either(signal),
        });
      return walkPages(read, pageToken ?? null, limits.pages);
    },
    get requests() {
      return requests;
    },
    get clockSkewMs() {
      return clockSkewMs;
    },
    close: () => (options.transport === undefined ? transport.close() : Promise.resolve()),
  };

  /** A GET with its retries: the only place where a request is repeated. */
  async function getJson(call: Call): Promise<{ body: Json; requests: number }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { body: jsonOf(await sendOnce(call)), requests: attempt };
      } catch (error) {
        const waitMs = retryWaitMs(error, { attempt, random, limits });
        if (waitMs === undefined) throw error;
        await clock.sleep(waitMs, call.signal);
      }
    }
  }

  /** One request through the gate. Throws for every answer that is not 2xx. */
  async function sendOnce(call: Call): Promise<Answer> {
    const url = addressOf(options.baseUrl, call.path, call.query);
    await gate.enter(call.signal);
    const token = await options.token();
    let answer = await exchange(call, url, token);
    if (answer.status === 401 && options.renew !== undefined) {
      const renewed = await options.renew(token);
      await gate.enter(call.signal);
      answer = await exchange(call, url, renewed);
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw errorOfRefusal({
      status: answer.status,
      body: answer.text === undefined ? undefined : parse(answer.text),
      paged: call.query['page_token'] !== undefined,
      retryAfterMs: retryAfterMsOf(answer.headers, clock.now()),
      requestId: requestIdOf(answer.headers),
    });
  }

  function exchange(call: Call, url: string, token: string): Promise<Answer> {
    const headers = headersOf(call, token);
    requests += 1;
    return transport.send({
      method: call.method,
      url,
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal: call.signal,
      heard,
    });
  }

  function headersOf(call: Call, token: string): Record<string, string> {
    // A header cannot hold it, and undici's complaint would come after the gate counted it.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new CalendlyError('calendly.unauthenticated');
    return {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': options.userAgent,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
  }

  function heard(status: number, headers: Headers): void {
    gate.heard(status, headers);
    const at = dateMsOf(headers['date']);
    if (at !== undefined) clockSkewMs = at - clock.now();
  }

  function either(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (signal === undefined || options.signal === undefined) return signal ?? options.signal;
    return AbortSignal.any([signal, options.signal]);
  }
}

function jsonOf(answer: Answer): Json {
  const body = parse(answer.text ?? '');
  if (body !== undefined) return body;
  throw new CalendlyError('calendly.not_json', {
    status: answer.status,
    requestId: requestIdOf(answer.headers),
  });
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // @NOTE its message quotes the text, which may be somebody's data
    return undefined;
  }
}

function requestIdOf(headers: Headers): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}
