import { defineConfig } from 'vitest/config';

/** Two workers suit the two cores that the suite is planned for; the limits are what a loaded machine keeps. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
