/** A Calendly with many separate accounts in a process of its own; says where it is and the token of each. */
import { startSimulator } from '../simulator/server.ts';
import { createWorld, tokenOf } from '../simulator/world.ts';

const [count = '194', latencyMs = '100'] = process.argv.slice(2);
const world = createWorld({ story: `accounts:${count}` });
// with the limits of their plans: 50 requests a minute on free ones, 500 on others
const simulator = await startSimulator({ world, latencyMs: Number(latencyMs) });
const tokens = [...world.users.values()].map(({ key }) => tokenOf(world, key));
process.stdout.write(`${JSON.stringify({ url: simulator.url, tokens })}\n`);
// its input ends with the process that started it, however that ends
process.stdin.resume().once('end', () => process.exit(0));
