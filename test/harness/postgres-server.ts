/** A throw-away PostgreSQL cluster for tests: its own data, port and password, gone afterwards. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SUPERUSER, createCluster, removeCluster } from './postgres-cluster.ts';
import type { Cluster } from './postgres-cluster.ts';

export interface PostgresServer {
  /** Address of a database, as the superuser unless a role with its password is given. */
  url(database: string, role?: { name: string; password: string }): string;
  /** The folder that holds everything of this cluster, its log `server.log` included. */
  dir: string;
  /** Path of psql; null where the binaries came from npm, which has none. */
  psql: string | null;
  /** Kills the server with SIGKILL, as the kernel would; `start` recovers. */
  crash(): Promise<void>;
  /** Starts again after `crash`, on the same port and data. */
  start(): Promise<void>;
  /** Ends the server and removes its files; may be called twice. */
  stop(): Promise<void>;
}

/**
 * Keeps the server only as long as the pipe to its input is open: when the tests' process ends,
 * however it ends, the server ends and its files go.
 */
const KEEPER = `dir=$1; data=$2; shift 2; exec 3<&0
"$@" >>"$dir/server.log" 2>&1 </dev/null 3<&- & server=$!
(cat <&3 >/dev/null; : >"$dir/over"; kill -QUIT $server 2>/dev/null) & watch=$!
wait $server
if [ -e "$dir/over" ]; then cd /; rm -rf "$data" "$dir"; else kill $watch; fi`;

const FAST = [
  ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off'],
  // it may be in memory
  'max_wal_size=256MB',
];
const SHARED = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=64MB',
  'deadlock_timeout=50ms',
  'jit=off',
];

/** Makes and starts a cluster; `fsync` is for tests that kill it and count on what was committed. */
export async function startPostgres({ fsync = false } = {}): Promise<PostgresServer> {
  const cluster = await createCluster({ onDisk: fsync });
  const port = await freePort();
  let keeper = await startOrRemove(cluster, port, fsync);
  return {
    dir: cluster.dir,
    psql: cluster.binaries.psql,
    url(database, role = { name: SUPERUSER, password: cluster.password }) {
      return `postgres://${role.name}:${role.password}@127.0.0.1:${port}/${database}`;
    },
    async crash() {
      keeper.ref();
      const over = once(keeper, 'exit');
      process.kill(Number(readPidFile(cluster)[0]), 'SIGKILL');
      await over;
    },
    async start() {
      keeper = await startAgain(cluster, port, fsync);
    },
    async stop() {
      if (keeper.exitCode === null && keeper.signalCode === null) {
        keeper.ref();
        const over = once(keeper, 'exit');
        keeper.stdin?.end();
        await over;
      }
      removeCluster(cluster);
    },
  };
}

async function startOrRemove(
  cluster: Cluster,
  port: number,
  fsync: boolean,
): Promise<ChildProcess> {
  try {
    return await startServer(cluster, port, fsync);
  } catch (error) {
    removeCluster(cluster);
    throw error;
  }
}

/** The crashed server's children take a moment to notice; until then PostgreSQL refuses to start. */
async function startAgain(cluster: Cluster, port: number, fsync: boolean): Promise<ChildProcess> {
  for (let triesLeft = 50; ; triesLeft -= 1) {
    try {
      return await startServer(cluster, port, fsync);
    } catch (error) {
      if (triesLeft === 0) throw error;
      await pause(50);
    }
  }
}

async function startServer(cluster: Cluster, port: number, fsync: boolean): Promise<ChildProcess> {
  const settings = [...SHARED, `port=${port}`, ...(fsync ? [] : FAST)];
  const program = join(cluster.binaries.bin, 'postgres');
  const args = ['-D', cluster.data, ...settings.flatMap((setting) => ['-c', setting])];
  const [lastPid] = readPidFile(cluster);
  const words = ['-c', KEEPER, 'sh', cluster.dir, cluster.data, program, ...args];
  const keeper = spawn('/bin/sh', words, {
    ...cluster.asOwner,
    // Its own group: Ctrl-C at the tests must not end the server in the middle of their clean-up.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  for (;;) {
    const lines = readPidFile(cluster);
    if (lines[0] !== lastPid && lines[7]?.trim() === 'ready') return keeper;
    if (keeper.exitCode !== null) throw new Error(`PostgreSQL did not start: ${readLog(cluster)}`);
    await pause(10);
  }
}

function readLog(cluster: Cluster): string {
  const path = join(cluster.dir, 'server.log');
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-2000) : 'no log';
}

/** The lines of postmaster.pid: first the process id, last whether it is ready. */
function readPidFile(cluster: Cluster): string[] {
  const path = join(cluster.data, 'postmaster.pid');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
