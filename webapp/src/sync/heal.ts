/**
 * Repair after a checksum mismatch. Pure. Invariant: nothing is deleted here;
 * rows in doubt stay visible until the pull from zero has come through (I1).
 */
import type { ReplicaRow } from './contract'
import { recount } from './checksum'
import { STALE } from './apply'
import { emptyMeta } from './ports'
import type { BucketCheck, Cursor, ReplicaBatch, ReplicaMeta } from './ports'

/** Handles whose kept sum or count is not the server's. */
export function differing(meta: ReplicaMeta, checks: readonly BucketCheck[]): number[] {
  return checks
    .filter((c) => meta.buckets[c.handle]?.sum !== c.sum || meta.buckets[c.handle]?.count !== c.count)
    .map((c) => c.handle)
}

/**
 * @param rows every member of the differing buckets
 * @returns the transaction that moves the buckets that really differ to seq 0
 */
export function planHeal(
  meta: ReplicaMeta,
  checks: readonly BucketCheck[],
  rows: readonly ReplicaRow[],
  now: number,
): ReplicaBatch {
  const at = new Date(now).toISOString()
  const sameBuckets =
    checks.length === Object.keys(meta.buckets).length && checks.every((c) => c.handle in meta.buckets)
  // We do not even agree on which buckets there are: begin again.
  if (!sameBuckets || !meta.cursor) {
    return { clear: true, deletes: [], puts: [], meta: { ...emptyMeta(), synced_at: meta.synced_at, last_heal_at: at } }
  }
  const buckets = { ...meta.buckets }
  const sick = new Set<number>()
  for (const handle of differing(meta, checks)) {
    const { name } = buckets[handle]!
    const check = checks.find((c) => c.handle === handle)!
    const truth = recount(handle, name, rows)
    const soundRows = truth.sum === check.sum && truth.count === check.count
    if (!soundRows) sick.add(handle)
    buckets[handle] = soundRows ? { name, ...truth } : { name, count: 0, sum: '0'.repeat(16) }
  }
  const puts = rows
    .filter((row) => row.b.some((h) => sick.has(h)))
    .map((row) => ({ ...row, b: [...row.b.filter((h) => !sick.has(h) && h !== STALE), STALE] }))
  return {
    clear: false,
    deletes: [],
    puts,
    meta: { ...meta, buckets, cursor: fromZero(meta.cursor, sick), last_heal_at: at },
  }
}

/** The cursor with these handles standing at the beginning. */
function fromZero(cursor: Cursor, handles: ReadonlySet<number>): Cursor {
  if (handles.size === 0) return cursor
  const groups = cursor.at
    .map((g) => ({ ...g, buckets: g.buckets.filter((h) => !handles.has(h)) }))
    .filter((g) => g.buckets.length > 0 && g.seq > 0)
  const zero = cursor.at.filter((g) => g.seq === 0).flatMap((g) => g.buckets)
  return { ...cursor, at: [...groups, { seq: 0, nonce: '', buckets: [...new Set([...zero, ...handles])] }] }
}
