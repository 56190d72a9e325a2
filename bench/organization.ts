/** `bench organization`: what an idle cycle costs where one token reads the organization of 25 users. */
import { PEOPLE } from '../simulator/stories/organization.ts';
import { describeMachine, machineLine } from './machine.ts';
import { parseOptions, wholeNumber } from './usage.ts';
import { startVirtualDay, type VirtualDay } from './virtual-day.ts';

const OPTIONS = {
  meetings: { type: 'string', default: '4000' },
  json: { type: 'boolean', default: false },
} as const;

export const ORGANIZATION_USAGE = '[--meetings 4000] [--json]';

const SLOTS = 96;
const SLOT_MS = 15 * 60_000;
const PAGE = 100;

interface Cycles {
  /** List requests of a cycle in which only what is near is due: most cycles of a day. */
  idle: number;
  /** How many cycles of the day cost no more than that. */
  idle_cycles: number;
  /** Of all cycles of the day, those with older meetings among them. */
  mean: number;
  most: number;
  /** Requests of other kinds in a cycle, mean over the day: the account, and re-reads of invitees. */
  others: number;
}

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runOrganizationBench(argv: readonly string[]): Promise<void> {
  const values = parseOptions(argv, OPTIONS);
  const meetings = wholeNumber('--meetings', values.meetings, 100_000);
  const story = `organization:${meetings}`;
  const day = await startVirtualDay({ story, webhooks: false, scope: 'organization' });
  try {
    await day.run();
    await day.linkColleagues();
    const { all, due } = await day.connections();
    await passDay(day);
    const cycles = await passDay(day);
    const upcoming = nearOf(day);
    // a token each would list at least a page for each of them, and the near meetings in all
    const apart = Math.max(PEOPLE, Math.ceil(upcoming / PAGE));
    const machine = describeMachine();
    const ratio = cycles.idle / apart;
    const facts = { bench: 'organization', users: PEOPLE, meetings, connections: all, read: due };
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...facts, machine, near: upcoming, cycles, ratio_to_a_token_each: ratio })}\n`
        : [
            `${PEOPLE} users under one token, ${meetings} meetings, of which ${upcoming} are near; a day of ${SLOTS} cycles in which nothing happens`,
            machineLine(machine),
            '',
            `  connections            ${all}, of which a cycle reads ${due}`,
            `  list requests, idle    ${cycles.idle} for all of them together (${cycles.idle_cycles} of ${SLOTS} cycles)`,
            `  … mean of the day      ${cycles.mean.toFixed(2)} (most in one cycle: ${cycles.most}; each hour the last 90 days, each day all the rest)`,
            `  other requests         ${cycles.others.toFixed(2)} a cycle (account, re-reads of invitees)`,
            `  ratio to a token each  ${ratio.toFixed(2)}, a page for each of ${PEOPLE}`,
            '',
          ].join('\n'),
    );
  } finally {
    await day.stop();
  }
}

async function passDay(day: VirtualDay): Promise<Cycles> {
  const lists: number[] = [];
  let others = 0;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    day.pass(SLOT_MS);
    day.simulator.clearRequests();
    await day.run();
    const listed = day.simulator.counts.get('GET /scheduled_events') ?? 0;
    lists.push(listed);
    others += day.simulator.requests.length - listed;
  }
  const idle = Math.min(...lists);
  return {
    idle,
    idle_cycles: lists.filter((count) => count === idle).length,
    mean: lists.reduce((sum, count) => sum + count, 0) / SLOTS,
    most: Math.max(...lists),
    others: others / SLOTS,
  };
}

/** What each cycle lists: from three days ago on. */
function nearOf(day: VirtualDay): number {
  const from = day.now() - 3 * 86_400_000;
  return day.simulator.truth().filter(({ event }) => Date.parse(event.start_time) > from).length;
}
