/** The budget that processes share: what is granted, settled, heard and forgotten, on both engines. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, type FreshDatabase, freshDatabase } from '../../test/harness/database.ts';
import { timestampFromMs } from '../domain/timestamp.ts';
import {
  listRequestBudgets,
  noteRequests,
  type RequestAsk,
  type RequestGrant,
  type RequestNotes,
  takeRequests,
} from './request-budgets.ts';

const START = Date.UTC(2026, 2, 4, 9, 30);

describe.each(engines)('on %s', (engine) => {
  let fresh: FreshDatabase;
  let accounts = 0;
  beforeAll(async () => {
    fresh = await freshDatabase(engine);
  });
  afterAll(() => fresh.drop());

  /** An account of its own, asked and told at milliseconds after the start. */
  function account(): {
    take(ms: number, wanted: number, ask?: Partial<RequestAsk>): Promise<RequestGrant>;
    note(ms: number, notes: Partial<RequestNotes>): Promise<void>;
    /** `left` of `limit`, said at this moment. */
    hear(ms: number, limit: number, left: number, resetMs?: number): Promise<void>;
    shown(ms: number): Promise<{ used: number; left: number | null; limit: number | null }>;
  } {
    accounts += 1;
    const uri = `https://api.calendly.com/users/U${accounts}`;
    const at = (ms: number): string => timestampFromMs(START + ms);
    const rule = { share: 0.5, floor: 5, freeFloor: 2, freeLimit: 50, goodForMs: 5000 };
    const note = (ms: number, notes: Partial<RequestNotes>): Promise<void> =>
      noteRequests(fresh.db, {
        ...{ account: uri, at: at(ms), settled: [], heard: null, shutMs: 0 },
        ...notes,
      });
    return {
      take: (ms, wanted, ask = {}) =>
        takeRequests(fresh.db, { account: uri, at: at(ms), wanted, ...rule, ...ask }),
      note,
      hear: (ms, limit, left, resetMs = 60_000) =>
        note(ms, { heard: { limit, left, resetMs, agoMs: 0 } }),
      async shown(ms) {
        const [budget] = await listRequestBudgets(fresh.db, [uri], at(ms));
        if (budget === undefined) throw new Error('There is no budget');
        const { used, left, limit } = budget;
        return { used, left, limit };
      },
    };
  }

  it('takes the limit of a free plan until Calendly has said another', async () => {
    const { take, hear } = account();
    expect(await take(0, 20)).toMatchObject({ granted: 20, wait_ms: 0, limit: null });
    expect(await take(0, 20)).toMatchObject({ granted: 5 });
    expect(await take(0, 20)).toMatchObject({ granted: 0 });
    await hear(0, 500, 499);
    expect(await take(0, 300)).toMatchObject({ granted: 225, limit: 500 });
  });

  it('names the moment when the oldest grant leaves the minute', async () => {
    const { take } = account();
    await take(0, 10);
    await take(20_000, 15);
    // what is granted may be sent for another five seconds
    expect(await take(30_000, 1)).toMatchObject({ granted: 0, wait_ms: 35_000 });
    expect(await take(64_999, 1)).toMatchObject({ granted: 0, wait_ms: 1 });
    expect(await take(65_000, 20)).toMatchObject({ granted: 10, wait_ms: 0 });
  });

  it('counts a settled grant from its last use, and no longer what was given back', async () => {
    const { take, note } = account();
    const first = await take(0, 20);
    const settled = [{ batch: first.batch, taken: 20, used: 12, agoMs: 500 }];
    await note(1000, { settled });
    expect(await take(1000, 25)).toMatchObject({ granted: 13 });
    expect(await take(60_999, 1)).toMatchObject({ granted: 0, wait_ms: 1 });
    expect(await take(61_000, 25)).toMatchObject({ granted: 12 });
  });

  it('counts what was sent without a grant', async () => {
    const { take, note, shown } = account();
    await note(0, { settled: [{ batch: null, taken: 0, used: 22, agoMs: null }] });
    expect(await shown(0)).toEqual({ used: 22, left: null, limit: null });
    expect(await take(0, 25)).toMatchObject({ granted: 3 });
  });

  it('takes its share of what others leave, and never less than the floor', async () => {
    const { take, hear } = account();
    await take(0, 1);
    await hear(0, 500, 100);
    expect(await take(0, 200)).toMatchObject({ granted: 50 });
    await hear(0, 500, 1);
    expect(await take(0, 1)).toMatchObject({ granted: 0, wait_ms: 60_000 });
    const poor = account();
    await poor.hear(0, 500, 1);
    expect(await poor.take(0, 20)).toMatchObject({ granted: 5 });
    const free = account();
    await free.hear(0, 50, 1);
    expect(await free.take(0, 20)).toMatchObject({ granted: 2 });
  });

  it('takes its whole share again once the crowded minute is over', async () => {
    const { take, hear } = account();
    await hear(0, 500, 4, 20_000);
    await take(0, 5);
    expect(await take(1000, 300)).toMatchObject({ granted: 0, wait_ms: 19_000 });
    expect(await take(20_000, 300)).toMatchObject({ granted: 245 });
  });

  it('grants nothing before the reset that a refusal announced, to nobody', async () => {
    const { take, note } = account();
    await note(0, { shutMs: 37_000 });
    await note(1000, { shutMs: 5000 });
    expect(await take(2000, 1)).toMatchObject({ granted: 0, wait_ms: 35_000 });
    expect(await take(37_000, 1)).toMatchObject({ granted: 1 });
  });

  it('keeps what was heard last, whoever tells it first', async () => {
    const { note, shown, hear } = account();
    await hear(10_000, 500, 300);
    await note(11_000, { heard: { limit: 50, left: 40, resetMs: 60_000, agoMs: 5000 } });
    expect(await shown(11_000)).toEqual({ used: 0, left: 300, limit: 500 });
    await note(11_000, { heard: { limit: 50, left: 40, resetMs: 60_000, agoMs: 500 } });
    expect(await shown(11_000)).toEqual({ used: 0, left: 40, limit: 50 });
  });

  it('shows a minute that is over as unused', async () => {
    const { take, hear, shown } = account();
    await take(0, 10);
    await hear(2000, 500, 400, 30_000);
    expect(await shown(3000)).toEqual({ used: 10, left: 400, limit: 500 });
    expect(await shown(32_000)).toEqual({ used: 10, left: 490, limit: 500 });
    expect(await shown(65_000)).toEqual({ used: 0, left: 500, limit: 500 });
  });

  it('is not shut for hours because the clock was set back', async () => {
    const { take, hear, note, shown } = account();
    await hear(7_200_000, 500, 0, 900_000);
    await note(7_200_000, { shutMs: 900_000 });
    await take(8_200_000, 250);
    expect(await shown(0)).toEqual({ used: 0, left: 500, limit: 500 });
    expect(await take(0, 300)).toMatchObject({ granted: 250, wait_ms: 0 });
    expect(await take(0, 1)).toMatchObject({ granted: 0, wait_ms: 65_000 });
  });

  it('grants eight who ask at once no more than there is', async () => {
    const { take, hear } = account();
    await hear(0, 500, 500);
    const rounds = 8;
    const grants = await Promise.all(
      Array.from({ length: 8 }, async () => {
        let sum = 0;
        for (let round = 0; round < rounds; round += 1) sum += (await take(0, 4)).granted;
        return sum;
      }),
    );
    expect(grants.reduce((sum, granted) => sum + granted, 0)).toBe(250);
  });

  it('loses nothing of what eight settle and tell at once', async () => {
    const { take, note, hear, shown } = account();
    await hear(0, 500, 500);
    await Promise.all(
      Array.from({ length: 8 }, async (_, process) => {
        for (let round = 0; round < 5; round += 1) {
          const { batch, granted: taken } = await take(1000, 4);
          const settled = [{ batch, taken, used: 3, agoMs: 0 }];
          const heard = { limit: 500, left: 400 - process, resetMs: 60_000, agoMs: process };
          await note(1000, { settled, heard });
        }
      }),
    );
    expect(await shown(1000)).toEqual({ used: 120, left: 380, limit: 500 });
    expect(await take(60_999, 1)).toMatchObject({ granted: 1 });
    expect(await shown(61_000)).toMatchObject({ used: 1 });
  });

  it('opens one budget for eight who are the first', async () => {
    const { take } = account();
    const grants = await Promise.all(Array.from({ length: 8 }, () => take(0, 5)));
    expect(grants.map(({ granted }) => granted).toSorted((a, b) => b - a)).toEqual([
      ...[5, 5, 5, 5, 5],
      ...[0, 0, 0],
    ]);
  });
});
