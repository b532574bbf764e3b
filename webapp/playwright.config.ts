import { defineConfig } from '@playwright/test'
import { chromiumPath } from './e2e/support/chromium'
import { place } from './e2e/support/people'

/**
 * The browser tests drive bin/chaski with its embedded web app, as it is
 * shipped: build it first (`make e2e` does). Each test has its own server,
 * data and network; see e2e/support/fixtures.ts.
 */
export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/support/seed.ts',
  // Each test waits for its phones and servers more than it computes.
  fullyParallel: true,
  workers: 3,
  // For what hangs, not for what is slow: other tests run beside these.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: !!process.env['CI'],
  reporter: process.env['CI'] ? 'list' : [['list']],
  outputDir: 'test-results',
  use: {
    browserName: 'chromium',
    locale: 'es-PE',
    timezoneId: 'America/Lima',
    // In the district of the demo's first intervention.
    geolocation: place,
    permissions: ['geolocation'],
    serviceWorkers: 'allow',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromiumPath(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // A camera that shows a clock, and may be used.
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
      ],
    },
  },
  projects: [
    { name: 'e2e', testMatch: /.*\.spec\.ts/ },
    { name: 'compat', testMatch: /compat\.ts$/ },
    { name: 'screenshots', testMatch: /screenshots\.ts/ },
    { name: 'national-import', testMatch: /national-import\.ts/, workers: 1, use: { trace: 'off' } },
    { name: 'captures', testMatch: /captures\.ts/, workers: 1, use: { trace: 'off' } },
    { name: 'measure', testMatch: /measure.*\.ts/, workers: 1, use: { trace: 'off' } },
  ],
})
