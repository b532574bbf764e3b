/**
 * What one page does to the replica: page × what is stored → one transaction.
 * Pure. Invariants:
 *  A1 a row is stored iff some handle holds it (I1);
 *  A2 after planPage, bucket sums = recount of the rows that result (I1);
 *  A3 rows of an intervention with unanswered work do not leave with a dropped
 *     bucket, nor with all the others; they are marked KEPT, in no cursor and no
 *     total, and go with the first complete page after the work was answered (I2, I5).
 */
import { workOf } from '../domain/records'
import type { ReplicaRow } from './contract'
import { add64, digestOf, entryOf, hex64, parse64, sub64, totalOf } from './checksum'
import { keyOf } from './ports'
import type { HeldBucket, PullPage, ReplicaBatch, ReplicaMeta, RowKey } from './ports'
import { REVIEWS } from './rows'

/** No real handle: held only to show unanswered work of an intervention that left this user's scope. */
export const KEPT = -1
/** No real handle: its bucket is being read again from zero; goes with the next complete page. */
export const STALE = -2

/** What must be read before planPage can decide. */
export function needsOf(page: PullPage, meta: ReplicaMeta): { keys: RowKey[]; handles: number[] } {
  const handles = [...page.drop, ...page.enter.map((e) => e.handle), ...meta.half].filter((h) => h in meta.buckets)
  if (page.trailer.complete) handles.push(KEPT, STALE)
  const keys = new Map<string, RowKey>()
  for (const { c, id } of [...page.puts, ...page.removes]) keys.set(keyOf({ c, id }), { c, id })
  return { keys: [...keys.values()], handles }
}

/**
 * Lets go of all there is and begins at nothing, but for what unanswered work is
 * shown on (A3): it may be days until the next page.
 *
 * @param stored every row; may be left out where nothing waits
 */
export function planAnew(meta: ReplicaMeta, stored: readonly ReplicaRow[], waiting: ReadonlySet<string>): ReplicaBatch {
  // Decisions about parked work come with a page that proves them, or not at all.
  const shown = stored.filter((row) => row.c !== REVIEWS)
  const kept = shown.filter((row) => (row.i ? waiting.has(row.i) : waiting.size > 0))
  return { clear: true, deletes: [], puts: kept.map((row) => ({ ...row, b: [KEPT] })), meta }
}

/** Rows in one transaction: a larger page would keep the screens' reads waiting. */
const CHUNK = 500

export interface PagePlan {
  /**
   * One transaction each, in this order. A2 holds after every one of them, and
   * only the last moves the cursor: a page cut short is simply read again.
   */
  batches: ReplicaBatch[]
  /** As it stands after the last. */
  meta: ReplicaMeta
  complete: boolean
  /** Complete, nothing waits to be compared, and what is now stored has the server's total. */
  verified: boolean
}

