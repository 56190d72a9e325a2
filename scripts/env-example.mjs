// Writes .env.example from the settings table; with --check only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { renderEnvExample } from '../src/config/example.ts';
import { settings } from '../src/config/table.ts';

const file = new URL('../.env.example', import.meta.url);
const text = renderEnvExample(settings);

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readPresent() !== text) {
  console.error('.env.example is out of date: run node scripts/env-example.mjs');
  process.exitCode = 1;
}

function readPresent() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
