/** The rule of handed-in things: clock, timers, randomness, network and environment come as parameters. */
import {
  dottedName,
  lineOf,
  nodesOf,
  stringOf,
  type Fault,
  type Node,
  type Source,
} from './source.ts';

const CLOCK = 'take a Clock (base/time.ts) as a parameter';
const CALLS: Readonly<Record<string, string>> = {
  'Date.now': CLOCK,
  'performance.now': CLOCK,
  'Math.random': 'take a Random (base/random.ts) as a parameter',
  setTimeout: CLOCK,
  setInterval: CLOCK,
  setImmediate: CLOCK,
  fetch: 'only calendly/client speaks to the network',
};

/** Where clocks, timers and the network are at home. */
const HOME = /^(src\/base\/|src\/calendly\/(client|transport)|.*\.test\.ts$)/;
const SQL_CLOCK =
  /(?<![.\w])(now|clock_timestamp|statement_timestamp)\(\)|\bcurrent_(timestamp|date|time)\b/i;
const SQL = /\b(select|insert|update|delete|values|where)\b/i;
/** The one statement that asks the database for its clock is theirs. */
const SQL_CLOCK_HOME = /^src\/store\/(postgres|pglite|migrat|transaction)/;

/** Calls in src that reach for the machine instead of for what was handed in. */
export function forbiddenFaults(sources: readonly Source[]): Fault[] {
  return sources.filter(({ path }) => path.startsWith('src/')).flatMap(faultsOf);
}

function faultsOf(source: Source): Fault[] {
  return nodesOf(source).flatMap((node) => {
    const what = [
      callOf(node, source.path),
      environmentOf(node, source.path),
      sqlOf(node, source.path),
    ];
    return what.flatMap((message) =>
      message === undefined
        ? []
        : [{ path: source.path, message: `line ${lineOf(source, node)}: ${message}` }],
    );
  });
}

function callOf(node: Node, path: string): string | undefined {
  if (HOME.test(path)) return undefined;
  if (node.type === 'ImportDeclaration') {
    const from = stringOf(node['source']) ?? '';
    return /^(node:)?timers(\/promises)?$/.test(from) ? `imports ${from}; ${CLOCK}` : undefined;
  }
  const name = dottedName(node['callee'])?.replace(/^globalThis\./, '') ?? '';
  if (node.type === 'NewExpression') {
    const isNow =
      name === 'Date' && Array.isArray(node['arguments']) && node['arguments'].length === 0;
    return isNow ? `calls new Date(); ${CLOCK}` : undefined;
  }
  if (node.type !== 'CallExpression' || !Object.hasOwn(CALLS, name)) return undefined;
  return `calls ${name}; ${CALLS[name]}`;
}

function environmentOf(node: Node, path: string): string | undefined {
  if (path === 'src/main.ts' || path.endsWith('.test.ts')) return undefined;
  const isRead = node.type === 'MemberExpression' && dottedName(node) === 'process.env';
  return isRead
    ? 'reads process.env; only main.ts does, loadConfig makes settings of it'
    : undefined;
}

function sqlOf(node: Node, path: string): string | undefined {
  if (SQL_CLOCK_HOME.test(path) || path.endsWith('.test.ts')) return undefined;
  const text = node.type === 'TemplateLiteral' ? templateText(node) : (stringOf(node) ?? '');
  return SQL_CLOCK.test(text) && SQL.test(text)
    ? 'asks the database for the time in SQL; take it as a parameter ($1)'
    : undefined;
}

function templateText(node: Node): string {
  const parts = node['quasis'];
  return JSON.stringify(parts ?? '');
}
