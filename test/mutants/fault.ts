/** A fault that is planted into a copy of the sources, and the test that has to notice. */

export interface Fault {
  /** What the program does wrong with it. */
  name: string;
  /** Below the root of the project. */
  file: string;
  /** A text that is in the file exactly once. */
  find: string;
  replace: string;
  test: {
    file: string;
    /** Part of the full name of the tests that must fail, as vitest prints it: `group > test`. */
    name: string;
  };
}
