/** A database in which the program's own filter by workspace finds everybody's rows, as if each query had forgotten it. */
import type { Db, Sql, Tx } from '../../src/store/db.ts';
import type { Tenants } from '../../src/store/tenants.ts';

/** `workspace_id = $1` and its like; what joins rows of one workspace to each other stays. */
const FILTER = /(?:\b\w+\.)?\bworkspace_id\s*=\s*(\$\d+)(?:::uuid)?/g;
/** Of the workspaces themselves. */
const OWN_ROW = /\b(workspaces\b[^;()]*? where )id\s*=\s*(\$\d+)/g;
/** A filter that the patterns above do not know would stay in force unseen. */
const LEFT_OVER =
  /workspace_id\s*(?:=\s*any|in\b|is not distinct|between)|\(\s*(?:\w+\.)?workspace_id[\s\w.,]*\)\s*(?:=|in\b)/;

/** The statement without its filter. Throws for a way of filtering that it does not know. */
export function withoutFilter(text: string): string {
  const rewritten = text
    .replaceAll(FILTER, '($1::uuid is not null)')
    .replaceAll(OWN_ROW, '$1($2::uuid is not null)');
  if (LEFT_OVER.test(rewritten)) throw new Error(`This still filters by workspace: ${rewritten}`);
  return rewritten;
}

/** `db`, every statement of which has lost its filter. */
export function unfiltered(db: Db): Db {
  return {
    get engine() {
      return db.engine;
    },
    get warnings() {
      return db.warnings;
    },
    ...unfilteredSql(db),
    tx: (work, opening) =>
      db.tx(
        (tx: Tx) => work({ ...unfilteredSql(tx), onCommit: (run) => tx.onCommit(run) }),
        opening,
      ),
    listen: (channel, heard) => db.listen(channel, heard),
    upkeep: () => db.upkeep(),
    close: () => db.close(),
  };
}

/** As if there were no wall either: whoever asks sees what the tables' owner sees. */
export function withoutWall(db: Db): Tenants {
  return {
    of: () => db,
    system: db,
    enter: () => Promise.resolve(),
    settle: () => Promise.resolve('owner'),
  };
}

function unfilteredSql(sql: Sql): Pick<Sql, 'query' | 'script' | 'clock'> {
  return {
    query: (text, params) => sql.query(withoutFilter(text), params),
    script: (text) => sql.script(withoutFilter(text)),
    clock: () => sql.clock(),
  };
}
