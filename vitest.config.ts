import { defineConfig } from 'vitest/config';

/** Two workers suit the two cores that the suite is planned for; training tests are long, hence the generous limits. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
