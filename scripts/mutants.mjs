// Plants each fault of the table into a copy of this checkout and demands that the test named beside it fails; words given as arguments choose faults by name.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyCheckout } from '../test/harness/checkout.ts';
import { endPrograms } from '../test/harness/program.ts';
import { faults as table } from '../test/mutants/faults.ts';

const words = process.argv.slice(2);
const faults = table.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const copy = copyCheckout();
const report = join(copy, 'mutant-report.json');
let running;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    running?.kill(signal);
    process.exitCode = 1;
    faults.length = 0;
  });
}

try {
  process.exitCode = (await proveAll()) ? 0 : 1;
} finally {
  await endPrograms();
}

async function proveAll() {
  const healthy = new Map();
  let caught = 0;
  for (const [file, group] of Map.groupBy(faults, ({ test }) => test.file)) {
    const names = [...new Set(group.map(({ test }) => test.name))];
    const results = await run(file, names);
    for (const name of names) healthy.set(`${file} ${name}`, results.filter(isOf(name)));
  }
  const all = faults.length;
  for (const fault of faults) {
    const { file, name } = fault.test;
    const trouble = troubleWithout(healthy.get(`${file} ${name}`)) ?? (await troubleWith(fault));
    if (trouble === undefined) caught += 1;
    console.log(
      `${trouble === undefined ? '✓' : '✗'} ${fault.name} — ${fault.file} — ${file} "${name}"`,
    );
    if (trouble !== undefined) console.log(`    ${trouble}`);
  }
  console.log(`${caught} of ${all} faults caught`);
  return caught === all && all > 0;
}

function troubleWithout(tests) {
  if (tests === undefined || tests.length === 0) return 'there is no such test';
  const bad = tests.find(({ status }) => status !== 'passed');
  return bad && `it does not pass without the fault: ${said(bad)}`;
}

async function troubleWith({ file, find, replace, test }) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  const places = text.split(find).length - 1;
  if (places !== 1) return `the text to replace is there ${places} times`;
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    const failed = (await run(test.file, [test.name])).filter(({ status }) => status === 'failed');
    if (failed.length === 0) return 'no test failed';
    if (failed.some(isAssertion)) return undefined;
    return `it failed otherwise than by an assertion: ${said(failed[0])}`;
  } finally {
    writeFileSync(path, text);
  }
}

/** The tests of one file whose full names hold one of these, with how each ended. */
async function run(file, names) {
  rmSync(report, { force: true });
  const pattern = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  running = spawn(
    process.execPath,
    [
      join(copy, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', file, '--testNamePattern', pattern],
      ...['--reporter=json', `--outputFile=${report}`],
    ],
    { cwd: copy, stdio: 'ignore' },
  );
  await new Promise((resolve) => running.once('close', resolve));
  return resultsOf();
}

/** None where the file could not even be loaded. */
function resultsOf() {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed' || status === 'failed');
  } catch {
    return [];
  }
}

function isOf(name) {
  return ({ ancestorTitles, title }) => [...ancestorTitles, title].join(' > ').includes(name);
}

function isAssertion({ failureMessages }) {
  return failureMessages.some((message) => message.startsWith('AssertionError'));
}

function said({ failureMessages }) {
  return (failureMessages[0] ?? 'nothing was said').split('\n')[0];
}
