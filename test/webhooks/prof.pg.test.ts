import { it } from 'vitest';
import { oneBooking, tellHistory } from '../harness/booking-histories.ts';
import { openDeliveryStage } from '../harness/delivery-stage.ts';
it('prof', async () => {
  const stage = await openDeliveryStage();
  const told = await tellHistory(oneBooking);
  while (told.next()) {}
  const t: Record<string, number> = {};
  const time = async <T>(n: string, f: () => T | Promise<T>) => { const s = performance.now(); const r = await f(); t[n] = (t[n] ?? 0) + performance.now() - s; return r; };
  for (let i = 0; i < 40; i++) {
    const scene = await time('enter', () => stage.enter(told.simulator));
    for (const m of told.messages) { await time('deliver', () => scene.deliver(m)); await time('work', () => stage.work(1)); }
    await time('confirm', () => scene.confirm());
    await time('drift', () => scene.drift(told.messages));
  }
  console.log(Object.fromEntries(Object.entries(t).map(([k, v]) => [k, v / 40])));
  await stage.close();
  await told.simulator.close();
}, 60000);
