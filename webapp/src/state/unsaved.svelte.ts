import { SvelteSet } from 'svelte/reactivity'

/** The work an address is of, whichever step of it: `#/visita/<id>`. */
const workOf = (url: string): string => (url.split('#')[1] ?? '').split('/').slice(0, 3).join('/')

/**
 * What is open in this tab and would be lost, or interrupted, by leaving it. One
 * place to ask, whichever screen it is on.
 */
class Unsaved {
  /** Open work of any kind: drafts, uploads. An update waits for it. */
  readonly #open = new SvelteSet<object>()
  /** What is on the screen and could not be written to disk. */
  readonly #failing = new SvelteSet<object>()
  /** Something was typed on this screen; what is typed goes with the screen. */
  #typed = false

  /** Asks whether to lose what could not be written; the app puts it in words. */
  leave: () => boolean = () => false

  constructor() {
    addEventListener('input', () => (this.#typed = true), { capture: true })
    addEventListener('hashchange', (e) => this.#leaves(e), { capture: true })
    addEventListener('beforeunload', (e) => {
      if (this.#failing.size > 0) e.preventDefault()
    })
  }

  /** The phone's own back button takes a screen away without asking: here it asks, before any screen hears of it. */
  #leaves(e: HashChangeEvent): void {
    // The router's own replace() says no address: it leaves by the app's decision.
    if (this.failing && e.oldURL && workOf(e.oldURL) !== workOf(e.newURL) && !this.leave()) {
      e.stopImmediatePropagation()
      history.pushState(null, '', e.oldURL)
      return
    }
    this.#typed = false
  }

  get open(): boolean {
    return this.#open.size > 0
  }

  get failing(): boolean {
    return this.#failing.size > 0
  }

  /** Whether nothing here minds a new page. */
  get idle(): boolean {
    return !this.open && !this.failing && !this.#typed
  }

  begin(work: object): void {
    this.#open.add(work)
  }

  end(work: object): void {
    this.#open.delete(work)
    this.#failing.delete(work)
  }

  fails(work: object, failing: boolean): void {
    if (failing) this.#failing.add(work)
    else this.#failing.delete(work)
  }
}

export const unsaved = new Unsaved()
