/**
 * Repair of a bucket by the difference: what the server lists of it against what
 * is STORED here. Pure. Invariants:
 *  R1 nothing is fetched that is stored right, nothing deleted that the server
 *     lists, and what waits to be sent keeps the rows it is shown on (I1, I2);
 *  R2 the bucket leaves the list only with all it lacked stored, its surplus gone
 *     and its sum counted anew from the data stored (I1);
 *  R3 its cursor then stands where the FIRST page of the listing was read: what
 *     changed while it was compared comes again by pull (I1).
 */
import { Desk, KEPT, STALE } from './apply'
import { digestOf, recount } from './checksum'
import type { ReplicaRow } from './contract'
import { keyOf } from './ports'
import type { BucketCheck, Cursor, Mark, ReplicaBatch, ReplicaMeta, RowKey } from './ports'
import type { ListedRow } from './wire'

/**
 * Which buckets to compare after a complete page whose total did not match.
 * @param checks the server's sum of every bucket
 */
export function differing(meta: ReplicaMeta, checks: readonly BucketCheck[]): number[] {
  return checks
    .filter((c) => meta.buckets[c.handle]?.sum !== c.sum || meta.buckets[c.handle]?.count !== c.count)
    .map((c) => c.handle)
}

/** The meta with the buckets that differ on its list; null where we do not even agree on which there are. */
export function withDiffering(meta: ReplicaMeta, checks: readonly BucketCheck[]): ReplicaMeta | null {
  const same = checks.length === Object.keys(meta.buckets).length && checks.every((c) => c.handle in meta.buckets)
  if (!same || !meta.cursor) return null
  return { ...meta, reconcile: [...new Set([...meta.reconcile, ...differing(meta, checks)])] }
}

/**
 * One page of the listing against the rows stored under its keys.
 * @returns keys to fetch, and rows that are right but not known to be in this bucket
 */
export function compare(
  handle: number,
  listed: readonly ListedRow[],
  stored: readonly ReplicaRow[],
): { missing: RowKey[]; adopt: ReplicaRow[] } {
  const here = new Map(stored.map((row) => [keyOf(row), row]))
  const missing: RowKey[] = []
  const adopt: ReplicaRow[] = []
  for (const { c, id, rev, digest } of listed) {
    const row = here.get(keyOf({ c, id }))
    const right = row?.rev === rev && row.digest === digest && digestOf(row.data) === digest
    if (!right) missing.push({ c, id })
    else if (!row.b.includes(handle) || row.b.includes(KEPT) || row.b.includes(STALE)) adopt.push(row)
  }
  return { missing, adopt }
}

/** Stores rows fetched and memberships found; the bucket stays on the list. */
export function planFetched(
  meta: ReplicaMeta,
  handle: number,
  fetched: readonly { c: string; id: string; rev: number; data: Record<string, unknown> }[],
  adopt: readonly ReplicaRow[],
  stored: readonly ReplicaRow[],
): ReplicaBatch {
  const desk = new Desk(meta, [...stored, ...adopt])
  for (const row of adopt) desk.adopt(row, handle)
  for (const row of fetched) desk.put({ ...row, b: handle })
  const [step] = desk.steps(Infinity)
  return { clear: false, puts: step!.puts, deletes: step!.deletes, meta: { ...meta, buckets: step!.buckets } }
}

/**
 * The last transaction of a bucket's repair.
 * @param first where the first page of the listing was read
 * @param listed keys of all its pages
 * @param members every row stored as a member of the bucket
 * @returns null if the cursor is of another history than the listing: pull first
 */
export function planWhole(
  meta: ReplicaMeta,
  handle: number,
  first: Mark,
  listed: ReadonlySet<string>,
  members: readonly ReplicaRow[],
  waiting: ReadonlySet<string>,
  now: number,
): ReplicaBatch | null {
  const bucket = meta.buckets[handle]
  // A commit's epoch may be older than the cursor's: none was made since the newest began.
  if (!bucket || !meta.cursor || first.epoch > meta.cursor.epoch) return null
  const desk = new Desk(meta, members)
  for (const row of members) if (!listed.has(keyOf(row))) desk.expel(row, handle, waiting)
  const [step] = desk.steps(Infinity)
  const left = members.filter((row) => listed.has(keyOf(row)))
  const buckets = { ...step!.buckets, [handle]: { name: bucket.name, ...recount(handle, bucket.name, left) } }
  return {
    clear: false,
    puts: step!.puts,
    deletes: step!.deletes,
    meta: {
      ...meta,
      buckets,
      cursor: moved(meta.cursor, handle, first),
      reconcile: meta.reconcile.filter((h) => h !== handle),
      last_heal_at: new Date(now).toISOString(),
    },
  }
}

/** The cursor with one bucket standing at a commit. */
function moved(cursor: Cursor, handle: number, { seq, nonce }: Mark): Cursor {
  const at = cursor.at
    .map((g) => ({ ...g, buckets: g.buckets.filter((h) => h !== handle) }))
    .filter((g) => g.buckets.length > 0)
  const there = at.find((g) => g.seq === seq && g.nonce === nonce)
  if (there) there.buckets.push(handle)
  else at.push({ seq, nonce, buckets: [handle] })
  return { ...cursor, at }
}
