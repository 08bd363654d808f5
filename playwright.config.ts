import { defineConfig } from '@playwright/test'
import { findBrowser } from './src/serve/browser.mjs'

/** The built page and its relay, as `npm start` serves them. */
const pagePort = Number(process.env['TEST_PORT'] ?? 4871)
/** The network harness, which is no part of the built page. */
const harnessPort = pagePort + 1

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  // Tests wait more than they work: three at a time keep two cores busy.
  workers: 3,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Five browsers' worth of tabs on two cores can starve one; a test that fails twice has a fault.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${pagePort}`,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: findBrowser() ?? {},
  },
  metadata: { harness: `http://localhost:${harnessPort}/e2e/harness/network.html` },
  webServer: [
    {
      command: `node src/serve/start.mjs --port ${pagePort} --strict-port --no-open`,
      url: `http://localhost:${pagePort}/`,
      reuseExistingServer: false,
      timeout: 120_000,
    },
    {
      command: `npx vite --port ${harnessPort} --strictPort --logLevel warn`,
      url: `http://localhost:${harnessPort}/e2e/harness/network.html`,
      reuseExistingServer: false,
      timeout: 60_000,
    },
  ],
})
