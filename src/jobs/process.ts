/** This process as the owner of runs, and whether another owner is still alive. */
import { hostname } from 'node:os';
import type { Random } from '../base/random.ts';

export interface ProcessIdentity {
  /** `host:pid:random`: names the owner of a run, also after its pid was given to another process. */
  id: string;
  host: string;
  pid: number;
}

export function identifyProcess(random: Random): ProcessIdentity {
  const host = hostname();
  const mark = Buffer.from(random.bytes(6)).toString('hex');
  return { id: `${host}:${process.pid}:${mark}`, host, pid: process.pid };
}

/**
 * Whether `owner` is a process of this host that is certainly gone, so that its runs can be taken over
 * at once instead of when their lease is over.
 */
export function isGone(owner: string, self: ProcessIdentity): boolean {
  const [host, pid] = splitOwner(owner);
  if (host !== self.host || owner === self.id) return false;
  if (pid === self.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function splitOwner(owner: string): [host: string, pid: number] {
  const parts = owner.split(':');
  return [parts.slice(0, -2).join(':'), Number(parts.at(-2))];
}
