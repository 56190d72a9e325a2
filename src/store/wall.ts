/** Whether the wall between workspaces stands: looked at before anybody is served. */
import { AppError } from '../domain/errors.ts';
import type { Db, Sql } from './db.ts';
import type { Tenants } from './tenants.ts';

const CURE =
  'Run `calendly-sync migrate`, which puts every table back behind the wall, or see who changed it.';

/** No workspace has this id. */
const NOBODY = '00000000-0000-7000-8000-000000000000';
/** Policies that the wall consists of; any other lets more through. */
const POLICIES = ['owner_rows', 'system_rows', 'workspace_rows'];

/**
 * Throws `wall.down`, naming what is open, where row-level security does not keep workspaces apart: a table that is
 * not behind it, a policy of somebody else's, or a role that it does not hold back. Answers what an operator
 * should know. Run after the migrations.
 */
export async function checkWall(owner: Db, tenants: Tenants): Promise<string[]> {
  const wall = await tenants.settle();
  const open = [...(await openTables(owner)), ...(await strangePolicies(owner))];
  const own = await readRole(owner, 'current_user');
  if (wall === 'owner' && own.bypasses) {
    open.push(
      `the role of DATABASE_URL is not held back by row-level security and cannot take the role calendly_sync_app`,
    );
  }
  if (wall === 'roles') {
    for (const role of ['calendly_sync_app', 'calendly_sync_system']) {
      if ((await readRole(owner, `'${role}'`)).bypasses) {
        open.push(`the role ${role} is not held back by row-level security`);
      }
    }
  }
  if (open.length === 0) open.push(...(await seenByNobody(owner, tenants)));
  if (open.length > 0) throw downError(open);
  return own.superuser && owner.engine === 'postgres'
    ? [
        'DATABASE_URL names a superuser; an ordinary role that owns its database and may create roles is enough, and safer',
      ]
    : [];
}

/** Puts every table back behind the wall. */
export async function raiseWall(owner: Db): Promise<void> {
  await owner.query('select calendly_sync_protect(name, key) from walled_tables order by name');
}

async function openTables(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `select w.name from walled_tables w
     join pg_class c on c.oid = to_regclass(quote_ident(w.name))
     where not (c.relrowsecurity and c.relforcerowsecurity and exists (
       select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_rows'
         and pg_get_expr(p.polqual, c.oid) like '%calendly_sync.workspace%'))
     order by 1`,
  );
  return rows.map(({ name }) => `the table ${name} is not behind row-level security`);
}

async function strangePolicies(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ name: string; policy: string }>(
    `select w.name, p.polname::text as policy from walled_tables w
     join pg_policy p on p.polrelid = to_regclass(quote_ident(w.name))
     where p.polpermissive and not p.polname = any ($1::text[]) order by 1, 2`,
    [POLICIES],
  );
  return rows.map(({ name, policy }) => `the policy ${policy} on ${name} lets other rows through`);
}

/** The last word: what a workspace that nobody has sees. */
async function seenByNobody(owner: Db, tenants: Tenants): Promise<string[]> {
  const { rows: walled } = await owner.query<{ name: string }>(
    'select quote_ident(name) as name from walled_tables order by 1',
  );
  const looks = walled.map(
    ({ name }) => `select '${name}' as name where exists (select 1 from ${name})`,
  );
  const { rows } = await tenants.of(NOBODY).query<{ name: string }>(looks.join(' union all '));
  return rows.map(({ name }) => `rows of ${name} are seen by everybody`);
}

async function readRole(
  sql: Sql,
  name: string,
): Promise<{ superuser: boolean; bypasses: boolean }> {
  const { rows } = await sql.query<{ superuser: boolean; bypasses: boolean }>(
    `select rolsuper as superuser, rolsuper or rolbypassrls as bypasses from pg_roles where rolname = ${name}`,
  );
  return rows[0] ?? { superuser: false, bypasses: false };
}

function downError(open: readonly string[]): AppError {
  return new AppError({
    kind: 'denied',
    code: 'wall.down',
    message: `The database does not keep workspaces apart: ${open.join('; ')}.`,
    action: CURE,
  });
}
