import { defineConfig } from 'vitest/config';

/** Limits that a loaded machine keeps; a test that needs longer says so itself. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 180_000 },
});
