// Finds a browser for the tests: CHROMIUM_PATH, Playwright's own download, or an installed Chrome or Chromium.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { env, getuid, platform } from 'node:process'
import { chromium } from '@playwright/test'

/** Where Chrome and Chromium live on each system, most specific first. */
function installedPlaces() {
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((root) => [
        join(root, 'Google/Chrome/Application/chrome.exe'),
        join(root, 'Chromium/Application/chrome.exe'),
        join(root, 'Microsoft/Edge/Application/msedge.exe'),
      ])
  }
  if (platform === 'darwin') {
    return ['/Applications', join(env.HOME ?? '', 'Applications')].flatMap((root) => [
      join(root, 'Google Chrome.app/Contents/MacOS/Google Chrome'),
      join(root, 'Chromium.app/Contents/MacOS/Chromium'),
      join(root, 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge'),
    ])
  }
  return [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
  ]
}

/** Playwright's own browser, when it has been downloaded. */
function downloaded() {
  try {
    const path = chromium.executablePath()
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** The browser the tests will run in: where it is and where it comes from, or undefined when there is none. */
export function findBrowser() {
  if (env.CHROMIUM_PATH) return { path: env.CHROMIUM_PATH, from: 'CHROMIUM_PATH' }
  if (downloaded()) return { path: undefined, from: "Playwright's own" }
  const path = installedPlaces().find((place) => existsSync(place))
  return path ? { path, from: 'installed' } : undefined
}

/** Launch options for Playwright and for vitest's browser mode. Chromium refuses its sandbox to root. */
export function launchOptions() {
  const path = findBrowser()?.path
  return {
    ...(path ? { executablePath: path } : {}),
    chromiumSandbox: getuid?.() !== 0,
    args: [
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}
