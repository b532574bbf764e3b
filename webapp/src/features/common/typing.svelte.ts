import { untrack } from 'svelte'

const PAUSE_MS = 400

/**
 * Keeps what is being typed: `keep` is called in the first pause after `typed`
 * changed, and at once when the screen or the page goes away. A field's own
 * "change" is not enough: the phone's back button takes the field away without it.
 * Answers what stops it, for an entry that was saved or given up.
 */
export function keepTyped<T>(typed: () => T, keep: (value: T) => void): () => void {
  let due: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let first = true
  const flush = () => {
    clearTimeout(timer)
    const run = due
    due = undefined
    untrack(() => run?.())
  }
  $effect(() => {
    const value = typed()
    if (!first) {
      due = () => keep(value)
      clearTimeout(timer)
      timer = setTimeout(flush, PAUSE_MS)
    }
    first = false
  })
  $effect(() => {
    addEventListener('pagehide', flush)
    document.addEventListener('visibilitychange', flush)
    return () => {
      removeEventListener('pagehide', flush)
      document.removeEventListener('visibilitychange', flush)
      flush()
    }
  })
  return () => {
    clearTimeout(timer)
    due = undefined
  }
}
