/** A small store that speaks like S3 over real HTTP: path-style, signatures checked, what it is told to refuse refused. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface S3Server {
  /** Base address without a slash at the end. */
  endpoint: string;
  keyId: string;
  secretKey: string;
  region: string;
  /** What is in it, by path: `/bucket/key`. */
  objects: Map<string, Buffer>;
  /** Answers instead of the real ones, first come first served; `cut` breaks the connection. */
  faults: ('cut' | { status: number; code: string })[];
  /** Requests that came, as `METHOD /path`. */
  requests: string[];
  close(): Promise<void>;
}

/** Starts it on a free port, with one key that opens every bucket. */
export async function startS3Server(): Promise<S3Server> {
  const store = {
    keyId: 'AKIATESTTESTTESTTEST',
    secretKey: 'of-a-store-that-lives-as-long-as-a-test',
    region: 'eu-test-1',
    objects: new Map<string, Buffer>(),
    faults: [] as S3Server['faults'],
    requests: [] as string[],
  };
  const server = createServer((request, response) => {
    // @NOTE a request that is cut off has nobody to be answered
    answer(store, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...store,
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Store = Omit<S3Server, 'endpoint' | 'close'>;

async function answer(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: path = '' } = request;
  const fault = store.faults.shift();
  store.requests.push(`${method} ${path}`);
  if (fault === 'cut') return void request.socket.destroy();
  const body = await buffer(request);
  if (fault !== undefined) return refuse(response, fault.status, fault.code);
  if (!isSigned(store, request)) return refuse(response, 403, 'SignatureDoesNotMatch');
  if (sha256(body) !== request.headers['x-amz-content-sha256']) {
    return refuse(response, 400, 'XAmzContentSHA256Mismatch');
  }
  const object = store.objects.get(path);
  switch (method) {
    case 'PUT':
      store.objects.set(path, body);
      response.end();
      return;
    case 'DELETE':
      store.objects.delete(path);
      response.writeHead(204).end();
      return;
    default:
      if (object === undefined) return refuse(response, 404, 'NoSuchKey');
      give(response, object, request.headers.range);
  }
}

function give(response: ServerResponse, object: Buffer, range: string | undefined): void {
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (start === undefined) return void response.end(object);
  response.writeHead(206).end(object.subarray(Number(start), Number(end) + 1));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>No</Message></Error>`);
}

/** Written from AWS's description anew, so that it does not share a mistake with what it checks. */
function isSigned(store: Store, request: IncomingMessage): boolean {
  const said =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (said === null) return false;
  const [, keyId, day = '', region = '', names = '', signature] = said;
  const date = String(request.headers['x-amz-date']);
  if (keyId !== store.keyId || region !== store.region || !date.startsWith(day)) return false;
  const needed = ['host', 'x-amz-content-sha256', 'x-amz-date'];
  if (!needed.every((name) => names.split(';').includes(name))) return false;
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonical =
    `${request.method}\n${path}\n${query}\n` +
    names
      .split(';')
      .map((name) => `${name}:${String(request.headers[name] ?? '')}\n`)
      .join('') +
    `\n${names}\n${String(request.headers['x-amz-content-sha256'])}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${day}/${region}/s3/aws4_request\n${sha256(canonical)}`;
  let key: Buffer = Buffer.from(`AWS4${store.secretKey}`);
  for (const part of [day, region, 's3', 'aws4_request', text]) {
    key = createHmac('sha256', key).update(part).digest();
  }
  return key.toString('hex') === signature;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
