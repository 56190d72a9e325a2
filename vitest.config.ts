/** How the tests run: TypeScript beside what it tests, one PostgreSQL cluster for the whole run. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,simulator,test}/**/*.test.ts'],
    globalSetup: ['test/harness/postgres-template.ts'],
    pool: 'forks',
    // one more than cores: a worker that waits for a server leaves its core to another
    maxWorkers: 3,
    // files share a worker: starting one for each cost a quarter of the run
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // A test that leaves a timer or connection behind must not keep the run from ending.
    teardownTimeout: 10_000,
  },
});
