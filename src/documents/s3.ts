/** Documents in a bucket of S3 or of anything that speaks like it. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { Clock } from '../base/time.ts';
import { systemCode, toDiskError } from './disk-error.ts';
import { corruptError, spaceError, storeError } from './refusal.ts';
import { encodeSegment, NO_BODY, type S3Credentials, signRequest } from './s3-signature.ts';
import type { Storage } from './storage.ts';

export interface S3Options {
  bucket: string;
  /** Before every key; without slashes at its ends, may be empty. */
  prefix: string;
  region: string;
  /** Base address without a slash at the end; the bucket follows in the path. */
  endpoint: string;
  credentials: S3Credentials;
  clock: Clock;
}

export interface S3Storage extends Storage {
  close(): Promise<void>;
}

const TRIES = 3;
const PAUSE_MS = 300;
/** A store that says nothing for longer has gone away. */
const SILENCE_MS = 30_000;

interface Call {
  method: 'GET' | 'PUT' | 'DELETE';
  key: string;
  headers?: Readonly<Record<string, string>>;
  /** What is sent, anew for each try. */
  body?: { sha256: string; open: () => Readable };
}

interface Answer {
  status: number;
  body: Readable & { text(): Promise<string>; dump(): Promise<void> };
}

/** The store of a bucket; nothing is asked of it yet. */
export function openS3(options: S3Options): S3Storage {
  const { bucket, prefix, endpoint, clock } = options;
  const agent = new Agent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, connections: 16 });

  /** Faults that pass are tried again: a store that is busy, a connection that broke. */
  async function call(wanted: Call): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await send(wanted);
        if (answer.status < 500 || answer.status === 507 || tries === TRIES) return answer;
        await answer.body.dump();
      } catch (error) {
        if (tries === TRIES) throw storeError(`it does not answer (${codeOf(error)})`, error);
      }
      await clock.sleep(PAUSE_MS * tries);
    }
  }

  async function send({ method, key, headers = {}, body }: Call): Promise<Answer> {
    const path = [bucket, ...prefix.split('/'), ...key.split('/')].filter((part) => part !== '');
    const url = new URL(`${endpoint}/${path.map(encodeSegment).join('/')}`);
    const signed = signRequest(
      {
        method,
        url,
        region: options.region,
        now: clock.now(),
        bodySha256: body?.sha256 ?? NO_BODY,
        headers,
      },
      options.credentials,
    );
    const answer = await request(url, {
      method,
      headers: signed,
      body: body?.open() ?? null,
      dispatcher: agent,
    });
    return { status: answer.statusCode, body: answer.body };
  }

  return {
    bucket,
    async put(key, staged) {
      // The signature is over the hash of the body: a store that took other bytes would refuse them.
      const { status, body } = await call({
        method: 'PUT',
        key,
        headers: { 'content-length': String(staged.size) },
        body: { sha256: staged.sha256, open: () => createReadStream(staged.path) },
      });
      if (status !== 200) throw await refusal(status, body);
      await body.dump();
      await rm(staged.path, { force: true }).catch((error: unknown) => {
        throw toDiskError(error);
      });
    },
    async read(key, range) {
      const headers = range && { range: `bytes=${range.start}-${range.end}` };
      const { status, body } = await call({ method: 'GET', key, ...(headers && { headers }) });
      if (status === (range === undefined ? 200 : 206)) return body;
      if (status !== 404 && status !== 416) throw await refusal(status, body);
      await body.dump();
      throw corruptError(status === 404 ? 'missing' : 'changed');
    },
    async remove(key) {
      const { status, body } = await call({ method: 'DELETE', key });
      if (status !== 204 && status !== 200 && status !== 404) throw await refusal(status, body);
      await body.dump();
    },
    close: () => agent.close(),
  };
}

/** S3 says in XML what is wrong; its code is a word of its own, never anybody's data. */
async function refusal(status: number, body: Answer['body']): Promise<Error> {
  const text = await body.text();
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1] ?? `HTTP ${status}`;
  const cause = new Error(`The store answered ${status} ${code}`);
  if (status === 507 || /StorageFull|QuotaExceeded/.test(code)) return spaceError(cause);
  return storeError(`it answered ${code}`, cause);
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return systemCode(error) ?? systemCode(cause) ?? 'unknown';
}
