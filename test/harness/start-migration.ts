/** A process of its own that waits for its input and then migrates: argv are address and schema; prints what it applied. */
import { once } from 'node:events';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { MIGRATIONS_DIR } from './migrations-dir.ts';

const [url = '', schema = ''] = process.argv.slice(2);

const db = await openPostgres({ url, schema, onError: (error) => console.error(error) });
console.log('ready');
await once(process.stdin, 'data');
const applied = await migrate({ db, dir: MIGRATIONS_DIR, schema });
for (const migration of applied) console.log(migration.file);
await db.close();
