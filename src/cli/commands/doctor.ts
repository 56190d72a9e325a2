/** `doctor`: looks at everything a sync needs and says what to do about each fault. */
import type { CalendlyClient } from '../../calendly/client.ts';
import { migrationStatus } from '../../store/migrate.ts';
import { type DueConnection, listDueConnections } from '../../store/connections.ts';
import { isSchedulerAlive } from '../../store/slots.ts';
import { fetchUser } from '../../sync/account.ts';
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
      db: deps.db,
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
  const client = deps.clientFor(connection, signal);
  const api: CalendlyClient = client.calendly;
  try {
    const findings: Finding[] = [];
    let me: Awaited<ReturnType<typeof fetchUser>> | undefined;
    findings.push(
      await attempt('token', async () => {
        me = await fetchUser({ calendly: api });
        return `belongs to ${me.uri}`;
      }),
    );
    if (me === undefined) return findings;
    const user = me.uri;
    const organization = me.organizationUri ?? '';
    const probes: [string, string, Record<string, string>][] = [
      ['meetings', '/scheduled_events', scopeOf(connection, { user, organization })],
      ['event types', '/event_types', { user }],
      ['organization members', '/organization_memberships', { organization }],
    ];
    for (const [check, path, query] of probes) {
      findings.push(
        await attempt(check, async () => {
          await api.get(path, { ...query, count: '1' });
          return 'readable';
        }),
      );
    }
    const { limit, left } = client.budget();
    findings.push(good('requests', `${left ?? '?'} of ${limit ?? '?'} left this minute`));
    return findings;
  } finally {
    await client.close();
  }
}

function scopeOf(
  connection: DueConnection,
  { user, organization }: { user: string; organization: string },
): Record<string, string> {
  return connection.scope === 'organization' ? { organization } : { organization, user };
}

function lines(finding: Finding): string[] {
  const line = `${finding.ok ? 'ok   ' : 'FAULT'}  ${finding.check}: ${finding.detail}`;
  return finding.action === null ? [line] : [line, `       → ${finding.action}`];
}
