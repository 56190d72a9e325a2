/** The answer to a delivery comes after its bytes are safe, and only where they are. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createHandClock } from '../../test/harness/hand-clock.ts';
import type { Intake } from './intake.ts';
import { type RawDelivery, receive, type ReceiveDeps } from './receive.ts';

const NOW = Date.UTC(2026, 2, 4, 12);
const KEY = 'a signing key of this test';
const clock = createHandClock(NOW);

function depsWith(store: Intake, announced: string[]): ReceiveDeps {
  return {
    store,
    announce: () => void announced.push('announced'),
    clock,
    newId: () => '01980000-0000-7000-8000-000000000001',
    databaseNow: () => NOW,
    findReceiver: () =>
      Promise.resolve({
        workspaceId: 'workspace',
        connectionId: 'connection',
        subscriptionId: null,
        keys: [KEY],
      }),
  };
}

function signed(text: string): RawDelivery {
  const t = String(NOW / 1000);
  const mac = createHmac('sha256', KEY).update(`${t}.${text}`).digest('hex');
  const headers = { 'calendly-webhook-signature': `t=${t},v1=${mac}` };
  return { path: null, headers, body: Buffer.from(text) };
}

test('a delivery is acknowledged only once it is stored', async () => {
  const disk = Promise.withResolvers<void>();
  const news: string[] = [];
  const answer = receive(
    depsWith(() => disk.promise, news),
    signed('{}'),
  ).then((end) => void news.push(end));
  await clock.advance(10_000);
  expect(news).toEqual([]);
  disk.resolve();
  await answer;
  expect(news).toEqual(['announced', 'stored']);
});

test('a delivery that cannot be stored is not acknowledged, and nobody is told of it', async () => {
  const news: string[] = [];
  const store = (): Promise<void> => Promise.reject(new Error('The database is away'));
  await expect(receive(depsWith(store, news), signed('{}'))).rejects.toThrow('is away');
  expect(news).toEqual([]);
});
