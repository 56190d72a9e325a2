/** The rule of floors: imports go down only, and rooms of one floor do not import each other. */
import { posix } from 'node:path';
import { isNode, nodesOf, stringOf, type Fault, type Source } from './source.ts';

/** Rooms of src by floor, lowest first (docs/architecture.md). */
const FLOORS: readonly (readonly string[])[] = [
  ['domain', 'base'],
  ['calendly', 'store'],
  ['sync', 'clients', 'documents', 'accounts'],
  ['jobs', 'http', 'cli'],
];

/** Files above all rooms, and what each may import besides the floors named here. */
const TOP: Readonly<Record<string, (target: string) => boolean>> = {
  'src/main.ts': (target) => /^src\/(config|app|cli|base|domain)[./]/.test(target),
  'src/app.ts': () => true,
  'src/app': () => true,
  'src/config.ts': (target) => /^src\/(config|domain|base)[./]/.test(target),
  'src/config': (target) => /^src\/(config|domain|base)[./]/.test(target),
};

/** The one error class is every room's language, base's too, although domain is on base's floor. */
const ERRORS = 'src/domain/errors.ts';

/** The one file of src that the simulator may know: the shapes of Calendly's JSON. */
const WIRE = 'src/calendly/wire.ts';

/** What one file imports, by static, type, dynamic and re-exporting imports alike. */
export function importsOf(source: Source): string[] {
  return nodesOf(source).flatMap((node) => {
    if (
      !/^(Import(Declaration|Expression)|Export(Named|All)Declaration|TSImportType)$/.test(
        node.type,
      )
    )
      return [];
    const from = stringOf(node['source']) ?? stringOf(literalOf(node['argument']));
    return from === undefined ? [] : [from];
  });
}

/** All imports of these files that go up or sideways, each with the way to mend it. */
export function floorFaults(sources: readonly Source[]): Fault[] {
  return sources.flatMap((source) => {
    if (!/^(src|simulator)\//.test(source.path)) return [];
    return importsOf(source)
      .filter((from) => from.startsWith('.'))
      .map((from) => posix.join(posix.dirname(source.path), from))
      .flatMap((target) => {
        const why = refusal(source.path, target);
        return why === undefined
          ? []
          : [{ path: source.path, message: `imports ${target}: ${why}` }];
      });
  });
}

function refusal(from: string, target: string): string | undefined {
  if (/\.(pg\.)?test\.ts$/.test(from) && /^(test|simulator)\//.test(target)) return undefined;
  if (from.startsWith('simulator/')) {
    return target.startsWith('simulator/') || target === WIRE
      ? undefined
      : `the simulator knows nothing of src but ${WIRE}; write the few lines again there`;
  }
  if (target.startsWith('simulator/')) {
    return isTop(from) || from.startsWith('src/cli/')
      ? undefined
      : 'only app.ts and the command know the simulator; hand in what is needed';
  }
  if (!target.startsWith('src/')) return 'src imports nothing from outside of src';
  const top = topOf(from);
  if (top !== undefined) {
    return top(target) ? undefined : 'this file may not know that one; let app.ts hand it in';
  }
  return roomRefusal(from, target);
}

function roomRefusal(from: string, target: string): string | undefined {
  const [own, other] = [roomOf(from), roomOf(target)];
  if (own === other || target === ERRORS) return undefined;
  const [here, there] = [floorOf(own), floorOf(other)];
  if (here === undefined)
    return `${own} is no room of the architecture; give it a floor there first`;
  // Settings are handed down in slices, so a room knows at most their shape.
  if (target === 'src/config/shape.ts')
    return 'declare the few fields needed, app.ts hands them in';
  if (there === undefined || there > here) {
    return `that is above ${own}; declare what is needed here and let app.ts hand it in`;
  }
  return there < here
    ? undefined
    : `${own} and ${other} share a floor; meet through a table or a job, or move the shared part down`;
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function floorOf(room: string): number | undefined {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  return floor === -1 ? undefined : floor;
}

function topOf(path: string): ((target: string) => boolean) | undefined {
  const file = path.replace(/(\.pg)?\.test\.ts$/, '.ts');
  return TOP[file] ?? TOP[path.split('/').slice(0, 2).join('/')];
}

function isTop(path: string): boolean {
  return topOf(path) !== undefined;
}

function literalOf(argument: unknown): unknown {
  return isNode(argument) && argument.type === 'TSLiteralType' ? argument['literal'] : argument;
}
