/** Calendlys that do harm, each under a path of its own, in a process of their own. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setInterval } from 'node:timers';

const HUGE = Buffer.alloc(64 * 1024, ' ');
const HUGE_BYTES = 64 * 1024 * 1024;
const ABOUT = { 'content-type': 'application/json' };

/** What each does with any request. */
const WAYS: Readonly<Record<string, (response: ServerResponse, asked: number) => void>> = {
  silent: () => undefined,
  dripping(response) {
    response.writeHead(200, ABOUT);
    const dripping = setInterval(() => response.write(' '), 1000);
    response.once('close', () => clearInterval(dripping));
  },
  endless(response, asked) {
    const pagination = { count: 0, next_page: null, next_page_token: `page-${asked}` };
    const resource = { uri: 'https://api.calendly.com/users/ENDLESS', email: 'e@endless.example' };
    response.writeHead(200, ABOUT).end(JSON.stringify({ collection: [], pagination, resource }));
  },
  limited(response) {
    response.writeHead(429, { ...ABOUT, 'x-ratelimit-reset': '3600' }).end('{}');
  },
  huge(response) {
    response.writeHead(200, ABOUT);
    let left = HUGE_BYTES;
    const pour = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= HUGE.length;
        if (!response.write(HUGE)) return void response.once('drain', pour);
      }
      response.end();
    };
    pour();
  },
  revoked(response) {
    const said = { title: 'Unauthenticated', message: 'The access token was revoked' };
    response.writeHead(401, ABOUT).end(JSON.stringify(said));
  },
};

let asked = 0;
const server = createServer((request, response) => {
  const [, way = ''] = (request.url ?? '').split('/');
  asked += 1;
  (WAYS[way] ?? WAYS['revoked'])?.(response, asked);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const urls = Object.keys(WAYS).map((way) => ({ way, url: `${url}/${way}` }));
process.stdout.write(`${JSON.stringify({ urls })}\n`);
// its input ends with the process that started it, however that ends
process.stdin.resume().once('end', () => process.exit(0));
