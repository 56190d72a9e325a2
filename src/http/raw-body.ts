/** Bodies as the bytes that came, whatever they are called: for routes whose signature is over exactly these. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../base/time.ts';
import { HttpError } from './problem.ts';
import { badBody, tooLarge } from './refusals.ts';

export interface RawBodyLimits {
  bytes: number;
  /** From the end of the headers to the end of the body. */
  ms: number;
}

const ANY_TYPE = 'application/octet-stream';

/**
 * Makes `request.body` a Buffer in every route of this scope. 415 for an encoded body, 413 as soon as it
 * is known to be too large, 408 when it takes too long; the connection is closed with each of them.
 */
export function readRawBodies(scope: FastifyInstance, clock: Clock, limits: RawBodyLimits): void {
  scope.removeAllContentTypeParsers();
  takeAnyType(scope);
  scope.addContentTypeParser(ANY_TYPE, (request: FastifyRequest, payload: Readable) => {
    const announced = Number(request.raw.headers['content-length'] ?? 0);
    if (announced > limits.bytes) return Promise.reject(tooLarge());
    return readBytes(payload, clock, limits);
  });
}

/**
 * Hands the body of every request of this scope to its handler unread, as `request.raw`. 415 for an encoded body.
 */
export function passRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  takeAnyType(scope);
  scope.addContentTypeParser(ANY_TYPE, async () => undefined);
}

function takeAnyType(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request, reply) => {
    const encoding = request.raw.headers['content-encoding'] ?? '';
    if (!/^(identity)?$/i.test(encoding.trim())) {
      reply.header('connection', 'close');
      throw encoded();
    }
    // Fastify refuses types that it cannot read before any parser is asked; `raw.headers` keep the real one.
    request.headers = { 'content-type': ANY_TYPE };
  });
}

function readBytes(stream: Readable, clock: Clock, limits: RawBodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const cancel = clock.after(limits.ms, () => end(() => reject(tooSlow())));
    function end(settle: () => void): void {
      cancel();
      stream.off('data', onData).off('end', onEnd).off('close', onCut);
      stream.pause();
      settle();
    }
    function onData(chunk: Buffer): void {
      length += chunk.length;
      if (length > limits.bytes) end(() => reject(tooLarge()));
      else chunks.push(chunk);
    }
    function onEnd(): void {
      // A copy, never a view over the socket's own buffer.
      end(() => resolve(Buffer.concat(chunks, length)));
    }
    function onCut(): void {
      end(() => reject(badBody('was cut off')));
    }
    stream.on('data', onData).once('end', onEnd).once('close', onCut);
    // @NOTE a lost connection is told by `close` too; the listener keeps it from being thrown.
    stream.on('error', () => undefined);
    stream.resume();
  });
}

function tooSlow(): HttpError {
  return new HttpError({
    status: 408,
    code: 'request.too_slow',
    message: 'The body did not come in time.',
  });
}

function encoded(): HttpError {
  return new HttpError({
    status: 415,
    code: 'request.encoding',
    message: 'The body has to come as it is, without a Content-Encoding.',
  });
}
