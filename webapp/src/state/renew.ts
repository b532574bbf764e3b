const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * A token lives for thirty days: of a screen that stays open it is renewed every
 * day, and tried again every hour while there is no answer.
 *
 * @param renew answers whether it was
 * @returns ends it
 */
export function renewing(renew: () => Promise<boolean>, now: () => number = Date.now): () => void {
  let last = now()
  const timer = setInterval(() => {
    if (now() - last < DAY_MS) return
    renew()
      .then((done) => {
        if (done) last = now()
      })
      .catch(() => undefined)
  }, HOUR_MS)
  return () => clearInterval(timer)
}
