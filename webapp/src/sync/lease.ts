/**
 * How long the device works without a word from the server. Pure.
 *
 * What is counted is the silence since its last answer. Two clocks tell how much
 * time passed: the wall's, which anybody can set, and a steady one, which nobody
 * can but which may stand still while the device sleeps. So a step of the wall's
 * clock that the steady one did not make is either sleep or a clock that was set,
 * and what tells them apart is whether somebody had the app in front of him:
 *
 *  - all the time between two readings: nothing slept, the clock was set. Only
 *    what the steady clock counted is silence, and from here the new time counts;
 *  - not, or between two runs: it is absence, by whichever clock counted more,
 *    and by the wall's no more than what it goes beyond the newest time it ever
 *    showed.
 *
 * Invariants: only an answer of the server lessens the silence, no setting of any
 * clock does; nothing is ever deleted by it.
 *
 * What cannot be told apart, and which way it errs. A clock set forward while the
 * app is out of sight (in the phone's own settings) looks like sleep: it may lock,
 * until the server answers once, and an open visit can be finished all the same.
 * A computer that sleeps without telling its pages, which phones do tell, looks
 * like a clock that was set: that sleep is not counted. After a clock was set back
 * out of sight, time in which the app does not run counts only once it is past
 * the newest time shown.
 */
import type { Lease, Reading } from './ports'

const DAY_MS = 24 * 3600 * 1000
/** Passing time is written down no more often than this. */
const KEEP_MS = 3600 * 1000

export const DEFAULT_LEASE_DAYS = 45
export const noLease = (): Lease => ({ days: DEFAULT_LEASE_DAYS, seen: 0, silent: 0 })

/** A lease as it was kept, also by a version that kept the time of the answer. */
export function leaseOf(kept: Partial<Lease> & { answered?: number } = {}): Lease {
  const { days = DEFAULT_LEASE_DAYS, seen = 0, answered } = kept
  if (answered === undefined) return { days, seen, silent: kept.silent ?? 0 }
  return answered > 0 ? { days, seen, silent: Math.max(0, seen - answered) } : { ...noLease(), days }
}

export const isLocked = (lease: Lease): boolean => lease.silent > lease.days * DAY_MS

/** @param before the reading before this one, of the same run; null for its first */
export function timePassed(lease: Lease, before: Reading | null, now: Reading): Lease {
  // Before the first answer ever there is nothing to protect.
  if (lease.seen === 0) return lease
  const steady = before ? Math.max(0, now.steady - before.steady) : 0
  if (before && now.attended) {
    const set = now.wall - before.wall - steady
    return { ...lease, silent: lease.silent + steady, seen: Math.max(lease.seen + Math.min(0, set), now.wall) }
  }
  const beyond = Math.max(0, now.wall - lease.seen)
  return { ...lease, silent: lease.silent + Math.max(steady, beyond), seen: lease.seen + beyond }
}

/** From here it is counted anew, also on a clock that is behind what it has shown: the server was reached. */
export const serverAnswered = (lease: Lease, wall: number): Lease => ({ ...lease, seen: wall, silent: 0 })

export function worthKeeping(kept: Lease, lease: Lease): boolean {
  return (
    kept.days !== lease.days ||
    isLocked(kept) !== isLocked(lease) ||
    Math.abs(lease.seen - kept.seen) >= KEEP_MS ||
    Math.abs(lease.silent - kept.silent) >= KEEP_MS
  )
}
