/** `doctor`: looks at everything a sync needs and says what to do about each fault. */
import type { PreflightCheck } from '../../domain/preflight.ts';
import { migrationStatus } from '../../store/migrate.ts';
import { type DueConnection, listDueConnections } from '../../store/connections.ts';
import { isSchedulerAlive } from '../../store/slots.ts';
import { type Command, EXIT, print } from '../command.ts';
import type { CommandDeps } from '../deps.ts';
import { attempt, type Finding, good } from '../finding.ts';
import { webhookFindings } from '../webhook-findings.ts';

export const doctorCommand: Command<CommandDeps> = {
  name: 'doctor',
  usage: '[--json]',
  summary: 'Checks configuration, database, tokens, scopes, role and plan, and says what to do',
  options: {},
  positionals: { least: 0, most: 0 },
  async run(deps, args, io) {
    const findings = [...configuration(deps), ...(await database(deps))];
    const prepared = await attempt('preparation', async () => {
      await deps.prepare();
      return 'first admin and environment token are in place';
    });
    findings.push(prepared);
    if (prepared.ok) {
      const connections = await listDueConnections(deps.db, {});
      findings.push(anyConnection(connections));
      for (const connection of connections) {
        findings.push(...(await calendly(deps, connection, io.signal)));
      }
    }
    findings.push(...(await webhookFindings(deps)));
    print(io, args, {
      value: { ok: findings.every(({ ok }) => ok), checks: findings },
      lines: () => findings.flatMap(lines),
    });
    return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
  },
};

function configuration(deps: CommandDeps): Finding[] {
  const { warnings, schedule } = deps.settings;
  const read = good('configuration', `read, ${deps.mode} mode, schedule "${schedule}"`);
  return [read, ...warnings.map((warning) => good('configuration', `note: ${warning}`))];
}

async function database(deps: CommandDeps): Promise<Finding[]> {
  const status = await attempt('migrations', async () => {
    const { applied, pending } = await migrationStatus({
      db: deps.owner,
      dir: deps.migrationsDir,
      schema: deps.settings.schema,
    });
    return `${applied.length} applied, ${pending.length} pending`;
  });
  const scheduler = await attempt('scheduler', async () =>
    (await isSchedulerAlive(deps.db)) ? 'a process is alive' : 'no process runs it now',
  );
  return [good('database', deps.db.engine), status, scheduler];
}

function anyConnection(connections: readonly DueConnection[]): Finding {
  if (connections.length > 0) return good('connections', `${connections.length} to read`);
  return {
    check: 'connections',
    ok: false,
    detail: 'no Calendly account is connected',
    action: 'Set CALENDLY_PERSONAL_ACCESS_TOKEN.',
  };
}

/** Each read that a sync makes, asked once: a missing scope or role shows here first. */
async function calendly(
  deps: CommandDeps,
  connection: DueConnection,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const { checks, requests_limit: limit, tier } = await deps.lookAgain(connection, signal);
    const requests = `${limit ?? '?'} a minute${tier === null ? '' : ` (${tier})`}`;
    return [...checks.map(toFinding), good('requests', requests)];
  } catch (error) {
    signal.throwIfAborted();
    return [await attempt('token', () => Promise.reject(error))];
  }
}

/** What the role or plan gives less is no fault: the sync does without, and says what that costs. */
function toFinding({ check, state, detail, costs, action }: PreflightCheck): Finding {
  if (state === 'ok') return good(check, detail);
  const told = costs === null ? detail : `${detail}. ${costs}`;
  return { check, ok: state === 'limited', detail: told, action };
}

function lines(finding: Finding): string[] {
  const line = `${finding.ok ? 'ok   ' : 'FAULT'}  ${finding.check}: ${finding.detail}`;
  return finding.action === null ? [line] : [line, `       → ${finding.action}`];
}
