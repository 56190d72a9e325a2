/** `bench day`: what an ordinary day costs in requests, and how a day at the limit goes. */
import { describeMachine, machineLine } from './machine.ts';
import { parseOptions, wholeNumber } from './usage.ts';
import { startVirtualDay, type VirtualDay } from './virtual-day.ts';

const OPTIONS = {
  meetings: { type: 'string', default: '1000' },
  limit: { type: 'string', default: '60' },
  json: { type: 'boolean', default: false },
} as const;

export const DAY_USAGE = '[--meetings 1000] [--limit 60] [--json]';

const SLOTS = 96;
const MINUTE_MS = 60_000;
const SLOT_MS = 15 * MINUTE_MS;

interface Idle {
  story: string;
  upcoming: number;
  /** Requests of a run, mean over the day. */
  listings: number;
  rolling: number;
  account: number;
  webhooks: number;
  proof: number;
  total: number;
  most_in_one_run: number;
  /** What one request for each meeting in every run would cost, as the mean of a run. */
  ratio_to_one_per_meeting: number;
}

interface Limited {
  limit: number;
  calls: number;
  refused: number;
  refused_inside_reset: number;
  /** Runs that did not reach everything. */
  unfinished: number;
}

/** Prints the figures. Throws `UsageError` for options that are none. */
export async function runDayBench(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const idle: Idle[] = [];
  for (const name of ['adviser', 'thousand']) {
    idle.push(await measureIdle(`${name}:${options.meetings}`, options.meetings));
  }
  const limited = await measureLimited(`adviser:${options.meetings}`, options.limit);
  const machine = describeMachine();
  const facts = { bench: 'day', meetings: options.meetings, machine, idle, limited };
  process.stdout.write(
    options.isJson
      ? `${JSON.stringify(facts)}\n`
      : [
          `a simulated day of ${SLOTS} runs, ${options.meetings} meetings, nothing happens`,
          machineLine(machine),
          ...idle.flatMap(idleLines),
          '',
          ...limitedLines(limited),
          '',
        ].join('\n'),
  );
}

/** The second day after the first sync: what is spread over the day has found its place by then. */
async function measureIdle(story: string, meetings: number): Promise<Idle> {
  const day = await startVirtualDay({ story, webhooks: true });
  try {
    await day.run();
    await passDay(day);
    day.simulator.clearRequests();
    const most = await passDay(day);
    const counts = { ...Object.fromEntries(day.simulator.counts) };
    day.simulator.clearRequests();
    await day.prove();
    const proof = day.simulator.requests.length;
    const mean = (count: number): number => count / SLOTS;
    const listings = counts['GET /scheduled_events'] ?? 0;
    const rolling = counts['GET /scheduled_events/{}/invitees'] ?? 0;
    const webhooks = counts['GET /webhook_subscriptions'] ?? 0;
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const now = day.now();
    return {
      story,
      upcoming: day.simulator.truth().filter(({ event }) => Date.parse(event.start_time) > now)
        .length,
      listings: mean(listings),
      rolling: mean(rolling),
      account: mean(all - listings - rolling - webhooks),
      webhooks: mean(webhooks),
      proof: mean(proof),
      total: mean(all + proof),
      most_in_one_run: most,
      ratio_to_one_per_meeting: mean(all + proof) / (meetings + Math.ceil(meetings / 100)),
    };
  } finally {
    await day.stop();
  }
}

/** Answers the most requests of one run. */
async function passDay(day: VirtualDay): Promise<number> {
  let most = 0;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    day.pass(SLOT_MS);
    const { requests } = await day.run();
    most = Math.max(most, requests);
  }
  return most;
}

/** Others use the same account: before each run they take most of the minute's limit, or all of it. */
async function measureLimited(story: string, limit: number): Promise<Limited> {
  const day = await startVirtualDay({ story, limit, webhooks: false });
  const sum: Limited = { limit, calls: 0, refused: 0, refused_inside_reset: 0, unfinished: 0 };
  try {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const others = slot % 12 === 0 ? limit : Math.floor(limit * 0.7);
      for (let call = 0; call < others; call += 1) await day.disturb();
      const { requests } = day.simulator;
      const before = requests.length;
      const run = await day.run();
      if (run.state !== 'done') sum.unfinished += 1;
      const ours = requests.slice(before);
      sum.calls += ours.length;
      const refused = ours.filter(({ status }) => status === 429);
      sum.refused += refused.length;
      sum.refused_inside_reset += refused.filter(({ at }) => isInsideReset(at, refused)).length;
      day.simulator.clearRequests();
      day.pass(SLOT_MS);
    }
    return sum;
  } finally {
    await day.stop();
  }
}

/** Whether somebody was told to wait less than a minute before; those sent at the same moment had not heard it. */
function isInsideReset(at: number, refused: readonly { at: number }[]): boolean {
  return refused.some((earlier) => earlier.at < at - 100 && earlier.at > at - MINUTE_MS);
}

function idleLines(idle: Idle): string[] {
  const figure = (value: number): string => value.toFixed(2);
  return [
    '',
    `${idle.story}: ${idle.upcoming} of them to come; requests of a run, mean over a day`,
    `  listings and account   ${figure(idle.listings + idle.account)}`,
    `  … with webhooks        ${figure(idle.listings + idle.account + idle.webhooks)}`,
    `  … and re-reads         ${figure(idle.total - idle.proof)}`,
    `  … and the daily proof  ${figure(idle.total)} (most in one run: ${idle.most_in_one_run})`,
    `  ratio to one request for each meeting in each run: ${idle.ratio_to_one_per_meeting.toFixed(4)}`,
  ];
}

function limitedLines(limited: Limited): string[] {
  const share = (100 * limited.refused) / Math.max(1, limited.calls);
  return [
    `a day at a limit of ${limited.limit} a minute, of which others take 70 % before each run, all of it before every twelfth`,
    `  requests               ${limited.calls}, the first sync included; runs that were not whole: ${limited.unfinished}`,
    `  refused with 429       ${limited.refused} (${share.toFixed(2)} %), of them inside an announced reset: ${limited.refused_inside_reset}`,
  ];
}

function readOptions(argv: readonly string[]): {
  meetings: number;
  limit: number;
  isJson: boolean;
} {
  const values = parseOptions(argv, OPTIONS);
  return {
    meetings: wholeNumber('--meetings', values.meetings, 100_000),
    limit: wholeNumber('--limit', values.limit, 1_000_000),
    isJson: values.json,
  };
}
