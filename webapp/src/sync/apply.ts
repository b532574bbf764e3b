/**
 * What one page does to the replica: page × what is stored → one transaction.
 * Pure. Invariants:
 *  A1 a row is stored iff some handle holds it (I1);
 *  A2 after planPage, bucket sums = recount of the rows that result (I1);
 *  A3 rows of an intervention with unanswered work do not leave with a dropped
 *     bucket; they are marked KEPT, in no cursor and no total, and go with the
 *     first complete page after the work was answered (I2, I5).
 */
import type { ReplicaRow } from './contract'
import { add64, digestOf, entryOf, hex64, parse64, sub64, totalOf } from './checksum'
import { emptyMeta, keyOf } from './ports'
import type { HeldBucket, PullPage, ReplicaBatch, ReplicaMeta, RowKey } from './ports'

/** No real handle: held only to show unanswered work of an intervention that left this user's scope. */
export const KEPT = -1
/** No real handle: its bucket is being read again from zero; goes with the next complete page. */
export const STALE = -2

/** What must be read before planPage can decide. */
export function needsOf(page: PullPage, meta: ReplicaMeta): { keys: RowKey[]; handles: number[] } {
  if (page.reset) return { keys: [], handles: [] }
  const handles = page.drop.concat(page.enter.map((e) => e.handle)).filter((h) => h in meta.buckets)
  if (page.trailer.complete) handles.push(KEPT, STALE)
  const keys = new Map<string, RowKey>()
  for (const { c, id } of [...page.puts, ...page.removes]) keys.set(keyOf({ c, id }), { c, id })
  return { keys: [...keys.values()], handles }
}

export interface PagePlan {
  batch: ReplicaBatch
  complete: boolean
  /** Complete, and what is now stored has the server's total. */
  verified: boolean
}

/**
 * @param stored the rows needsOf asked for
 * @param waiting interventions with unanswered work
 * @param now device time in ms
 * @returns null if the page names a bucket never entered: it cannot be trusted
 */
export function planPage(
  page: PullPage,
  before: ReplicaMeta,
  stored: readonly ReplicaRow[],
  waiting: ReadonlySet<string>,
  now: number,
): PagePlan | null {
  const desk = new Desk(page.reset ? emptyMeta() : before, page.reset ? [] : stored)
  for (const { handle, name } of page.enter) desk.enter(handle, name)
  for (const handle of page.drop) desk.drop(handle, waiting)
  for (const put of page.puts) if (!desk.put(put)) return null
  for (const remove of page.removes) if (!desk.remove(remove)) return null
  if (page.trailer.complete) desk.sweep(waiting)

  const { puts, deletes, buckets } = desk.result()
  const verified = page.trailer.complete && totalOf(buckets) === page.trailer.total
  return {
    batch: { clear: page.reset, puts, deletes, meta: nextMeta(page, before, buckets, verified, now) },
    complete: page.trailer.complete,
    verified,
  }
}

function nextMeta(
  page: PullPage,
  before: ReplicaMeta,
  buckets: Record<number, HeldBucket>,
  verified: boolean,
  now: number,
): ReplicaMeta {
  const held = page.reset ? emptyMeta() : before
  const newest = Math.max(page.durable_seq, ...page.cursor.at.map((g) => g.seq))
  return {
    ...held,
    cursor: page.cursor,
    buckets,
    synced_at: verified ? new Date(now).toISOString() : before.synced_at,
    business_date: page.business_date,
    server_time: page.server_time,
    clock_offset_ms: Date.parse(page.server_time) - now || 0,
    seen_seq: page.trailer.complete ? Math.max(held.seen_seq, newest) : held.seen_seq,
    durable_seq: Math.max(held.durable_seq, page.durable_seq),
    last_heal_at: before.last_heal_at,
  }
}

/** The rows under change. Sums are brought up to date once, from each row's first and last form. */
class Desk {
  private readonly first = new Map<string, ReplicaRow>()
  private readonly last = new Map<string, ReplicaRow | null>()
  private readonly buckets: Map<number, { name: string; count: number; sum: bigint }>
  /** Handles that start from zero in this page: nothing of before counts in them. */
  private readonly fresh = new Set<number>()

