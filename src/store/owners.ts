/** Users as owners of runs: their addresses for the one log line that names them. */
import type { Sql } from './db.ts';

/** The addresses of these users, by id. */
export async function emailsOf(sql: Sql, userIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; email: string }>(
    `select id, email from users where id = any($1::uuid[])`,
    [userIds],
  );
  return new Map(rows.map((row) => [row.id, row.email]));
}
