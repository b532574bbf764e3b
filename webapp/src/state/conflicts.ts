import { byUrgency, type Resolution } from '../domain/conflict'
import { RECORDS } from '../domain/records'
import { recordId } from '../sync/ids'
import { all, type Row } from './replica'
import { sync } from './sync.svelte'

/** A conflict of this person's, and what he chose and the server has not answered yet. */
export type OwnConflict = Row<'conflicts'>

/** His conflicts, what is to be decided first. */
export async function ownConflicts(): Promise<OwnConflict[]> {
  return (await all('conflicts')).sort(byUrgency)
}

/** Nobody decided it, neither here nor at the server. */
export const isOpen = (c: OwnConflict): boolean => c.state !== 'resuelto' && c.resolution === ''

export async function openConflicts(): Promise<number> {
  return (await ownConflicts()).filter(isOpen).length
}

/** Decides a conflict, with or without a signal. Answers the way back, which works until it was sent. */
export async function settleConflict(
  conflict: OwnConflict,
  resolution: Resolution,
  label: string,
): Promise<() => Promise<boolean>> {
  const group = recordId()
  const mutation = {
    collection: 'conflicts',
    record: conflict.id,
    op: 'update' as const,
    fields: { resolution },
    form: RECORDS.visits.form,
    base_rev: conflict.rev,
  }
  await sync.engine.enqueue({ group, label, intervention: conflict.intervention, mutations: [mutation] })
  return () => sync.engine.takeBack(group, null)
}
