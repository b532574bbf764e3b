import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'sim/**/*.test.ts', 'tools/**/*.test.ts'],
    environment: 'node',
  },
})
