/** `sync`: one pass now. */
import { CalendlyError } from '../../calendly/errors.ts';
import { AppError } from '../../domain/errors.ts';
import { type Timestamp, timestampToMs } from '../../domain/timestamp.ts';
import { rehearse } from '../../sync/proving.ts';
import { queueRuns } from '../../sync/request.ts';
import { type DueConnection, listDueConnections } from '../../store/connections.ts';
import { findRuns, type Run } from '../../store/runs.ts';
import { type Command, EXIT, flag, type Io, type Parsed, print, text } from '../command.ts';
import type { CommandDeps } from '../deps.ts';
import { watchProgress } from '../progress.ts';

export const syncCommand: Command<CommandDeps> = {
  name: 'sync',
  usage: '[--connection ID] [--full] [--dry-run] [--json]',
  summary: 'Syncs every connection once, now; --full also reads every invitee again',
  options: {
    connection: { type: 'string' },
    full: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    await deps.prepare();
    const due = await chooseConnections(deps, text(args, 'connection'));
    if (flag(args, 'dry-run')) return dryRun(deps, due, { args, io });
    const runIds = await queueRuns({ db: deps.db, newId: deps.newId }, due, {
      trigger: 'command',
      full: flag(args, 'full'),
    });
    const progress = watchProgress(io, deps.clock, async () => {
      const runs = await findRuns(deps.db, runIds);
      const rows = runs.reduce((sum, run) => sum + seen(run), 0);
      const requests = runs.reduce((sum, run) => sum + run.requests, 0);
      return `${rows} meetings, ${requests} requests`;
    });
    const runs = await deps.waitForRuns(runIds, io.signal).finally(() => progress.stop());
    print(io, args, {
      value: { runs: runs.map(runAnswer) },
      lines: (value) => value.runs.map(runLine),
    });
    return runs.every((run) => run.state === 'done') ? EXIT.ok : EXIT.failed;
  },
};

/** What a sync would find, from the listing alone; nothing is written. */
async function dryRun(
  deps: CommandDeps,
  due: readonly DueConnection[],
  { args, io }: { args: Parsed; io: Io },
): Promise<number> {
  const proving = { ...deps, range: deps.settings.range };
  const runs: RunAnswer[] = [];
  for (const connection of due) {
    const began = deps.clock.now();
    const proof = await rehearse(proving, connection, io.signal);
    const created = proof.missing.length;
    const updated = proof.different.length;
    const error = proof.error === null ? null : runErrorAnswer(proof.error);
    runs.push({
      id: null,
      connection_id: connection.id,
      state: proof.complete ? 'done' : 'failed',
      created,
      updated,
      canceled: 0,
      unchanged: proof.checked.meetings - created - updated,
      vanished: 0,
      requests: proof.requests,
      duration_ms: deps.clock.now() - began,
      error,
    });
  }
  print(io, args, { value: { runs }, lines: () => runs.map((run) => `would be ${runLine(run)}`) });
  return runs.every((run) => run.state === 'done') ? EXIT.ok : EXIT.failed;
}

function runErrorAnswer(error: AppError): NonNullable<RunAnswer['error']> {
  const { code, message, action } = error;
  return {
    class: error instanceof CalendlyError ? error.class : 'own',
    code,
    message,
    action: action ?? null,
  };
}

/** The connections that a command works on: the one that was named, else all that are not paused. */
export async function chooseConnections(
  deps: Pick<CommandDeps, 'db'>,
  id: string | undefined,
): Promise<DueConnection[]> {
  const due = await listDueConnections(deps.db, {});
  const chosen = id === undefined ? due : due.filter((connection) => connection.id === id);
  if (chosen.length > 0) return chosen;
  throw new AppError({
    kind: 'not_found',
    code: id === undefined ? 'connection.none_due' : 'connection.not_found',
    message:
      id === undefined
        ? 'No Calendly account is connected'
        : 'No connection that could be read has this id',
    action: 'Set CALENDLY_PERSONAL_ACCESS_TOKEN, or see `calendly-sync doctor`.',
  });
}

interface RunAnswer {
  /** Null for a rehearsal. */
  id: string | null;
  connection_id: string;
  state: string;
  created: number;
  updated: number;
  canceled: number;
  unchanged: number;
  vanished: number;
  requests: number;
  duration_ms: number;
  error: {
    class: string | null;
    code: string;
    message: string | null;
    action: string | null;
  } | null;
}

function runAnswer(run: Run): RunAnswer {
  const { id, connection_id, state, created, updated, canceled, unchanged, vanished, requests } =
    run;
  const counts = { created, updated, canceled, unchanged, vanished, requests };
  return {
    id,
    connection_id,
    state,
    ...counts,
    duration_ms: msOf(run.finished_at) - msOf(run.started_at),
    error:
      run.error_code === null
        ? null
        : {
            class: run.error_class,
            code: run.error_code,
            message: run.error_message,
            action: run.error_action,
          },
  };
}

function runLine(run: RunAnswer): string {
  const counts = `${run.created} new, ${run.updated} updated, ${run.canceled} canceled, ${run.unchanged} unchanged`;
  const line = `${run.state}: ${counts} (${run.requests} requests, ${run.duration_ms} ms)`;
  if (run.error === null) return line;
  return `${line}\n  ${run.error.message ?? run.error.code}. ${run.error.action ?? ''}`.trimEnd();
}

function seen(run: Run): number {
  return run.created + run.updated + run.canceled + run.unchanged;
}

function msOf(time: string | null): number {
  return time === null ? 0 : timestampToMs(time as Timestamp);
}
