import { troubleOf, type StorageTrouble } from '../domain/storage'
import { unsaved } from './unsaved.svelte'

/** How long until a write that failed is tried again. */
export const AGAIN_MS = 3_000

/**
 * Writes what is on a screen to the device: one after the other, so that the
 * newest is what stays. What could not be written is said, guarded against
 * leaving, and written as soon as it can be; the person need not touch it again.
 */
export class Keeper {
  /** Why the newest is not on disk; '' where it is. */
  trouble = $state<StorageTrouble | ''>('')
  #tail: Promise<void> = Promise.resolve()
  #again: ReturnType<typeof setTimeout> | undefined
  #closed = false

  /** Resolves when it is written or has failed for now. */
  keep(write: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(() => this.#write(write))
    return this.#tail
  }

  /** Resolves when everything so far is written or has failed for now. */
  written(): Promise<void> {
    return this.#tail
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#again)
    unsaved.fails(this, false)
  }

  async #write(write: () => Promise<void>): Promise<void> {
    clearTimeout(this.#again)
    try {
      await write()
      this.#says('')
    } catch (error) {
      this.#says(troubleOf(error))
      if (!this.#closed) this.#again = setTimeout(() => void this.keep(write), AGAIN_MS)
    }
  }

  #says(trouble: StorageTrouble | ''): void {
    this.trouble = trouble
    if (!this.#closed) unsaved.fails(this, trouble !== '')
  }
}
