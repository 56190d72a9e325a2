/** `webhooks list`, `ensure`, `remove`, `replay`: subscriptions and deliveries from the command line. */
import { replayDeliveries } from '../../store/deliveries.ts';
import { listDueConnections } from '../../store/connections.ts';
import {
  forgetRefusals,
  listAllSubscriptions,
  type Subscription,
} from '../../store/subscriptions.ts';
import { queueRuns } from '../../sync/request.ts';
import { removeSubscriptions } from '../../sync/unsubscribe.ts';
import { isId } from '../../domain/id.ts';
import { AppError } from '../../domain/errors.ts';
import { type Command, EXIT, flag, print, UsageError } from '../command.ts';
import type { CommandDeps } from '../deps.ts';
import { chooseConnections } from './sync.ts';

export const webhooksListCommand: Command<CommandDeps> = {
  name: 'webhooks list',
  usage: '[--json]',
  summary: 'Lists the webhook subscriptions that this installation has',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const subscriptions = (await listAllSubscriptions(deps.db)).map(answerOf);
    print(io, args, {
      value: { subscriptions },
      lines: () =>
        subscriptions.length === 0
          ? ['There are none: changes come by polling']
          : subscriptions.map(line),
    });
    return EXIT.ok;
  },
};

export const webhooksEnsureCommand: Command<CommandDeps> = {
  name: 'webhooks ensure',
  usage: '[--json]',
  summary: 'Puts the subscriptions in order now, and syncs what happened meanwhile',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    if (deps.publicUrl() === null) {
      throw new AppError({
        kind: 'invalid',
        code: 'webhooks.no_public_url',
        message: 'PUBLIC_URL is not set, so Calendly cannot reach this server',
        action: 'Set PUBLIC_URL to the https address under which Calendly can reach it.',
      });
    }
    await deps.prepare();
    const due = await chooseConnections(deps, undefined);
    await forgetRefusals(deps.db);
    const runIds = await queueRuns(deps, due, { trigger: 'command', full: false });
    const runs = await deps.waitForRuns(runIds, io.signal);
    const subscriptions = (await listAllSubscriptions(deps.db)).map(answerOf);
    print(io, args, { value: { subscriptions }, lines: () => subscriptions.map(line) });
    const live = new Set(
      subscriptions.filter(({ state }) => state === 'live').map((one) => one.connection_id),
    );
    const reached = due.every((connection) => live.has(connection.id));
    if (!reached) io.err('Not every connection has a live subscription; `doctor` says why.\n');
    return reached && runs.every((run) => run.state !== 'failed') ? EXIT.ok : EXIT.failed;
  },
};

export const webhooksRemoveCommand: Command<CommandDeps> = {
  name: 'webhooks remove',
  usage: '[--json]',
  summary: 'Removes our subscriptions at Calendly; `webhooks ensure` makes them again',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const connections = await listDueConnections(deps.db, {});
    let removed = 0;
    for (const connection of connections) {
      const client = deps.clientFor(connection, io.signal);
      try {
        removed += await removeSubscriptions({
          db: deps.tenants.of(connection.workspace_id),
          calendly: client.calendly,
          connection,
        });
      } finally {
        await client.close();
      }
    }
    print(io, args, { value: { removed }, lines: () => [`Removed ${removed}`] });
    return EXIT.ok;
  },
};

export const webhooksReplayCommand: Command<CommandDeps> = {
  name: 'webhooks replay',
  usage: '[ID | --failed] [--json]',
  summary: 'Works a delivery again, or every one that failed',
  options: { failed: { type: 'boolean' } },
  positionals: { least: 0, most: 1 },
  check(args) {
    if ((args.positionals.length === 0) === flag(args, 'failed')) return;
    throw new UsageError('Name one delivery by its ID, or all that failed with --failed.');
  },
  async run(deps, args, io) {
    const [id] = args.positionals;
    await deps.prepare();
    const known = id === undefined || isId(id);
    const replayed = known ? await replayDeliveries(deps.db, id === undefined ? {} : { id }) : 0;
    if (id !== undefined && replayed === 0) {
      throw new AppError({
        kind: 'not_found',
        code: 'delivery.unknown',
        message: 'No delivery has this id',
        action: 'GET /api/deliveries lists them.',
      });
    }
    print(io, args, {
      value: { replayed },
      lines: () => [`${replayed} put back; a running server works them at once`],
    });
    return EXIT.ok;
  },
};

type Answer = Pick<
  Subscription,
  'id' | 'connection_id' | 'scope' | 'events' | 'state' | 'callback_url' | 'last_delivery_at'
>;

/** Never the key. */
function answerOf(row: Subscription): Answer {
  const { id, connection_id, scope, events, state, callback_url, last_delivery_at } = row;
  return { id, connection_id, scope, events, state, callback_url, last_delivery_at };
}

function line(row: Answer): string {
  const last = row.last_delivery_at === null ? 'no delivery yet' : `last ${row.last_delivery_at}`;
  return `${row.state.padEnd(8)}  ${row.callback_url}  ${row.scope}  ${row.events.length} events  ${last}`;
}
