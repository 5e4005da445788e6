import { defineConfig, devices } from '@playwright/test'
import { launchOptions } from './scripts/browser.mjs'

const port = Number(process.env.E2E_PORT ?? 4173)
const address = `http://127.0.0.1:${port}/`

// End-to-end tests run against the production build: `npm run build` first.
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  use: {
    ...devices['Desktop Chrome'],
    baseURL: address,
    trace: 'retain-on-failure',
    launchOptions: launchOptions(),
  },
  projects: [{ name: 'chromium' }],
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: address,
    reuseExistingServer: !process.env.CI,
  },
})
