import type { Workbox } from 'workbox-window'
import { scriptURL } from './trusted'
import { unsaved } from './unsaved.svelte'

/** How often it is asked whether the tab may be loaded anew. */
const LOOK_MS = 1_000

/** A newer version that waits; it is applied only when the person says so on the home screen. */
class Update {
  ready = $state(false)
  #workbox: Workbox | null = null

  /** Registers the service worker (not in development), after what is on the screen. */
  async register(): Promise<void> {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
    const { Workbox } = await import('workbox-window')
    const workbox = new Workbox(scriptURL('/sw.js'))
    this.#workbox = workbox
    workbox.addEventListener('waiting', () => (this.ready = true))
    workbox.addEventListener('controlling', (event) => {
      if (event.isUpdate) this.#reload()
    })
    await workbox.register()
  }

  /** Another tab applied it: whatever is open or typed here is left first. */
  #reload(): void {
    if (unsaved.idle) return location.reload()
    const timer = setInterval(() => {
      if (!unsaved.idle) return
      clearInterval(timer)
      location.reload()
    }, LOOK_MS)
  }

  apply(): void {
    this.#workbox?.messageSkipWaiting()
  }
}

export const update = new Update()
