/** How finished work becomes outbox entries. Pure; both stores use it inside their transaction. */
import type { Mutation, OutboxEntry } from './contract'
import { SCHEMA } from './ports'
import type { OutboxCounts, Stamp, Work, WorkMeta } from './ports'

/** @returns the new entries and the meta with the counters used up */
export function entriesFor(work: Work, stamp: Stamp, meta: WorkMeta): { entries: OutboxEntry[]; meta: WorkMeta } {
  let counter = meta.last_counter
  const entries: OutboxEntry[] = []
  for (const [n, m] of work.mutations.entries()) {
    const id = stamp.ids[n]
    if (!id) throw new RangeError('one id for each mutation')
    counter++
    const mutation: Mutation = {
      id,
      counter,
      collection: m.collection,
      record: m.record,
      op: m.op,
      fields: m.fields,
      form: m.form,
      schema: SCHEMA,
      at: stamp.at,
      ...(m.base_rev === undefined ? {} : { base_rev: m.base_rev }),
      ...(m.prev ? { prev: m.prev } : {}),
      ...(m.saw ? { saw: m.saw } : {}),
    }
    entries.push({
      counter,
      id,
      device: meta.device,
      mutation,
      group: work.group,
      label: work.label,
      intervention: work.intervention,
      state: 'pending',
      attempts: 0,
      created_at: stamp.at,
      ...(m.about === undefined ? {} : { about: m.about }),
    })
  }
  return { entries, meta: { ...meta, last_counter: counter } }
}

/** A group may be taken back while none of it was ever put on the wire. */
export function canTakeBack(group: readonly OutboxEntry[]): boolean {
  return group.length > 0 && group.every((e) => e.state === 'pending' && e.attempts === 0)
}

/**
 * A refused entry that another piece of work replaced, and which is finished and
 * answered. Until then the person still has to do something about it.
 *
 * @param drafts ids of the drafts on the device
 */
export function isReplaced(e: OutboxEntry, pending: ReadonlySet<string>, drafts: ReadonlySet<string>): boolean {
  return e.redone_as !== undefined && !pending.has(e.redone_as) && !drafts.has(e.redone_as)
}

/** A finished visit is one piece of work under its own id, whatever of it still waits. */
function isOfVisit({ group, mutation }: OutboxEntry): boolean {
  return mutation.collection === 'visits' || mutation.fields['visit'] === group
}

/**
 * @param entries those without effect: pending, rejected, parked
 * @param drafts ids of the drafts on the device
 */
export function countsOf(entries: readonly OutboxEntry[], drafts: ReadonlySet<string> = new Set()): OutboxCounts {
  const of = (state: OutboxEntry['state']): OutboxEntry[] => entries.filter((e) => e.state === state)
  const pending = of('pending')
  const groups = new Set(pending.map((e) => e.group))
  const visits = new Set(pending.filter(isOfVisit).map((e) => e.group)).size
  const oldest = pending.map((e) => e.created_at).sort()[0] ?? ''
  return {
    pending: pending.length,
    visits,
    changes: groups.size - visits,
    rejected: of('rejected').filter((e) => !isReplaced(e, groups, drafts)).length,
    parked: of('parked').length,
    resending: pending.filter((e) => e.was).length,
    oldest_pending_at: oldest,
  }
}
