/** Reads for the screens: the replica, with the outbox replayed on top. Every read is a bounded index range. */
import type { Collections } from '../domain/rows'
import { overlay, type Marker } from '../sync/overlay'
import { sync } from './sync.svelte'

type Name = keyof Collections

function shape<N extends Name>(id: string, data: Record<string, unknown>): Collections[N] {
  return { ...data, id } as unknown as Collections[N]
}

/** Every row of a small collection (catalogue, assignments, headers). */
export async function all<N extends Name>(c: N): Promise<Collections[N][]> {
  const rows = await sync.replica.rows.where('[c+i]').between([c, ''], [c, '\uffff'], true, true).toArray()
  return rows.map((r) => shape<N>(r.id, r.data))
}

/** The rows of one intervention. */
export async function ofIntervention<N extends Name>(c: N, intervention: string): Promise<Collections[N][]> {
  const rows = await sync.replica.rows.where('[c+i]').equals([c, intervention]).toArray()
  return rows.map((r) => shape<N>(r.id, r.data))
}

export async function one<N extends Name>(c: N, id: string): Promise<Collections[N] | undefined> {
  const row = await sync.replica.rows.get([c, id])
  return row && shape<N>(row.id, row.data)
}

/** A row and how much of it the server has: '' all, as far as this device knows. */
export type Overlaid<T> = T & { marker: Marker; group: string }

/** Rows of an intervention with this device's own creations and changes on top. */
export async function withOutbox<N extends Name>(c: N, intervention: string): Promise<Overlaid<Collections[N]>[]> {
  const [rows, outbox, meta] = await Promise.all([
    sync.replica.rows.where('[c+i]').equals([c, intervention]).toArray(),
    sync.work.outbox.where('state').anyOf('pending', 'parked', 'applied').toArray(),
    sync.replica.meta.get('replica'),
  ])
  const own = outbox.filter((e) => e.intervention === intervention && e.mutation.collection === c)
  return overlay(rows, own, meta?.seen_seq ?? 0).map((r) => ({
    ...shape<N>(r.id, r.data),
    marker: r.marker,
    group: r.group,
  }))
}
