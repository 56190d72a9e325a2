/** Names under which PostgreSQL keeps statements ready: parsing and planning cost it more than running most of them. */

/** Texts that are put together at run time must not fill the server's memory. */
const MOST = 1000;

/** The same name for the same text; `undefined` for a text that came after the first 1,000. */
export type StatementNames = (text: string) => string | undefined;

export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST) return known;
    const name = `s${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}

/** The names of this process. */
export const statementName: StatementNames = createStatementNames();
