/** Reads source files and walks their syntax trees, for the rules that no linter knows. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';

export interface Source {
  /** Relative to the project, with `/` on every system. */
  path: string;
  text: string;
}

/** What is wrong with a file, in words that say how to mend it. */
export interface Fault {
  path: string;
  message: string;
}

export type Node = Readonly<Record<string, unknown>> & { readonly type: string };

const SOURCE = /\.(ts|tsx|mjs|js)$/;

/** Every source file under these folders of `root`; missing folders are empty. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => filesUnder(root, folder))
    .map((path) => readSource(root, path));
}

function filesUnder(root: string, folder: string): string[] {
  if (statSync(join(root, folder), { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesUnder(root, path);
      return SOURCE.test(entry.name) ? [path] : [];
    });
}

function readSource(root: string, path: string): Source {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** Every node of a source, outermost first. Throws where the text is no TypeScript. */
export function nodesOf(source: Source): Node[] {
  const nodes: Node[] = [];
  collect(parseAst(source.text, { lang: source.path.endsWith('x') ? 'tsx' : 'ts' }), nodes);
  return nodes;
}

function collect(value: unknown, nodes: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, nodes);
  } else if (isNode(value)) {
    nodes.push(value);
    for (const part of Object.values(value)) collect(part, nodes);
  }
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

/** The text of a string literal, undefined for every other node. */
export function stringOf(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== 'Literal') return undefined;
  return typeof value['value'] === 'string' ? value['value'] : undefined;
}

/** `a` for an identifier, `a.b.c` for a chain of plain members, undefined for every other node. */
export function dottedName(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Identifier') return String(value['name']);
  if (value.type !== 'MemberExpression' || value['computed'] === true) return undefined;
  const object = dottedName(value['object']);
  const property = dottedName(value['property']);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

/** The 1-based line that a node begins on. */
export function lineOf(source: Source, node: Node): number {
  return source.text.slice(0, Number(node['start'])).split('\n').length;
}