/**
 * @param page not one with `reset`, before which all begins anew
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
  chunk = CHUNK,
): PagePlan | null {
  const desk = new Desk(before, stored)
  const entered = page.enter.map((e) => e.handle)
  for (const handle of before.half) if (!entered.includes(handle)) desk.drop(handle, waiting)
  for (const { handle, name } of page.enter) desk.enter(handle, name)
  for (const handle of page.drop) desk.drop(handle, waiting)
  for (const { handle, name } of page.reconcile ?? []) if (!desk.rename(handle, name)) return null
  for (const put of page.puts) if (!desk.put(put)) return null
  for (const remove of page.removes) if (!desk.remove(remove)) return null
  if (page.trailer.complete) desk.sweep(waiting)

  const again = entered.some((h) => h in before.buckets)
  const steps = desk.steps(again ? Infinity : chunk)
  const { buckets } = steps.at(-1)!
  const meta = { ...nextMeta(page, before, now), buckets, reconcile: toCompare(page, before, buckets) }
  const matches = totalOf(buckets) === page.trailer.total
  const verified = page.trailer.complete && matches && meta.reconcile.length === 0
  if (verified) {
    meta.synced_at = new Date(now).toISOString()
    meta.incomplete = false
  }
  const batches = steps.map(({ puts, deletes, buckets }, n) => ({
    clear: false,
    puts,
    deletes,
    meta: n === steps.length - 1 ? meta : { ...before, buckets, half: entered },
  }))
  return { batches, meta, complete: page.trailer.complete, verified }
}

function toCompare(page: PullPage, held: ReplicaMeta, buckets: Record<number, HeldBucket>): number[] {
  const fresh = new Set(page.enter.map((e) => e.handle))
  const asked = [...held.reconcile, ...(page.reconcile ?? []).map((r) => r.handle)]
  return [...new Set(asked)].filter((h) => h in buckets && !fresh.has(h))
}

function nextMeta(page: PullPage, before: ReplicaMeta, now: number): ReplicaMeta {
  return {
    ...before,
    cursor: page.cursor,
    half: [],
    business_date: page.business_date,
    server_time: page.server_time,
    clock_offset_ms: Date.parse(page.server_time) - now || 0,
    // As the page says, also when that is less than before: the server may have gone back.
    seen_seq: page.trailer.complete ? Math.max(page.durable_seq, ...page.cursor.at.map((g) => g.seq)) : before.seen_seq,
    durable_seq: page.durable_seq,
  }
}

interface DeskStep {
  puts: ReplicaRow[]
  deletes: RowKey[]
  buckets: Record<number, HeldBucket>
}

/** The rows under change. Sums are brought up to date once, from each row's first and last form. */
export class Desk {
  private readonly first = new Map<string, ReplicaRow>()
  private readonly last = new Map<string, ReplicaRow | null>()
  private readonly buckets: Map<number, { name: string; count: number; sum: bigint }>
  /** Handles that start from zero in this page: nothing of before counts in them. */
  private readonly fresh = new Set<number>()
  /** Left in this page; until its rows are gone it still counts them. */
  private readonly dropped = new Set<number>()

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
    this.dropped.delete(handle)
    this.buckets.set(handle, { name, count: 0, sum: 0n })
  }

  drop(handle: number, waiting: ReadonlySet<string>): void {
    const owner = ownerOf(this.buckets.get(handle)?.name ?? '')
    for (const row of this.members(handle)) {
      const left = without(row.b, handle)
      const keep = left.length === 0 && (waiting.has(owner) || waiting.has(row.i))
      this.setMembers(row, keep ? [KEPT] : left)
    }
    this.dropped.add(handle)
  }

  private holds(handle: number): boolean {
    return this.buckets.has(handle) && !this.dropped.has(handle)
  }

  /** In another history a handle may mean another bucket; comparing will sort its rows out. */
  rename(handle: number, name: string): boolean {
    const bucket = this.buckets.get(handle)
    if (!bucket || this.dropped.has(handle)) return false
    bucket.name = name
    return true
  }

  put(put: PullPage['puts'][number]): boolean {
    if (!this.holds(put.b)) return false
    const old = this.get(keyOf(put))
    const data = put.data as Record<string, unknown>
    this.last.set(keyOf(put), {
      c: put.c,
      id: put.id,
      rev: put.rev,
      i: workOf(put.c, put.id, data),
      b: [...without(old?.b ?? [], put.b, KEPT, STALE), put.b],
      digest: digestOf(data),
      data,
    })
    return true
  }

  /** A row that is right as it is stored turns out to be in this bucket too. */
  adopt(row: ReplicaRow, handle: number): void {
    this.setMembers(row, [...without(row.b, handle, KEPT, STALE), handle])
  }

  /** A row turns out not to be in this bucket. */
  expel(row: ReplicaRow, handle: number, waiting: ReadonlySet<string>): void {
    const left = without(row.b, handle)
    this.setMembers(row, left.length === 0 && waiting.has(row.i) ? [KEPT] : left)
  }

  remove({ b, c, id }: PullPage['removes'][number]): boolean {
    if (!this.holds(b)) return false
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

  /** What to write, at most so many rows a step; the last step has forgotten the dropped buckets. */
  steps(chunk: number): DeskStep[] {
    const steps: DeskStep[] = []
    let step: DeskStep = { puts: [], deletes: [], buckets: {} }
    for (const [key, row] of this.last) {
      if (step.puts.length + step.deletes.length === chunk) {
        steps.push({ ...step, buckets: this.sums() })
        step = { puts: [], deletes: [], buckets: {} }
      }
      const old = this.first.get(key)
      if (old) this.tally(old, -1)
      if (row) this.tally(row, 1)
      if (row) step.puts.push(row)
      else if (old) step.deletes.push({ c: old.c, id: old.id })
    }
    for (const handle of this.dropped) this.buckets.delete(handle)
    return [...steps, { ...step, buckets: this.sums() }]
  }

  private sums(): Record<number, HeldBucket> {
    const buckets: Record<number, HeldBucket> = {}
    for (const [h, b] of this.buckets) buckets[h] = { name: b.name, count: b.count, sum: hex64(b.sum) }
    return buckets
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
