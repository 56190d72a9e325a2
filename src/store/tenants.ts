/** The database as seen from inside one workspace, or from the system's own side of the wall between them. */
import { AppError } from '../domain/errors.ts';
import { isId } from '../domain/id.ts';
import type { Db, Rows, Tx } from './db.ts';

export interface Tenants {
  /**
   * Only this workspace's rows, whatever a statement asks for; with `onlyOf`, of meetings and people only those of
   * meetings that this user hosts. Throws on what is no id.
   */
  of(workspaceId: string, onlyOf?: string): Db;
  /** All workspaces, without what people said and wrote: sign-in, intake, scheduling, an operator's commands. */
  readonly system: Db;
  /** From here on a transaction of `system` sees only this workspace's rows. */
  enter(tx: Tx, workspaceId: string): Promise<void>;
  /** Looks anew how the wall is kept: migrations may have made the roles. */
  settle(): Promise<Wall>;
}

/** `roles`: two roles are taken by turns; `owner`: those cannot be had, the tables' owner is behind the wall itself. */
export type Wall = 'roles' | 'owner';

const TAKES_ROLES = `
  select count(*) = 2 and bool_and(pg_has_role(current_user, oid,
    case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end)) as roles
  from pg_roles where rolname in ('calendly_sync_app', 'calendly_sync_system')`;

/** `db`: as it was opened, by the role that owns the tables. */
export function tenantsOf(db: Db): Tenants {
  let wall: Promise<Wall> | undefined;
  const settle = (): Promise<Wall> => {
    const looking = lookAtWall(db);
    wall = looking;
    // a database that did not answer is asked again
    looking.catch(() => {
      if (wall === looking) wall = undefined;
    });
    return looking;
  };
  const settled = (): Promise<Wall> => wall ?? settle();
  return {
    of(workspaceId, onlyOf) {
      const id = checkId(workspaceId);
      const narrowed =
        onlyOf === undefined ? '' : `; set local calendly_sync.only_of = '${checkId(onlyOf)}'`;
      return new ScopedDb(db, async () => workspaceSide(await settled(), id) + narrowed);
    },
    system: new ScopedDb(db, async () => systemSide(await settled())),
    enter: async (tx, workspaceId) =>
      tx.script(workspaceSide(await settled(), checkId(workspaceId))),
    settle,
  };
}

async function lookAtWall(db: Db): Promise<Wall> {
  const { rows } = await db.query<{ roles: boolean }>(TAKES_ROLES);
  return rows[0]?.roles === true ? 'roles' : 'owner';
}

function workspaceSide(wall: Wall, id: string): string {
  const whose = `set local calendly_sync.workspace = '${id}'`;
  return wall === 'roles'
    ? `set local role calendly_sync_app; ${whose}`
    : `set local calendly_sync.system = ''; ${whose}`;
}

function systemSide(wall: Wall): string {
  return wall === 'roles'
    ? 'set local role calendly_sync_system'
    : `set local calendly_sync.system = 'on'`;
}

/** It becomes part of a statement's text. */
function checkId(workspaceId: string): string {
  if (isId(workspaceId)) return workspaceId;
  throw new AppError({
    kind: 'bug',
    code: 'tenants.no_workspace',
    message: 'Rows were asked for without saying whose',
  });
}

/** A `Db` whose every transaction begins on its side of the wall. */
class ScopedDb implements Db {
  private readonly db: Db;
  private readonly side: () => Promise<string>;

  constructor(db: Db, side: () => Promise<string>) {
    this.db = db;
    this.side = side;
  }

  get engine(): Db['engine'] {
    return this.db.engine;
  }

  get warnings(): readonly string[] {
    return this.db.warnings;
  }

  query<Row>(text: string, params: readonly unknown[] = []): Promise<Rows<Row>> {
    return this.tx((tx) => tx.query<Row>(text, params));
  }

  script(text: string): Promise<void> {
    return this.tx((tx) => tx.script(text));
  }

  clock(): Promise<string> {
    return this.db.clock();
  }

  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.tx(work, await this.side());
  }

  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    return this.db.listen(channel, heard);
  }

  upkeep(): Promise<void> {
    return this.db.upkeep();
  }

  close(): Promise<void> {
    return this.db.close();
  }
}
