// Installs what package-lock.json asks for, once: runs before every npm script, and does nothing when all is in place.
// Plain JavaScript for Node 18, because it runs before anything is installed; silent on standard output, which belongs to the script that follows.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMarked, isRecorded, leaveMark, lockHash } from './install-state.mjs';

const LEAST_NODE = 24;
const LOOK_AGAIN_MS = 200;
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
let onSignal = (signal) => process.exit(INTERRUPTED[signal]);
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

const hash = lockHash(root);
if (hash === undefined) fail('package-lock.json is missing: this is not a whole checkout.');
if (!isInPlace()) await install();
if (!hasNode()) {
  fail(
    `Node ${LEAST_NODE} or newer is needed (this is ${process.versions.node}) and npm has no build of it for ${process.platform} ${process.arch}: install it from nodejs.org and start again.`,
  );
}

function isInPlace() {
  if (isMarked(root, hash)) return true;
  if (isRecorded(root, false)) {
    leaveMark(root, hash);
    return true;
  }
  return process.env.NODE_ENV === 'production' && isRecorded(root, true);
}

function hasNode() {
  const names = process.platform === 'win32' ? ['node.cmd', 'node.exe'] : ['node'];
  const own = Number(process.versions.node.split('.')[0]);
  return own >= LEAST_NODE || names.some((name) => existsSync(join(bin, name)));
}

async function install() {
  const { takeLock } = await import('./install-lock.mjs');
  const directory = join(root, '.cache', 'install.lock');
  let release = takeLock(directory);
  if (release === undefined) say('Another installation is running here; waiting for it …');
  while (release === undefined) {
    await new Promise((wake) => setTimeout(wake, LOOK_AGAIN_MS));
    release = takeLock(directory);
  }
  process.once('exit', release);
  for (const name of Object.keys(INTERRUPTED)) process.once(name, (signal) => onSignal(signal));
  if (isInPlace()) return release();
  say('Installing what is missing (once, about half a minute) …');
  const code = await runNpm();
  release();
  if (code !== 0) fail('The installation did not succeed; what npm says stands above.', code);
  leaveMark(root, hash);
}

// Development packages always: the tests need them, and so does building the web app.
// The children must not use node_modules/.bin/node: it is deleted and written anew under them.
function runNpm() {
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'];
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => resolve(folder) !== bin)
    .join(delimiter);
  const env = { ...process.env, PATH: path };
  const [command, before] = npmCommand();
  const child = spawn(command, before.concat(args), {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  onSignal = (signal) => {
    child.once('close', () => process.exit(INTERRUPTED[signal]));
    child.kill(signal);
  };
  return new Promise((done) => {
    child.once('error', () => done(1));
    child.once('close', (code) => done(code ?? 1));
  });
}

// The npm that the user typed, under the Node that ran it, unless that Node is the one in node_modules.
function npmCommand() {
  const { npm_execpath: script = '', npm_node_execpath: node = '' } = process.env;
  const isOutside = !resolve(node).startsWith(join(root, 'node_modules') + sep);
  const isNpm = /[\\/]npm-cli\.js$/.test(script) && existsSync(script) && existsSync(node);
  return isNpm && isOutside ? [node, [script]] : ['npm', []];
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

function fail(sentence, code = 1) {
  say(sentence);
  process.exit(code);
}
