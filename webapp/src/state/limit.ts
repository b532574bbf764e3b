/** How long an answer may take. What hangs longer is given up, and asked again by whoever wants it. */
export const LIMIT_MS = 30_000

/**
 * Work that ends within the limit, whether it heeds the signal or not.
 * @throws Error when the limit is over
 */
export async function limited<T>(work: (signal: AbortSignal) => Promise<T>, ms = LIMIT_MS): Promise<T> {
  const ended = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer within the limit'))
      ended.abort()
    }, ms)
  })
  try {
    return await Promise.race([work(ended.signal), over])
  } finally {
    clearTimeout(timer)
  }
}
