/**
 * How long the device works without a word from the server. Pure.
 * Invariants: setting the clock back never lengthens the lease; a clock set
 * forward by mistake locks only until the server answers once; nothing is ever
 * deleted by it.
 */
import type { Lease } from './ports'

const DAY_MS = 24 * 3600 * 1000
/** Passing time is written down no more often than this. */
const KEEP_MS = 3600 * 1000

export const isLocked = (lease: Lease): boolean =>
  lease.answered > 0 && lease.seen - lease.answered > lease.days * DAY_MS

export const timePassed = (lease: Lease, now: number): Lease =>
  // Before the first answer ever there is nothing to protect.
  now > lease.seen && lease.answered > 0 ? { ...lease, seen: now } : lease

/** From here it is counted anew, also on a clock that is behind what it has shown: the server was reached. */
export const serverAnswered = (lease: Lease, now: number): Lease => ({ ...lease, seen: now, answered: now })

export function worthKeeping(kept: Lease, lease: Lease): boolean {
  return (
    kept.days !== lease.days ||
    isLocked(kept) !== isLocked(lease) ||
    Math.abs(lease.seen - kept.seen) >= KEEP_MS ||
    Math.abs(lease.answered - kept.answered) >= KEEP_MS
  )
}
