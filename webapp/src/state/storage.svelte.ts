/** Whether the browser promised not to throw our data away. */
class Storage {
  state = $state<'unknown' | 'yes' | 'no'>('unknown')
  #asked = false

  constructor() {
    void this.#look()
  }

  /** Asks once a start; the answer, also a no, is shown in the sync centre. */
  async ask(): Promise<void> {
    if (this.#asked || !('storage' in navigator)) return
    this.#asked = true
    this.state = (await navigator.storage.persist()) ? 'yes' : 'no'
  }

  async #look(): Promise<void> {
    if (!('storage' in navigator)) return
    this.state = (await navigator.storage.persisted()) ? 'yes' : 'no'
  }
}

export const storage = new Storage()
