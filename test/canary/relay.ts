/** Stands before Calendly's OAuth server and writes down the secrets that go over the wire. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Relay {
  url: string;
  /** Tokens, codes and verifiers so far, by the name of their field. */
  seen: { name: string; value: string }[];
  close(): Promise<void>;
}

const SECRET = /^(access_token|refresh_token|code|code_verifier|client_secret|token)$/;

export async function startRelay(target: string): Promise<Relay> {
  const seen: Relay['seen'] = [];
  const note = (name: string, value: unknown): void => {
    if (SECRET.test(name) && typeof value === 'string') seen.push({ name, value });
  };
  const server = createServer((request, response) => {
    pass().then(undefined, () => response.destroy());

    async function pass(): Promise<void> {
      const body = Buffer.concat(await Array.fromAsync<Buffer>(request));
      for (const [name, value] of new URLSearchParams(body.toString())) note(name, value);
      const { authorization, 'content-type': type = '' } = request.headers;
      const answer = await fetch(`${target}${request.url ?? ''}`, {
        method: request.method ?? 'GET',
        redirect: 'manual',
        headers: {
          'content-type': type,
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: body.length === 0 ? null : body,
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') === true;
      if (isJson)
        for (const [name, value] of Object.entries(Object(JSON.parse(text)))) note(name, value);
      const location = answer.headers.get('location');
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
        ...(location === null ? {} : { location }),
      });
      response.end(text);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
