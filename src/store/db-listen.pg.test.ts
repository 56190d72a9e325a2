/** Notices on both engines: told after the commit, only to who listens. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, freshDatabase } from '../../test/harness/database.ts';
import type { FreshDatabase } from '../../test/harness/database.ts';

/** Collects notices, and resolves once `count` have come. */
function collect(count: number): { heard: (payload: string) => void; all: Promise<string[]> } {
  const payloads: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const heard = (payload: string): void => {
    payloads.push(payload);
    if (payloads.length === count) resolve(payloads);
  };
  return { heard, all: promise };
}

describe.each(engines)('listening on %s', (engine) => {
  let fresh: FreshDatabase;
  const reported: unknown[] = [];
  beforeAll(async () => {
    const onError = (error: unknown): number => reported.push(error);
    fresh = await freshDatabase(engine, { migrated: false, onError });
  });
  afterAll(() => fresh.drop());

  function notify(channel: string, payload: string): Promise<unknown> {
    return fresh.db.query('select pg_notify($1, $2)', [channel, payload]);
  }

  test('hears what was sent on its channel, in order, and nothing of others', async () => {
    const { heard, all } = collect(2);
    const stop = await fresh.db.listen('feed', heard);
    await notify('feed', 'first');
    await notify('other', 'not this');
    await notify('feed', 'Zoë');
    expect(await all).toEqual(['first', 'Zoë']);
    await stop();
  });

  test('hears of a transaction once it is committed and never of one taken back', async () => {
    const { heard, all } = collect(1);
    const stop = await fresh.db.listen('feed', heard);
    const failed = fresh.db.tx(async (tx) => {
      await tx.query(`select pg_notify('feed', 'taken back')`);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await fresh.db.tx((tx) => tx.query(`select pg_notify('feed', 'kept')`));
    expect(await all).toEqual(['kept']);
    await stop();
  });

  test('two listeners of one channel both hear, and one may leave', async () => {
    const first = collect(1);
    const second = collect(2);
    const stopFirst = await fresh.db.listen('feed', first.heard);
    const stopSecond = await fresh.db.listen('feed', second.heard);
    await notify('feed', 'a');
    expect(await first.all).toEqual(['a']);
    await stopFirst();
    await notify('feed', 'b');
    expect(await second.all).toEqual(['a', 'b']);
    expect(await first.all).toEqual(['a']);
    await stopSecond();
  });

  test('a listener that throws is reported and keeps nobody else from hearing', async () => {
    const { heard, all } = collect(2);
    const stopBad = await fresh.db.listen('feed', () => {
      throw new Error('bad listener');
    });
    const stop = await fresh.db.listen('feed', heard);
    await notify('feed', 'a');
    await notify('feed', 'b');
    expect(await all).toEqual(['a', 'b']);
    expect(reported).toEqual([new Error('bad listener'), new Error('bad listener')]);
    await stopBad();
    await stop();
  });

  test('a listener may use the database although the notice came in a transaction', async () => {
    const answer = Promise.withResolvers<unknown>();
    const stop = await fresh.db.listen('feed', () => {
      answer.resolve(fresh.db.query('select 1 as n').then(({ rows }) => rows));
    });
    await fresh.db.tx((tx) => tx.query(`select pg_notify('feed', '')`));
    expect(await answer.promise).toEqual([{ n: 1 }]);
    await stop();
  });

  test('a channel name that could be SQL is refused', async () => {
    await expect(fresh.db.listen('feed; drop table x', () => undefined)).rejects.toMatchObject({
      code: 'database.bad_channel',
    });
  });
});
