/** What of a figure on a screen may be said to be of now. */
type Freshness = 'cut' | 'late' | 'live' | 'asked' | 'none'

/** Two polls without an answer: whatever the line says, nothing is known to be of now. */
export const LATE_MS = 2 * 60_000

interface Known {
  /** The last question had no answer, or the door is shut. */
  cut: boolean
  /** The server tells news as they happen. */
  live: boolean
  /** ms of the last good answer; 0 if there is none. */
  fetchedAt: number
}

/** Only what was answered lately is live: a line may look open when nobody is at the other end. */
export function freshness({ cut, live, fetchedAt }: Known, now: number): Freshness {
  if (cut) return 'cut'
  if (fetchedAt === 0) return 'none'
  if (now - fetchedAt > LATE_MS) return 'late'
  return live ? 'live' : 'asked'
}
