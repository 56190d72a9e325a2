/** Somebody who subscribes: a server on this machine that keeps what it is sent and answers as it is told. */
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../simulator/records.ts';
import { resourceOf, toObject } from './stage.ts';
import type { Stage } from './stage.ts';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  /** As it came over the wire, whole or not. */
  raw: Buffer;
  isWhole: boolean;
  json: JsonObject;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** What to answer: a status, or nothing at all. */
  answer: number | 'silence';
  /** Ends when so many have come. */
  arrived(count: number): Promise<void>;
}

/** A receiver on a free port, closed when the test ends. */
export async function openReceiver(): Promise<Receiver> {
  const arrivals = new EventEmitter();
  const receiver: Receiver = {
    url: '',
    received: [],
    answer: 200,
    async arrived(count) {
      while (receiver.received.length < count) await once(arrivals, 'one');
    },
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('error', () => undefined);
    request.on('close', () => {
      const raw = Buffer.concat(parts);
      const isWhole = request.complete;
      const json = isWhole ? toObject(JSON.parse(raw.toString())) : {};
      const { url: path = '', headers } = request;
      receiver.received.push({ path, headers, raw, isWhole, json });
      arrivals.emit('one');
      if (receiver.answer === 'silence') return;
      const moved = receiver.answer >= 300 && receiver.answer < 400;
      response.writeHead(receiver.answer, moved ? { location: `${receiver.url}/moved` } : {});
      response.end('{"received":true}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return receiver;
}

export interface Subscribing {
  url: string;
  events?: string[];
  scope?: 'organization' | 'user';
  as?: string;
  key?: string;
}

export const KEY = 'a key that only this test knows';
export const BOOKINGS = ['invitee.created', 'invitee.canceled'];

/** Subscribes through the API and gives the subscription as it was answered. */
export async function subscribe(stage: Stage, input: Subscribing): Promise<JsonObject> {
  const { url, events = BOOKINGS, scope = 'user', as = 'host', key = KEY } = input;
  const ids = Object.fromEntries(new URLSearchParams(stage.scope(as)));
  const reply = await stage.ask('/webhook_subscriptions', {
    method: 'POST',
    as,
    body: { url, events, scope, ...ids, ...(key === '' ? {} : { signing_key: key }) },
  });
  if (reply.status !== 201) throw new Error(`Not subscribed: ${reply.status} ${reply.text}`);
  return resourceOf(reply);
}

/** The names of the events received, in the order of their arrival. */
export function eventsOf({ received }: Receiver): unknown[] {
  return received.map(({ json }) => json['event']);
}
