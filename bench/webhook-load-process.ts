/** The load of `bench webhook`, in a process of its own: so many signed deliveries over so many connections. */
import { Pool } from 'undici';
import { bookingBody, signedHeaders } from '../test/harness/booking-deliveries.ts';

interface Job {
  origin: string;
  path: string;
  key: string;
  user: string;
  connections: number;
  deliveries: number;
  /** Number of the first delivery: none is sent twice over all jobs. */
  from: number;
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const pool = new Pool(job.origin, { connections: job.connections, pipelining: 1 });
const t = Math.floor(Date.now() / 1000);
// made beforehand: only sending and waiting is measured
const requests = Array.from({ length: job.deliveries }, (_, index) => {
  const body = bookingBody({ user: job.user, number: job.from + index });
  return { body, headers: signedHeaders(body, job.key, t) };
});
const ms: number[] = [];
let refused = 0;

const began = performance.now();
await Promise.all(Array.from({ length: job.connections }, sendUntilNoneIsLeft));
const tookMs = performance.now() - began;
await pool.close();
ms.sort((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({ perSecond: (ms.length * 1000) / tookMs, p50: at(0.5), p99: at(0.99), refused })}\n`,
);

async function sendUntilNoneIsLeft(): Promise<void> {
  for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
    const sent = performance.now();
    const answer = await pool.request({ method: 'POST', path: job.path, ...next });
    await answer.body.dump();
    if (answer.statusCode === 200) ms.push(performance.now() - sent);
    else refused += 1;
  }
}

function at(share: number): number {
  return ms[Math.ceil(ms.length * share) - 1] ?? Number.NaN;
}
