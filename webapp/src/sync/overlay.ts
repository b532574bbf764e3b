/**
 * What the screen shows: the replica with the outbox replayed on top. Pure.
 * Invariant: nothing the user did is invisible until the server's own row shows it (I2),
 * and nothing is shown twice (I3).
 */
import type { OutboxEntry, ReplicaRow } from './contract'
import { keyOf } from './ports'

/** '' : as the server has it. 'applied': received, not yet seen in a pull. */
export type Marker = '' | 'pending' | 'applied' | 'parked'

export interface ShownRow {
  c: string
  id: string
  i: string
  rev: number
  data: Record<string, unknown>
  marker: Marker
  /** The group of the newest work shown in it, or ''. */
  group: string
  /** The newest mutation of this device shown in it: what a change of this row builds on, with `rev`; or ''. */
  prev: string
}

/**
 * @param rows replica rows of any selection
 * @param outbox entries of the same selection, any order
 * @param seenSeq ReplicaMeta.seen_seq: an applied entry older than that is shown by its row, or by nothing if the row left
 */
export function overlay(rows: readonly ReplicaRow[], outbox: readonly OutboxEntry[], seenSeq: number): ShownRow[] {
  const shown = new Map<string, ShownRow>()
  for (const r of rows)
    shown.set(keyOf(r), { c: r.c, id: r.id, i: r.i, rev: r.rev, data: r.data, marker: '', group: '', prev: '' })
  for (const entry of [...outbox].sort((a, b) => a.counter - b.counter)) {
    const { mutation } = entry
    const key = keyOf({ c: mutation.collection, id: mutation.record })
    const row = shown.get(key)
    if (!replayed(entry, row, seenSeq) || (mutation.op !== 'create' && !row)) continue
    // A deletion that waits for review leaves the row in sight, marked.
    if (mutation.op === 'delete' && entry.state !== 'parked') {
      shown.delete(key)
      continue
    }
    // What lost against a newer value is not what the record says.
    const { lost = [] } = entry.outcome ?? {}
    const won = Object.entries(mutation.fields as Record<string, unknown>).filter(([field]) => !lost.includes(field))
    shown.set(key, {
      c: mutation.collection,
      id: mutation.record,
      i: row?.i ?? entry.intervention,
      rev: row?.rev ?? 0,
      data: { ...row?.data, ...Object.fromEntries(won) },
      marker: entry.state as Marker,
      group: entry.group,
      prev: entry.id,
    })
  }
  return [...shown.values()]
}

/**
 * One row as it is shown; undefined where it is not there, or was deleted here.
 *
 * @param outbox entries of its collection, any order
 * @param without mutations to leave out
 */
export function shownRow(
  id: string,
  row: ReplicaRow | undefined,
  outbox: readonly OutboxEntry[],
  seenSeq: number,
  without: readonly string[] = [],
): ShownRow | undefined {
  const own = outbox.filter((e) => e.mutation.record === id && !without.includes(e.id))
  return overlay(row ? [row] : [], own, seenSeq)[0]
}

function replayed(entry: OutboxEntry, row: ShownRow | undefined, seenSeq: number): boolean {
  const { op } = entry.mutation
  if (entry.state === 'pending' || entry.state === 'parked') return op !== 'create' || !row || row.rev === 0
  if (entry.state !== 'applied') return false
  const newer = (entry.outcome?.seq ?? 0) > seenSeq
  // Deleted, or kept because somebody changed it meanwhile.
  if (op === 'delete') return newer && !entry.outcome?.conflict
  const back = row !== undefined && row.rev > 0 && row.rev >= (entry.outcome?.rev ?? 1)
  return !back && newer
}
