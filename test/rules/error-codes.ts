/** The rule of error codes: dotted, and each at home in one file, so that scripts can branch on them. */
import {
  dottedName,
  isNode,
  nodesOf,
  stringOf,
  type Fault,
  type Node,
  type Source,
} from './source.ts';

const CODE = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

/** Codes of errors made in src that have a wrong form or are made in more than one file. */
export function errorCodeFaults(sources: readonly Source[]): Fault[] {
  const homes = new Map<string, string>();
  const own = sources.filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'));
  return own.flatMap(({ path, text }) =>
    [...new Set(codesOf({ path, text }))].flatMap((code) => {
      const home = homes.get(code);
      homes.set(code, home ?? path);
      if (!CODE.test(code)) return [{ path, message: `error code ${code} is not dotted` }];
      return home === undefined
        ? []
        : [{ path, message: `error code ${code} is also made in ${home}; make it in one place` }];
    }),
  );
}

/** The codes of all errors that a source makes (`new …Error({ code: '…' })`). */
export function codesOf(source: Source): string[] {
  return nodesOf(source).flatMap((node) => {
    const isError =
      node.type === 'NewExpression' && (dottedName(node['callee']) ?? '').endsWith('Error');
    const first = isError && Array.isArray(node['arguments']) ? node['arguments'][0] : undefined;
    return isNode(first) && first.type === 'ObjectExpression' ? codeOf(first) : [];
  });
}

function codeOf(literal: Node): string[] {
  const properties = Array.isArray(literal['properties']) ? literal['properties'] : [];
  return properties.flatMap((property: unknown) => {
    if (!isNode(property) || dottedName(property['key']) !== 'code') return [];
    const code = stringOf(property['value']);
    return code === undefined ? [] : [code];
  });
}
