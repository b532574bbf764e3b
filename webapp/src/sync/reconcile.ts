/**
 * Repair of a bucket by the difference: what the server lists of it against what
 * is STORED here. Pure. Invariants:
 *  R1 nothing is fetched that is stored right, nothing deleted that the server
 *     lists, and what waits to be sent keeps the rows it is shown on (I1, I2);
 *  R2 the bucket leaves the list only with all it lacked stored, its surplus gone
 *     and its sum counted anew from the data stored (I1);
 *  R3 its cursor then stands where the FIRST page of the listing was read: what
 *     changed while it was compared comes again by pull (I1);
 *  R4 what repair does not cure is told, and repaired again more and more rarely,
 *     at last once a day, for as long as it is the same that differs: rows that
 *     come and go on both sides alike make no other difference of it. Anything
 *     else that differs is repaired at once.
 */
import { Desk, KEPT, STALE } from './apply'
import { digestOf, hex64, parse64, recount, sub64 } from './checksum'
import type { ReplicaRow } from './contract'
import { keyOf } from './ports'
import type { BucketCheck, Cursor, Mark, ReplicaBatch, ReplicaMeta, RowKey, Uncured } from './ports'
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

/** How often the same is repaired before it rests. */
const TRIES = 2
const FIRST_REST_MS = 5 * 60_000
const LONGEST_REST_MS = 24 * 3600_000

/** Whether repair did not cure what differs. */
export const isUncured = (meta: ReplicaMeta): boolean => (meta.uncured?.times ?? 0) >= TRIES

/** What is to be done about a complete page whose total did not match. */
export interface Remedy {
  /** With the buckets to compare on its list. */
  meta: ReplicaMeta
  /** We do not even agree on which buckets there are: the replica is begun anew. */
  rebuild: boolean
}

/** @param now device time, ms */
export function remedyFor(meta: ReplicaMeta, checks: readonly BucketCheck[], now: number): Remedy {
  const same = checks.length === Object.keys(meta.buckets).length && checks.every((c) => c.handle in meta.buckets)
  const handles = differing(meta, checks)
  const rebuild = !same || !meta.cursor
  if (!rebuild && handles.length === 0) return { meta, rebuild }
  const of = rebuild ? 'buckets' : differenceOf(meta, checks, handles)
  const before = meta.uncured?.of === of ? meta.uncured : undefined
  if (before && rests(before, now)) {
    return { meta: { ...meta, reconcile: meta.reconcile.filter((h) => !handles.includes(h)) }, rebuild: false }
  }
  const since = before?.since ?? new Date(now).toISOString()
  const uncured = { of, times: (before?.times ?? 0) + 1, since, at: now }
  return { meta: { ...meta, uncured, reconcile: [...new Set([...meta.reconcile, ...handles])] }, rebuild }
}

function rests({ times, at }: Uncured, now: number): boolean {
  // A clock set back makes nothing rest for longer.
  return times >= TRIES && Math.abs(now - at) < Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (times - TRIES))
}

/** By how much the sums differ: rows that move on both sides leave it as it is. */
function differenceOf(meta: ReplicaMeta, checks: readonly BucketCheck[], handles: readonly number[]): string {
  return checks
    .filter((c) => handles.includes(c.handle))
    .map(({ handle, sum, count }) => {
      const mine = meta.buckets[handle]
      return `${handle} ${hex64(sub64(parse64(sum), parse64(mine?.sum ?? '')))} ${count - (mine?.count ?? 0)}`
    })
    .sort()
    .join(', ')
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
