/** `npm run bench -- NAME`: the project's figures, one bench each. */
import { ACCOUNTS_USAGE, runAccountsBench } from './accounts.ts';
import { DAY_USAGE, runDayBench } from './day.ts';
import { LIMIT_USAGE, runLimitBench } from './limit.ts';
import { MEMORY_USAGE, runMemoryBench } from './memory.ts';
import { ORGANIZATION_USAGE, runOrganizationBench } from './organization.ts';
import { READ_USAGE, runReadBench } from './read.ts';
import { runSyncBench, SYNC_USAGE } from './sync.ts';
import { UsageError } from './usage.ts';
import { runWebhookBench, WEBHOOK_USAGE } from './webhook.ts';

interface Bench {
  usage: string;
  summary: string;
  run(argv: readonly string[]): Promise<void>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  sync: {
    usage: SYNC_USAGE,
    summary: 'a first sync on each engine, as a ratio to reading the same URLs and storing nothing',
    run: runSyncBench,
  },
  day: {
    usage: DAY_USAGE,
    summary:
      'requests of an ordinary day, as a ratio to one for each meeting in each run, and a day at the limit',
    run: runDayBench,
  },
  organization: {
    usage: ORGANIZATION_USAGE,
    summary: 'requests of an idle cycle of 25 users under one token, as a ratio to a cycle of each',
    run: runOrganizationBench,
  },
  accounts: {
    usage: ACCOUNTS_USAGE,
    summary:
      'a first sync of 194 accounts beside six hostile ones, as a ratio to one without those',
    run: runAccountsBench,
  },
  limit: {
    usage: LIMIT_USAGE,
    summary: 'a first sync at the request limit, as a ratio to the time that must pass',
    run: runLimitBench,
  },
  memory: {
    usage: MEMORY_USAGE,
    summary: 'the memory of a first sync of many meetings, as a ratio to that of few',
    run: runMemoryBench,
  },
  read: {
    usage: READ_USAGE,
    summary:
      'first pages and searches over a million meetings, as a ratio to a bare route with the same rows',
    run: runReadBench,
  },
  webhook: {
    usage: WEBHOOK_USAGE,
    summary:
      'deliveries acknowledged, as a ratio to a bare server, and how soon they are on the live stream',
    run: runWebhookBench,
  },
};

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...argv]: readonly string[]): Promise<number> {
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (bench === undefined) {
    const isHelp = name === '--help';
    const complaint = name === '' || isHelp ? '' : `There is no bench "${name}".\n`;
    (isHelp ? process.stdout : process.stderr).write(`${complaint}${overview()}`);
    return isHelp ? 0 : 2;
  }
  try {
    await bench.run(argv);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nUsage: npm run bench -- ${name} ${bench.usage}\n`);
    return 2;
  }
}

function overview(): string {
  const names = Object.entries(BENCHES).map(
    ([name, { usage, summary }]) => `  ${name} ${usage}\n    ${summary}\n`,
  );
  return `Usage: npm run bench -- NAME [options]\n${names.join('')}`;
}