  constructor(meta: ReplicaMeta, stored: readonly ReplicaRow[]) {
    for (const row of stored) this.first.set(keyOf(row), row)
    this.buckets = new Map(
      Object.entries(meta.buckets).map(([h, b]) => [Number(h), { name: b.name, count: b.count, sum: parse64(b.sum) }]),
    )
  }

  private get(key: string): ReplicaRow | null {
    const changed = this.last.get(key)
    return changed === undefined ? (this.first.get(key) ?? null) : changed
  }

  private setMembers(row: ReplicaRow, b: number[]): void {
    this.last.set(keyOf(row), b.length ? { ...row, b } : null)
  }

  private *members(handle: number): Generator<ReplicaRow> {
    for (const key of new Set([...this.first.keys(), ...this.last.keys()])) {
      const row = this.get(key)
      if (row?.b.includes(handle)) yield row
    }
  }

  enter(handle: number, name: string): void {
    // Entered again without having left: read from zero; until that is done the old rows stay visible.
    for (const row of this.members(handle)) this.setMembers(row, [...without(row.b, handle, STALE), STALE])
    this.fresh.add(handle)
    this.buckets.set(handle, { name, count: 0, sum: 0n })
  }

  drop(handle: number, waiting: ReadonlySet<string>): void {
    const owner = ownerOf(this.buckets.get(handle)?.name ?? '')
    for (const row of this.members(handle)) {
      const left = without(row.b, handle)
      const keep = left.length === 0 && (waiting.has(owner) || waiting.has(row.i))
      this.setMembers(row, keep ? [KEPT] : left)
    }
    this.buckets.delete(handle)
  }

  put(put: PullPage['puts'][number]): boolean {
    if (!this.buckets.has(put.b)) return false
    const old = this.get(keyOf(put))
    const data = put.data as Record<string, unknown>
    this.last.set(keyOf(put), {
      c: put.c,
      id: put.id,
      rev: put.rev,
      i: interventionOf(put.c, put.id, data),
      b: [...without(old?.b ?? [], put.b, KEPT, STALE), put.b],
      digest: digestOf(data),
      data,
    })
    return true
  }

  remove({ b, c, id }: PullPage['removes'][number]): boolean {
    if (!this.buckets.has(b)) return false
    const row = this.get(keyOf({ c, id }))
    if (row) this.setMembers(row, without(row.b, b))
    return true
  }

  sweep(waiting: ReadonlySet<string>): void {
    for (const row of this.members(STALE)) this.setMembers(row, without(row.b, STALE))
    const kept = [...this.members(KEPT)]
    const needed = kept.some((row) => waiting.has(row.i))
    // A row of no intervention (a public body) is there for the sake of the others.
    for (const row of kept) if (row.i ? !waiting.has(row.i) : !needed) this.setMembers(row, without(row.b, KEPT))
  }

  result(): { puts: ReplicaRow[]; deletes: RowKey[]; buckets: Record<number, HeldBucket> } {
    const puts: ReplicaRow[] = []
    const deletes: RowKey[] = []
    for (const [key, row] of this.last) {
      const old = this.first.get(key)
      if (old) this.tally(old, -1)
      if (row) this.tally(row, 1)
      if (row) puts.push(row)
      else if (old) deletes.push({ c: old.c, id: old.id })
    }
    const buckets: Record<number, HeldBucket> = {}
    for (const [h, b] of this.buckets) buckets[h] = { name: b.name, count: b.count, sum: hex64(b.sum) }
    return { puts, deletes, buckets }
  }

  private tally(row: ReplicaRow, sign: 1 | -1): void {
    for (const handle of row.b) {
      const bucket = this.buckets.get(handle)
      if (!bucket || (sign < 0 && this.fresh.has(handle))) continue
      const entry = entryOf(bucket.name, row)
      bucket.sum = sign > 0 ? add64(bucket.sum, entry) : sub64(bucket.sum, entry)
      bucket.count += sign
    }
  }
}

const without = (b: readonly number[], ...gone: number[]): number[] => b.filter((h) => !gone.includes(h))

/** The intervention of a bucket `aii:<id>` or `aii-sup:<id>`, else ''. */
const ownerOf = (name: string): string => /^aii(?:-sup)?:(.+)$/.exec(name)?.[1] ?? ''

function interventionOf(c: string, id: string, data: Record<string, unknown>): string {
  if (c === 'interventions') return id
  return typeof data.intervention === 'string' ? data.intervention : ''
}
