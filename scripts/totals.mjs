// Counts what a test run gave: the last line of `npm test` and its exit code.

/**
 * Counts from vitest's modules and the errors outside of tests. A file that does not load, a hook
 * or a suite that breaks, and an error that no test caught count as failed, one each; so does a
 * test that was begun and never ended. Tests left out are named with their reason.
 */
export function countRun(modules, strayErrors) {
  const totals = { passed: 0, failed: strayErrors.length, skipped: [] };
  for (const module of modules) {
    totals.failed += module.errors().length;
    for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state, note } = test.result();
      if (state === 'passed') totals.passed += 1;
      else if (state === 'skipped') totals.skipped.push({ name: test.fullName, reason: note });
      else totals.failed += 1;
    }
  }
  return totals;
}

/** `N passed, N failed`, with `, N skipped` behind it where there are any. */
export function lastLine({ passed, failed, skipped }) {
  const tail = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  return `${passed} passed, ${failed} failed${tail}`;
}

/** One line for each test that did not run, with its reason. */
export function skippedLines({ skipped }) {
  return skipped.map(({ name, reason }) => `not run: ${name} (${reason ?? 'no reason given'})`);
}

/**
 * What is said of a run whose runner ended with `code`: without totals it broke down before it
 * could count, and a runner that is not content has a failure that nobody counted.
 */
export function settle(totals, code) {
  const counted = totals ?? { passed: 0, failed: 0, skipped: [] };
  const isUncounted = code !== 0 && counted.failed === 0;
  const failed = isUncounted ? 1 : counted.failed;
  const isNothing = counted.passed + failed === 0;
  return { totals: { ...counted, failed }, exitCode: failed > 0 || isNothing ? 1 : 0 };
}
