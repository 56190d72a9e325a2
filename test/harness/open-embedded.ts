/** A process of its own that opens an embedded database, runs a statement and stays: argv are directory and statement. */
import { AppError } from '../../src/domain/errors.ts';
import { openPglite } from '../../src/store/pglite.ts';

const [dir = '', statement] = process.argv.slice(2);

try {
  const db = await openPglite({ dir, schema: 'public', onError: (error) => console.error(error) });
  if (statement !== undefined) await db.query(statement);
  console.log('open');
  process.stdin.resume();
  process.stdin.once('end', () => void db.close());
} catch (error) {
  console.log(error instanceof AppError ? error.code : error);
}
