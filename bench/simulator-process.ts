/** The simulator as a process of its own, so that it shares no event loop with what is measured. */
import { startSimulator } from '../simulator/server.ts';
import { createWorld, tokenOf, userNamed } from '../simulator/world.ts';

/** Beyond what any bench sends in a minute: the gate must never be what is measured. */
const RATE_LIMIT = 100_000_000;
const HOUR_MS = 3_600_000;

const [story = 'thousand', seed = '1', latencyMs = '0', rateLimit = String(RATE_LIMIT)] =
  process.argv.slice(2);
const world = createWorld({
  story,
  seed: Number(seed),
  // the recorded page tokens are used again in every round
  readings: { pageTokenLifeMs: HOUR_MS },
});
const simulator = await startSimulator({
  world,
  rateLimit: Number(rateLimit),
  latencyMs: Number(latencyMs),
});
const host = { token: tokenOf(world, 'host'), user: userNamed(world, 'host').uri };
process.stdout.write(`${JSON.stringify({ url: simulator.url, ...host })}\n`);
// its input ends with the process that started it, however that ends
process.stdin.resume().once('end', () => process.exit(0));
