/** A process of its own that starts a throw-away cluster, prints its folder and stays. */
import { startPostgres } from './postgres-server.ts';

const server = await startPostgres();
console.log(server.dir);
process.stdin.resume();
