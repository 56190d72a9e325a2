// A vitest reporter that leaves the totals of a run in the file that TEST_TOTALS_FILE names.
import { writeFileSync } from 'node:fs';
import { countRun } from './totals.mjs';

export default class TotalsReporter {
  onTestRunEnd(modules, strayErrors) {
    const file = process.env.TEST_TOTALS_FILE;
    if (file) writeFileSync(file, JSON.stringify(countRun(modules, strayErrors)));
  }
}
