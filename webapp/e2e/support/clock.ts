import type { Page } from '@playwright/test'
import type { Network } from './network'

/** In a page or a thread of it: the clock on the wall, as far as somebody has set it, in ms. */
function settable(): void {
  const Real = Date
  let off = 0
  new BroadcastChannel('wall-clock').onmessage = (e: MessageEvent<number>) => (off = e.data)
  globalThis.Date = class extends Real {
    constructor(...given: ConstructorParameters<typeof Date>) {
      if (given.length > 0) super(...given)
      else super(Real.now() + off)
    }
    static override now(): number {
      return Real.now() + off
    }
  } as DateConstructor
}

/** Before the page is first opened: its clock can be set, its thread's with it; the steady ones cannot. */
export async function withSettableClock(page: Page, network: Network): Promise<void> {
  await page.addInitScript(settable)
  network.alter(/sync\.worker.*\.js$/, (body) => `(${settable.toString()})();\n${body}`)
}

/** Sets the clock so far from the true one, and has the app look at it. */
export async function setClock(page: Page, offMs: number): Promise<void> {
  await page.evaluate(async (off) => {
    const channel = new BroadcastChannel('wall-clock')
    channel.postMessage(off)
    await new Promise((r) => setTimeout(r, 300)) // until everybody has it
    channel.close()
    dispatchEvent(new Event('online')) // a hint: the engine looks, whether there is a network or not
    await new Promise((r) => setTimeout(r, 300))
  }, offMs)
}
