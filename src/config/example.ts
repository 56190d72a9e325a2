/** Renders `.env.example` from the settings table. */
import type { Setting } from './setting.ts';

const HEAD = `# Settings of calendly-sync. Copy to .env and take away the # in front of what you set.
# Nothing needs to be set for a first look: \`npm start\` runs a demo.
# Secrets may also come from a file: NAME_FILE=/run/secrets/name.
# Made by \`node scripts/env-example.mjs\` from the table in src/config; do not edit by hand.
`;

/** The whole text of `.env.example`: every setting with its sentence, none of them set. */
export function renderEnvExample(table: readonly Setting[]): string {
  const groups = [...new Set(table.map((row) => row.group))];
  const parts = groups.map((group) => {
    const rows = table.filter((row) => row.group === group);
    return [`# --- ${group} ---`, ...rows.map(renderRow)].join('\n\n');
  });
  return `${[HEAD.trimEnd(), ...parts].join('\n\n')}\n`;
}

function renderRow(row: Setting): string {
  const secret = row.secret ? ' Secret.' : '';
  return `# ${row.doc}${secret}\n# ${row.name}=${row.example}`;
}
