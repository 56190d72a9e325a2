/** Just enough of PostgreSQL's lexer to tell statements of a migration apart. */

/** Comments, quoted names, strings (also E'…'), dollar-quoted bodies; https://www.postgresql.org/docs/15/sql-syntax-lexical.html */
const PIECE =
  /--[^\n]*|\/\*|"(?:[^"]|"")*"|[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|\$([A-Za-z_][A-Za-z0-9_]*)?\$|;|[A-Za-z_][A-Za-z0-9_$]*|[\s\S]/g;

/**
 * The statements of `sql`, each as words and signs with one space between them, lower case outside
 * of quotes, without comments; strings and bodies are replaced by `''`.
 */
export function outlineStatements(sql: string): string[] {
  const statements: string[][] = [[]];
  const pieces = new RegExp(PIECE);
  for (let match = pieces.exec(sql); match !== null; match = pieces.exec(sql)) {
    const [piece] = match;
    if (piece.startsWith('--') || piece.trim() === '') continue;
    if (piece === '/*') {
      pieces.lastIndex = endOfComment(sql, pieces.lastIndex);
    } else if (piece === ';') {
      statements.push([]);
    } else if (/^\$.*\$$/.test(piece) && piece.length > 1) {
      const end = sql.indexOf(piece, pieces.lastIndex);
      pieces.lastIndex = end === -1 ? sql.length : end + piece.length;
      statements.at(-1)?.push(`''`);
    } else {
      statements.at(-1)?.push(outline(piece));
    }
  }
  return statements.filter((words) => words.length > 0).map((words) => words.join(' '));
}

function outline(piece: string): string {
  if (piece.endsWith(`'`) && piece.length > 1) return `''`;
  return piece.startsWith('"') ? piece : piece.toLowerCase();
}

/** Comments nest in PostgreSQL. */
function endOfComment(sql: string, from: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  let depth = 1;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}
