/** Finds variables that are no settings but look meant as such. */
import type { Setting } from './setting.ts';

/** Prefixes that nobody else's variables have. */
const PREFIX =
  /^(CALENDLY|SYNC|DEMO|AUTH|DATABASE|DOCUMENTS?|WORKSPACE|DELIVERY|ENCRYPTION|MEMBERS|METRICS|TRUST_PROXY|OPEN_SIGNUP)_/;

/** One sentence for each variable that has one of our prefixes or nearly one of our names. */
export function warnOfUnknown(names: readonly string[], table: readonly Setting[]): string[] {
  const known = table.flatMap((row) => (row.secret ? [row.name, `${row.name}_FILE`] : [row.name]));
  const warnings: string[] = [];
  for (const name of names) {
    if (known.includes(name)) continue;
    const upper = name.toUpperCase();
    const meant = table.find((row) => `${row.name}_FILE` === upper);
    const near = nearest(upper, known);
    if (meant !== undefined) {
      warnings.push(`${name} is not read: only secrets can come from a file; set ${meant.name}`);
    } else if (near !== undefined) {
      warnings.push(`${name} is no setting of this program; did you mean ${near}?`);
    } else if (PREFIX.test(upper)) {
      warnings.push(`${name} is no setting of this program`);
    }
  }
  return warnings;
}

function nearest(name: string, known: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const most = candidate.length < 6 ? 0 : candidate.length < 10 ? 1 : 2;
    if (Math.abs(candidate.length - name.length) > most) continue;
    const distance = editDistance(name, candidate);
    if (distance <= most && distance < (best?.distance ?? Infinity)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          (rows[i - 1]?.[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (rows[i - 1]?.[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwap ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
