import { liveQuery } from 'dexie'

/** How many times as long as it took a query rests before it is asked again. */
const REST = 4

/**
 * Answers a query, and again after each change of what it reads. While rows come
 * page after page it would be asked without end: its reads would hold up the
 * writing, and its answers, always overtaken, would never be seen. So it rests
 * between, and each answer counts as what stood then.
 *
 * @returns ends it
 */
export function follow<T>(query: () => Promise<T>, next: (answer: T) => void): () => void {
  let asked = 0
  let rested = Promise.resolve()
  const paced = async (): Promise<void> => {
    const mine = ++asked
    await Promise.resolve(rested) // so wrapped, Dexie still knows whose reads come after
    if (mine !== asked) return // who came later asks
    let rise!: () => void
    rested = new Promise((done) => (rise = done))
    const begun = performance.now()
    try {
      const answer = await query()
      if (asked > 0) next(answer)
    } finally {
      setTimeout(rise, REST * (performance.now() - begun))
    }
  }
  const subscription = liveQuery(paced).subscribe({
    error: (error: unknown) => console.error('live query', error),
  })
  return () => {
    asked = -Infinity
    subscription.unsubscribe()
  }
}
