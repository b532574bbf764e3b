/** One short message at the bottom, with an optional way back ("Deshacer"). */
export interface Toast {
  text: string
  action?: { text: string; run: () => void }
}

class Toasts {
  current = $state.raw<Toast | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Shows a message for 8 s (long enough to read and to reach with a glove). */
  show(toast: Toast): void {
    clearTimeout(this.#timer)
    this.current = toast
    this.#timer = setTimeout(() => (this.current = null), 8000)
  }

  act(): void {
    const action = this.current?.action
    this.current = null
    action?.run()
  }
}

export const toasts = new Toasts()
