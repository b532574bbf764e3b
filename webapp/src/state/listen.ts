/** A hint may be lost: ask now and then all the same. */
export const POLL_MS = 60_000
const LOOK_MS = 1000
/** Several commits in a row make one question. */
const GATHER_MS = 150

/** Where news come from, as they happen. */
export interface Hints {
  /** @returns ends it */
  subscribe: (moved: () => void) => Promise<() => Promise<void>>
  connected: () => boolean
}

/**
 * Listens for news. `soon` is called after some, after a gap in which there may have
 * been some, and every minute in any case.
 *
 * @returns ends it
 */
export function listen(
  hints: Hints,
  onmoved: () => void,
  onconnected: (now: boolean) => void,
  lookMs = LOOK_MS,
): () => void {
  let over = false
  let joining = false
  let leave: (() => Promise<void>) | undefined
  let gathering: ReturnType<typeof setTimeout> | undefined
  let was = false
  const soon = () => {
    clearTimeout(gathering)
    gathering = setTimeout(onmoved, GATHER_MS)
  }
  const join = async () => {
    if (joining || leave) return
    joining = true
    try {
      const end = await hints.subscribe(soon)
      if (over) await end()
      else leave = end
    } catch {
      // refused or unreachable: tried again with the next poll
    } finally {
      joining = false
    }
  }
  void join()
  const look = setInterval(() => {
    const now = hints.connected()
    if (now && !was) soon() // after a gap something may have been missed
    if (now !== was) onconnected(now)
    was = now
  }, lookMs)
  const poll = setInterval(() => {
    void join()
    soon()
  }, POLL_MS)
  return () => {
    over = true
    clearInterval(look)
    clearInterval(poll)
    clearTimeout(gathering)
    leave?.().catch(() => undefined)
  }
}
