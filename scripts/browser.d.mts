import type { LaunchOptions } from '@playwright/test'

export function findBrowser(): { path: string | undefined; from: string } | undefined
export function launchOptions(): LaunchOptions
