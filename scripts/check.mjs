// Everything about the code that needs no test run: types, lint, format, house rules, generated files.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name, file) => join(root, 'node_modules', name, 'bin', file);

const steps = [
  { name: 'types', args: [tool('typescript', 'tsc'), '-p', '.'] },
  { name: 'lint', args: [tool('oxlint', 'oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'format', args: [tool('oxfmt', 'oxfmt'), '--check'] },
  { name: 'house rules', args: [join(root, 'scripts', 'house-rules.mjs')] },
  { name: '.env.example', args: [join(root, 'scripts', 'env-example.mjs'), '--check'] },
];

const results = await Promise.all(steps.map(run));
process.exitCode = results.every((isGood) => isGood) ? 0 : 1;

async function run({ name, args }) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((done) => {
    child.once('error', () => done(1));
    child.once('close', (exit) => done(exit ?? 1));
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) process.stdout.write(Buffer.concat(output));
  return code === 0;
}
