/** Names under which PostgreSQL keeps statements ready: parsing and planning cost it more than running most of them. */

/** Texts that are put together at run time must not fill the server's memory. */
const MOST = 500;

const names = new Map<string, string>();

/** The same name for the same text in this process; `undefined` for a text that came after the first 500. */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST) return known;
  const name = `s${names.size + 1}`;
  names.set(text, name);
  return name;
}
