import { untrack } from 'svelte'
import { ApiFault, get } from './api'
import { Asker } from './asker'
import { net } from './net.svelte'
import { session } from './session.svelte'

/** What the server said at a path, kept while it cannot be asked again (see Asker). */
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
  readonly #asker = new Asker<T>((path) => get<T>(path), {
    answer: (said) => this.#answer(said),
    failure: (error) => this.#failure(error),
  })

  constructor(
    path: () => string,
    private readonly onanswer: (now: T, before: T | undefined) => void = () => undefined,
  ) {
    $effect(() => {
      const wanted = path()
      untrack(() => this.#go(wanted))
    })
    $effect(() => () => void this.#asker.go(''))
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
  refresh(): Promise<void> {
    return this.#asker.refresh()
  }

  #go(path: string): void {
    if (!this.#asker.go(path)) return
    this.data = undefined
    this.refusal = ''
  }

  #answer(said: T): void {
    const before = this.data
    this.data = said
    this.fetchedAt = Date.now()
    this.offline = false
    this.refusal = ''
    this.later = false
    this.onanswer(said, before)
  }

  #failure(error: unknown): boolean {
    const fault = error instanceof ApiFault ? error : null
    this.offline = !fault
    this.refusal = fault ? fault.message : ''
    this.later = fault?.status === 503
    if (fault?.status === 401) void session.refresh()
    return this.offline || this.later
  }
}
