/** A process of its own that asks for every slot in turn, once it is told to go, and says which it was given. */
import { once } from 'node:events';
import { timestampFromMs } from '../../src/domain/timestamp.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { claimSlot } from '../../src/store/slots.ts';
import { SLOT_MS } from './judge.ts';

const [url = '', owner = '', from = '', slots = ''] = process.argv.slice(2);
const db = await openPostgres({ url, schema: 'public', onError, max: 1 });
const at = await db.clock();
console.log('ready');
await once(process.stdin, 'data');
const given: number[] = [];
for (let slot = 0; slot < Number(slots); slot += 1) {
  const claim = { name: 'race', slot: timestampFromMs(Number(from) + slot * SLOT_MS), owner, at };
  if (await claimSlot(db, claim)) given.push(slot);
}
console.log(JSON.stringify(given));
process.stdin.destroy();
await db.close();

function onError(error: unknown): void {
  throw error;
}
