/** One short message at the bottom, with an optional way back ("Deshacer"). */
export interface Toast {
  text: string
  action?: { text: string; run: () => void }
}

class Toasts {
  current = $state.raw<Toast | null>(null)
  /** Bars on the screen that show it in themselves (ActionBar). */
  seats = $state(0)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Shows a message for 8 s (long enough to read and to reach with a glove). */
  show(toast: Toast): void {
    clearTimeout(this.#timer)
    this.current = toast
    this.#timer = setTimeout(() => (this.current = null), 8000)
  }

  /** A bar is there; answers what takes it away. */
  seat(): () => void {
    this.seats++
    return () => void this.seats--
  }

  act(): void {
    const action = this.current?.action
    this.current = null
    action?.run()
  }
}

export const toasts = new Toasts()
