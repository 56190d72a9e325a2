// Checks the rules that no linter knows: floors, handed-in clocks, file sizes and names, error codes.
import { fileURLToPath } from 'node:url';
import { errorCodeFaults } from '../test/rules/error-codes.ts';
import { fileFaults } from '../test/rules/files.ts';
import { floorFaults } from '../test/rules/floors.ts';
import { forbiddenFaults } from '../test/rules/forbidden.ts';
import { readSources } from '../test/rules/source.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readSources(root, ['src', 'simulator', 'test', 'scripts', 'bench']);
const rules = [fileFaults, floorFaults, forbiddenFaults, errorCodeFaults];
const faults = rules.flatMap((rule) => rule(sources));

for (const { path, message } of faults) console.error(`${path} ${message}`);
if (sources.length === 0) console.error('no sources were found');
process.exitCode = faults.length > 0 || sources.length === 0 ? 1 : 0;
