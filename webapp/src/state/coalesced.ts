/**
 * Runs an act one at a time. Wishes that come while it runs make one more run
 * together, and each is answered when a run that began after it has ended.
 */
export class Coalesced {
  #wished = false
  #running: Promise<void> | undefined

  /** @param act must end, well or not: an endless one is the last */
  constructor(private readonly act: () => Promise<void>) {}

  run(): Promise<void> {
    this.#wished = true
    this.#running ??= this.#all()
    return this.#running
  }

  async #all(): Promise<void> {
    try {
      while (this.#wished) {
        this.#wished = false
        await this.act()
      }
    } finally {
      this.#running = undefined
    }
  }
}
