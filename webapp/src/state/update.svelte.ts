import { Workbox } from 'workbox-window'

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/** The server's policy lets only `chaski` name a script's address. */
function scriptURL(url: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
  return types ? types.createPolicy('chaski', { createScriptURL: (u) => u }).createScriptURL(url) : url
}

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

  /** Another tab applied it: a visit that is open here is left first. */
  #reload(): void {
    const visiting = () => location.hash.startsWith('#/visita/')
    if (!visiting()) return location.reload()
    addEventListener('hashchange', () => !visiting() && location.reload())
  }

  apply(): void {
    this.#workbox?.messageSkipWaiting()
  }
}

export const update = new Update()
