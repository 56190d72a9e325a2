// Types of totals.mjs, for its test.
export interface Totals {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string | undefined }[];
}
interface TestLike {
  fullName: string;
  result(): { state: string; note?: string };
}
interface ModuleLike {
  errors(): readonly unknown[];
  children: {
    allSuites(): Iterable<{ errors(): readonly unknown[] }>;
    allTests(): Iterable<TestLike>;
  };
}
export function countRun(modules: readonly ModuleLike[], strayErrors: readonly unknown[]): Totals;
export function lastLine(totals: Totals): string;
export function skippedLines(totals: Totals): string[];
export function settle(
  totals: Totals | undefined,
  code: number,
): { totals: Totals; exitCode: number };
