import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'sim/**/*.test.ts', 'tools/**/*.test.ts'],
    environment: 'node',
    // For what hangs, not for what is slow: other steps run beside these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
