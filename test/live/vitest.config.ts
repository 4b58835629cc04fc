import { defineConfig } from 'vitest/config';

// Real servers share this machine: one file at a time, and time enough to start them.
export default defineConfig({
  test: {
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // A lone CI run counts from the file; people read the terminal.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
  },
});
