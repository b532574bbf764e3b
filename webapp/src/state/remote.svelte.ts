import { untrack } from 'svelte'
import { ApiFault, get } from './api'
import { net } from './net.svelte'
import { session } from './session.svelte'

/**
 * What the server said at a path, kept while it cannot be asked again. Requests
 * are coalesced: while one is under way, any number of wishes make one more.
 */
export class Remote<T> {
  data = $state.raw<T | undefined>(undefined)
  /** ms of the last good answer; 0 if none. */
  fetchedAt = $state(0)
  /** The last attempt failed for want of an answer. */
  offline = $state(false)
  /** What the server said when it refused. */
  refusal = $state('')
  /** It refused for now: asked again a little later it may answer. */
  later = $state(false)
  #path = ''
  #busy = false
  #again = false

  constructor(
    path: () => string,
    private readonly onanswer: (now: T, before: T | undefined) => void = () => undefined,
  ) {
    $effect(() => {
      const wanted = path()
      untrack(() => this.#go(wanted))
    })
    let started = false
    $effect(() => {
      // When the gate opens, and when the system changes its mind about the network.
      void net.online
      const open = !net.cut
      if (started && open) untrack(() => void this.refresh())
      started = true
    })
  }

  /** Asks again, once, however often it is called meanwhile. */
  async refresh(): Promise<void> {
    if (this.#path === '') return
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#busy = true
    do {
      this.#again = false
      await this.#ask(this.#path)
    } while (this.#again)
    this.#busy = false
  }

  #go(path: string): void {
    if (path === this.#path) return
    this.#path = path
    this.data = undefined
    this.refusal = ''
    void this.refresh()
  }

  async #ask(path: string): Promise<void> {
    try {
      const answer = await get<T>(path)
      if (path !== this.#path) return
      const before = this.data
      this.data = answer
      this.fetchedAt = Date.now()
      this.offline = false
      this.refusal = ''
      this.onanswer(answer, before)
    } catch (error) {
      if (path !== this.#path) return
      this.offline = !(error instanceof ApiFault)
      this.refusal = error instanceof ApiFault ? error.message : ''
      this.later = error instanceof ApiFault && error.status === 503
      if (error instanceof ApiFault && error.status === 401) void session.refresh()
    }
  }
}
