/** Reads for the screens: the replica, with the outbox replayed on top. Every read is a bounded index range. */
import { declared } from '../domain/records'
import type { Collections } from '../domain/rows'
import type { OutboxEntry, ReplicaRow } from '../sync/contract'
import { overlay, shownRow, type ShownRow } from '../sync/overlay'
import { sync } from './sync.svelte'

export type Kind = keyof Collections
type Name = Kind

/** What kind of record one of this kind is a part of. */
export const wholeOf = (kind: string): Kind | undefined => declared(kind).of as Kind | undefined

function shape<N extends Name>(id: string, data: Record<string, unknown>): Collections[N] {
  return { ...data, id } as unknown as Collections[N]
}

const rowsOfAll = (c: Name): Promise<ReplicaRow[]> =>
  sync.replica.rows.where('[c+i]').between([c, ''], [c, '\uffff'], true, true).toArray()

/**
 * The rows of several interventions. All of the collection is read, at once: nearly
 * all that a phone holds is of the works its owner has, and of many ranges the rows
 * would come one by one.
 */
async function rowsOf(c: Name, interventions: readonly string[]): Promise<ReplicaRow[]> {
  const [only, ...others] = interventions
  if (only !== undefined && others.length === 0) return sync.replica.rows.where('[c+i]').equals([c, only]).toArray()
  const wanted = new Set(interventions)
  return (await rowsOfAll(c)).filter((r) => wanted.has(r.i))
}

/**
 * The answer to a question about all that the device should hold, or null while its
 * replica is being filled, for the first time or anew: of a part every count is wrong.
 */
export async function onceWhole<T>(ask: () => Promise<T>): Promise<T | null> {
  const meta = await sync.replica.meta.get('replica')
  return meta && meta.synced_at !== '' && !meta.incomplete ? ask() : null
}

/** Every row of a small collection (catalogue, assignments, headers). */
export async function all<N extends Name>(c: N): Promise<Collections[N][]> {
  return (await rowsOfAll(c)).map((r) => shape<N>(r.id, r.data))
}

/** The rows of one intervention. */
export async function ofIntervention<N extends Name>(c: N, intervention: string): Promise<Collections[N][]> {
  return (await rowsOf(c, [intervention])).map((r) => shape<N>(r.id, r.data))
}

export async function one<N extends Name>(c: N, id: string): Promise<Collections[N] | undefined> {
  const row = await sync.replica.rows.get([c, id])
  return row && shape<N>(row.id, row.data)
}

/** A row and how much of it the server has: '' all, as far as this device knows. */
export type Overlaid<T> = T & Pick<ShownRow, 'rev' | 'prev' | 'marker' | 'group'>

/** Rows of an intervention with this device's own creations and changes on top. */
export async function withOutbox<N extends Name>(c: N, intervention: string): Promise<Overlaid<Collections[N]>[]> {
  return (await manyWithOutbox(c, [intervention])).get(intervention) ?? []
}

/** The same for several interventions in one read, by intervention. */
export async function manyWithOutbox<N extends Name>(
  c: N,
  interventions: readonly string[],
): Promise<Map<string, Overlaid<Collections[N]>[]>> {
  const wanted = new Set(interventions)
  const [rows, outbox, meta] = await Promise.all([
    rowsOf(c, interventions),
    ownWork(c),
    sync.replica.meta.get('replica'),
  ])
  const own = outbox.filter((e) => wanted.has(e.intervention))
  const shown = overlay(rows, own, meta?.seen_seq ?? 0)
  return byIntervention(shown, overlaid<N>)
}

/** Every row of a small collection with this device's own changes on top. */
export async function allWithOutbox<N extends Name>(c: N): Promise<Overlaid<Collections[N]>[]> {
  const [rows, own, meta] = await Promise.all([rowsOfAll(c), ownWork(c), sync.replica.meta.get('replica')])
  return overlay(rows, own, meta?.seen_seq ?? 0).map(overlaid<N>)
}

async function ownWork(c: Name): Promise<OutboxEntry[]> {
  const outbox = await sync.work.outbox.where('state').anyOf('pending', 'parked', 'applied').toArray()
  return outbox.filter((e) => e.mutation.collection === c)
}

/**
 * One row with this device's own changes on top; undefined where it is not there, or was deleted here.
 *
 * @param without mutations to leave out
 */
export async function oneWithOutbox<N extends Name>(
  c: N,
  id: string,
  without: readonly string[] = [],
): Promise<Overlaid<Collections[N]> | undefined> {
  const [row, outbox, meta] = await Promise.all([
    sync.replica.rows.get([c, id]),
    ownWork(c),
    sync.replica.meta.get('replica'),
  ])
  const shown = shownRow(id, row, outbox, meta?.seen_seq ?? 0, without)
  return shown && overlaid<N>(shown)
}

function overlaid<N extends Name>(r: ShownRow): Overlaid<Collections[N]> {
  const { rev, prev, marker, group } = r
  return { ...shape<N>(r.id, r.data), rev, prev, marker, group }
}

/** The rows of several interventions in one read, by intervention. */
export async function many<N extends Name>(
  c: N,
  interventions: readonly string[],
): Promise<Map<string, Collections[N][]>> {
  const rows = await rowsOf(c, interventions)
  return byIntervention(rows, (r) => shape<N>(r.id, r.data))
}

/** The rows with these ids that are on the device. */
export async function some<N extends Name>(c: N, ids: readonly string[]): Promise<Collections[N][]> {
  const rows = await sync.replica.rows.bulkGet(ids.map((id): [string, string] => [c, id]))
  return rows.flatMap((r) => (r ? [shape<N>(r.id, r.data)] : []))
}

function byIntervention<R extends { i: string }, T>(rows: readonly R[], read: (row: R) => T): Map<string, T[]> {
  const out = new Map<string, T[]>()
  for (const row of rows) {
    const list = out.get(row.i)
    if (list) list.push(read(row))
    else out.set(row.i, [read(row)])
  }
  return out
}
