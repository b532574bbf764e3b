import { liveQuery, type Subscription } from 'dexie'

/** How many times as long as it took a query rests before it is asked again. */
const REST = 4
/** How long until what could not be read is asked again. */
const AGAIN_MS = 3_000

/**
 * Answers a query, and again after each change of what it reads. While rows come
 * page after page it would be asked without end: its reads would hold up the
 * writing, and its answers, always overtaken, would never be seen. So it rests
 * between, and each answer counts as what stood then.
 *
 * @param failed hears that it could not be read, and '' when it could again; it is asked again until then
 * @returns ends it
 */
export function follow<T>(
  query: () => Promise<T>,
  next: (answer: T) => void,
  failed: (error: unknown) => void = (error) => error !== '' && console.error('live query', error),
): () => void {
  let asked = 0
  let broken = false
  let rested = Promise.resolve()
  let again: ReturnType<typeof setTimeout> | undefined
  // Dexie asks again after the next change; a database that does not open sees none.
  const breaks = (error: unknown): void => {
    failed(error)
    broken = true
    clearTimeout(again)
    again = setTimeout(() => {
      if (!broken) return
      subscription.unsubscribe()
      subscription = begin()
    }, AGAIN_MS)
  }
  const paced = async (): Promise<void> => {
    const mine = ++asked
    await Promise.resolve(rested) // so wrapped, Dexie still knows whose reads come after
    if (mine !== asked) return // who came later asks
    let rise!: () => void
    rested = new Promise((done) => (rise = done))
    const begun = performance.now()
    try {
      const answer = await query()
      if (asked <= 0) return
      if (broken) failed('')
      broken = false
      next(answer)
    } catch (error) {
      // Dexie keeps quiet about a database that is closed. Who was overtaken was only given up.
      if (mine === asked) breaks(error)
      throw error
    } finally {
      setTimeout(rise, REST * (performance.now() - begun))
    }
  }
  const begin = (): Subscription => liveQuery(paced).subscribe({ error: () => undefined })
  let subscription = begin()
  return () => {
    asked = -Infinity
    clearTimeout(again)
    subscription.unsubscribe()
  }
}
