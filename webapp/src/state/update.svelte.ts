import { Workbox } from 'workbox-window'
import { scriptURL } from './trusted'

/** A newer version that waits; it is applied only when the person says so on the home screen. */
class Update {
  ready = $state(false)
  #workbox: Workbox | null = null

  /** Registers the service worker (not in development). */
  register(): void {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
    const workbox = new Workbox(scriptURL('/sw.js'))
    this.#workbox = workbox
    workbox.addEventListener('waiting', () => (this.ready = true))
    workbox.addEventListener('controlling', (event) => {
      if (event.isUpdate) this.#reload()
    })
    workbox.register().catch((error: unknown) => console.warn('service worker', error))
  }

  /** Another tab applied it: a visit or a rendición that is open here is left first. */
  #reload(): void {
    const visiting = () => /^#\/(visita|rendicion)\//.test(location.hash)
    if (!visiting()) return location.reload()
    addEventListener('hashchange', () => !visiting() && location.reload())
  }

  apply(): void {
    this.#workbox?.messageSkipWaiting()
  }
}

export const update = new Update()
