import { test as base, type BrowserContext, type Page } from '@playwright/test'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Chaski } from './chaski'
import { Network } from './network'

interface World {
  /** The server's data: its own copy of the demo. */
  data: string
  /** The server, over its data. */
  server: Chaski
  /** What lies between the browsers and the server. */
  network: Network
  /** Where browsers find the app: the network's address. */
  baseURL: string
}

export const test = base.extend<World>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameters
  data: async ({}, use) => {
    const folder = process.env['CHASKI_E2E']
    if (!folder) throw new Error('the global setup did not run')
    const dir = await mkdtemp(join(folder, 'data-'))
    await cp(join(folder, 'seed'), dir, { recursive: true })
    await use(dir)
    await rm(dir, { recursive: true, force: true })
  },
  server: async ({ data }, use) => {
    const server = new Chaski(data)
    await server.start()
    await use(server)
    await server.stop()
  },
  network: async ({ server }, use) => {
    const network = new Network()
    await network.start(server.port)
    await use(network)
    await network.stop()
  },
  baseURL: async ({ network }, use) => use(`http://127.0.0.1:${network.port}`),
})

export { expect } from '@playwright/test'

/** The phone loses the network: the browser says so, and nothing gets through. */
export async function loseSignal(context: BrowserContext, network: Network): Promise<void> {
  network.down()
  await context.setOffline(true)
}

export async function findSignal(context: BrowserContext, network: Network): Promise<void> {
  network.up()
  await context.setOffline(false)
}

/** The page's process dies: no handler runs, nothing is said goodbye to. */
export async function kill(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  devtools.send('Page.crash').catch(() => undefined)
  await crashed
  await page.close()
}

/** The same for a page whose thread is held and hears no more of its debugger. No other page may be open. */
export async function killHeld(page: Page): Promise<void> {
  const devtools = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
  const crashed = page.waitForEvent('crash')
  for (const { type, id } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL')
  await crashed
  await devtools.detach()
  await page.close()
}
