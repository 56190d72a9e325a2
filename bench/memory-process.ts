/** One first sync in this process alone; says the most memory it took. */
import { setFlagsFromString } from 'node:v8';
import { openPostgres } from '../src/store/postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { MIGRATIONS_DIR } from '../test/harness/migrations-dir.ts';
import { syncOnce } from './first-sync.ts';

// as the program itself does when it starts
setFlagsFromString('--optimize-for-size');
const [database = '', url = '', token = '', wanted = '0'] = process.argv.slice(2);
const db = await openPostgres({
  url: database,
  schema: 'public',
  onError(error) {
    throw error;
  },
});
await migrate({ db, dir: MIGRATIONS_DIR, schema: 'public' });
const fresh = {
  db,
  async closeAndCount() {
    await db.close();
    return 0;
  },
};
const { meetings } = await syncOnce(fresh, { url, token });
if (meetings !== Number(wanted)) throw new Error(`${meetings} meetings instead of ${wanted}`);
const peak = { peak_mib: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(`${JSON.stringify(peak)}\n`);
// its input ends with the process that started it
process.stdin.resume().once('end', () => process.exit(0));
