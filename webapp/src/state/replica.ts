/**
 * What is on this device, for the screens: the one place that reads it. Rows come by
 * their kind, and by work, whole or id; each read is a bounded index range. Of what a
 * device may send, its own work not pulled back yet is on top.
 */
import { moved } from '../domain/movement'
import { declared, parentIn, RECORDS } from '../domain/records'
import type { Rows } from '../domain/rows'
import type { OutboxEntry, ReplicaRow } from '../sync/contract'
import { overlay, type ShownRow } from '../sync/overlay'
import { sync } from './sync.svelte'

export type Kind = keyof Rows
type Sendable = { [K in Kind]: (typeof RECORDS)[K] extends { ops: object } ? K : never }[Kind]

/** A row and how much of it the server has: marker '' all, as far as this device knows. */
export type Overlaid<T> = T & Pick<ShownRow, 'rev' | 'prev' | 'marker' | 'group'>
export type Row<K extends Kind> = K extends Sendable ? Overlaid<Rows[K]> : Rows[K]

/** Of rows that follow from what a device sends: what it sent of them and the server has not told back. */
export const markerOf = (row: object): ShownRow['marker'] => ('marker' in row ? (row.marker as ShownRow['marker']) : '')

/** What kind of record one of this kind is a part of. */
export const wholeOf = (kind: Kind): Kind | undefined => declared(kind).of as Kind | undefined

/**
 * The answer to a question about all that the device should hold, or null while its
 * replica is being filled, for the first time or anew: of a part every count is wrong.
 */
export async function onceWhole<T>(ask: () => Promise<T>): Promise<T | null> {
  const meta = await sync.read.meta()
  return meta && meta.synced_at !== '' && !meta.incomplete ? ask() : null
}

/** Every row of a small kind (catalogue, assignments, headers). */
export const all = <K extends Kind>(kind: K): Promise<Row<K>[]> => shapes(kind, shown(kind, sync.read.ofKind(kind)))

/** The rows of one intervention. */
export const ofWork = <K extends Kind>(kind: K, work: string): Promise<Row<K>[]> => shapes(kind, shownOf(kind, [work]))

/** The rows of several interventions in one read, by intervention. */
export async function ofWorks<K extends Kind>(kind: K, works: readonly string[]): Promise<Map<string, Row<K>[]>> {
  const out = new Map<string, Row<K>[]>()
  for (const row of await shownOf(kind, works)) {
    const list = out.get(row.i)
    if (list) list.push(shape(kind, row))
    else out.set(row.i, [shape(kind, row)])
  }
  return out
}

/** The parts of a record of an intervention. */
export async function partsOf<K extends Kind>(kind: K, whole: string, work: string): Promise<Row<K>[]> {
  const rows = await shownOf(kind, [work])
  return rows.filter((r) => parentIn(kind, r.data) === whole).map((r) => shape(kind, r))
}

/** The rows with these ids that are on the device. */
export const some = <K extends Kind>(kind: K, ids: readonly string[]): Promise<Row<K>[]> => {
  const wanted = new Set(ids)
  const found = shown(kind, sync.read.rows(kind, ids), (e) => wanted.has(e.mutation.record))
  return shapes(
    kind,
    found.then((rows) => rows.filter((r) => wanted.has(r.id))),
  )
}

/**
 * One row; undefined where it is not there, or was deleted here.
 *
 * @param without mutations of this device to leave out
 */
export async function one<K extends Kind>(
  kind: K,
  id: string,
  without: readonly string[] = [],
): Promise<Row<K> | undefined> {
  const reading = sync.read.row(kind, id).then((row) => (row ? [row] : []))
  const mine = (e: OutboxEntry): boolean => e.mutation.record === id && !without.includes(e.id)
  const found = (await shown(kind, reading, mine)).find((r) => r.id === id)
  return found && shape(kind, found)
}

type Found = ReplicaRow | ShownRow

async function shown(
  kind: Kind,
  reading: Promise<ReplicaRow[]>,
  mine: (e: OutboxEntry) => boolean = () => true,
  works: readonly string[] | null = null,
): Promise<Found[]> {
  if (kind === 'participants') return roster(await reading, works)
  if (!declared(kind).ops) return reading
  const [rows, entries, meta] = await Promise.all([
    reading,
    sync.read.entries({ states: ['pending', 'parked', 'applied'] }),
    sync.read.meta(),
  ])
  const own = entries.filter((e) => e.mutation.collection === kind && mine(e))
  return overlay(rows, own, meta?.seen_seq ?? 0)
}

const shownOf = (kind: Kind, works: readonly string[]): Promise<Found[]> =>
  shown(kind, stored(kind, works), (e) => works.includes(e.intervention), works)

/**
 * A roster with what movements on their way do to it. Once the server's row of one is
 * back, so are those of the roster.
 *
 * @param works those whose movements are asked; null for all
 */
async function roster(rows: ReplicaRow[], works: readonly string[] | null): Promise<Found[]> {
  const [entries, meta] = await Promise.all([
    sync.read.entries({ states: ['pending', 'parked', 'applied'] }),
    sync.read.meta(),
  ])
  const own = entries.filter((e) => e.mutation.collection === 'movements' && (works?.includes(e.intervention) ?? true))
  const shownRows = new Map<string, Found>(rows.map((r) => [r.id, r]))
  for (const { id, i, data, marker, group } of overlay([], own, meta?.seen_seq ?? 0)) {
    const { leaves, comes } = moved(shownRows, id, data)
    const mark = { c: 'participants', prev: '', marker, group }
    if (leaves) {
      const { row, baja_on } = leaves
      shownRows.set(row.id, { id: row.id, i: row.i, rev: row.rev, data: { ...row.data, baja_on }, ...mark })
    }
    if (comes) shownRows.set(id, { id, i, rev: 0, data: comes, ...mark })
  }
  return [...shownRows.values()]
}

/**
 * Of several interventions all of the kind is read, at once: nearly all that a phone
 * holds is of the works its owner has, and of many ranges the rows would come one by one.
 */
async function stored(kind: Kind, works: readonly string[]): Promise<ReplicaRow[]> {
  const [only, ...others] = works
  if (only !== undefined && others.length === 0) return sync.read.ofWork(kind, only)
  const wanted = new Set(works)
  return (await sync.read.ofKind(kind)).filter((r) => wanted.has(r.i))
}

const shapes = async <K extends Kind>(kind: K, found: Promise<Found[]>): Promise<Row<K>[]> =>
  (await found).map((row) => shape(kind, row))

function shape<K extends Kind>(_: K, row: Found): Row<K> {
  const { id, data } = row
  if (!('marker' in row)) return { ...data, id } as unknown as Row<K>
  const { rev, prev, marker, group } = row
  return { ...data, id, rev, prev, marker, group } as unknown as Row<K>
}
