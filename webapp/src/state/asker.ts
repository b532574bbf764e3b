import { Coalesced } from './coalesced'

/** Pauses before asking again what had no answer; the last goes on for as long as it takes. */
const PAUSES_MS = [2_000, 5_000, 15_000, 30_000, 60_000]

/** What becomes of a question. */
interface Told<T> {
  answer: (said: T) => void
  /** @returns true where nobody answered: it is asked again by itself */
  failure: (error: unknown) => boolean
}

/**
 * Asks at a path. Wishes are coalesced: while a question is under way, any number
 * of them make one more. A question without an answer is asked again, sooner first.
 */
export class Asker<T> {
  #path = ''
  #failures = 0
  readonly #questions = new Coalesced(() => (this.#path === '' ? Promise.resolve() : this.#once(this.#path)))
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param ask must end, well or not: an endless question is the last one */
  constructor(
    private readonly ask: (path: string) => Promise<T>,
    private readonly told: Told<T>,
  ) {}

  /** Another path is another question; '' is none, and ends it. */
  go(path: string): boolean {
    if (path === this.#path) return false
    this.#path = path
    this.#failures = 0
    void this.refresh()
    return true
  }

  /** Asks again, once, however often it is called meanwhile. */
  refresh(): Promise<void> {
    clearTimeout(this.#timer)
    return this.#questions.run()
  }

  async #once(path: string): Promise<void> {
    try {
      const said = await this.ask(path)
      if (path !== this.#path) return
      this.#failures = 0
      clearTimeout(this.#timer)
      this.told.answer(said)
    } catch (error) {
      if (path !== this.#path || !this.told.failure(error)) return
      const pause = PAUSES_MS[Math.min(this.#failures++, PAUSES_MS.length - 1)]
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.refresh(), pause)
    }
  }
}
