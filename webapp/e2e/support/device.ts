/** A browser as a phone is, for what is measured: a profile of its own, and as slow as it is told to be. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { test as base } from './fixtures'
import { sizes } from './look'
import { watch } from './probe'
import { Slowness } from './slow'

/** A phone's CPU beside this machine's. */
export const SLOW = 6
export const ROUNDS = Number(process.env['ROUNDS'] ?? 5)

/** The profile of a browser lies in memory where it can: this machine's disk is not a phone's. */
const shelf = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A browser that was never here before, with a profile of its own: in a private window the database is another, slower one. */
export interface Device {
  page: Page
  slowness: Slowness
  close: () => Promise<void>
}

export const test = base.extend<{ device: () => Promise<Device> }>({
  device: async ({ playwright, launchOptions, baseURL, locale, timezoneId, geolocation, permissions }, use) => {
    const open = new Set<Device>()
    await use(async () => {
      const profile = mkdtempSync(join(shelf, 'chaski-phone-'))
      const context = await playwright.chromium.launchPersistentContext(profile, {
        ...{ ...launchOptions, baseURL, locale, timezoneId, geolocation, permissions },
        ...{ viewport: sizes.phone, bypassCSP: true },
      })
      const slowness = new Slowness(profile)
      const close = async (): Promise<void> => {
        open.delete(device)
        slowness.set(1)
        await context.close()
        rmSync(profile, { recursive: true, force: true })
      }
      await watch(context)
      const device: Device = { page: context.pages()[0]!, slowness, close }
      open.add(device)
      return device
    })
    for (const device of open) await device.close()
  },
})

/** Prints lowest, median and highest of each. */
export function say(title: string, figures: Record<string, number[]>): void {
  console.log(title)
  for (const [name, values] of Object.entries(figures)) {
    const sorted = [...values].sort((a, b) => a - b)
    const at = (share: number): string => sorted[Math.round((sorted.length - 1) * share)]!.toPrecision(3)
    console.log(`  ${name}: ${at(0.5)} (${at(0)} to ${at(1)})`)
  }
}
