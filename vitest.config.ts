import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests start the bot as its users do: compiled, as a process of its own.
    globalSetup: ['test/support/build.ts'],
    exclude: ['test/live/**', 'node_modules/**'],
    // All cores: the default leaves one out, which on a machine of two doubles the wait.
    maxWorkers: '100%',
    // No file keeps anything in its modules: loading the SDKs once a worker, and not once a file, saves a third of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A lone CI run counts from the file; people read the terminal.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
  },
});
