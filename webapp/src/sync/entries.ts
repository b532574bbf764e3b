/** How finished work becomes outbox entries. Pure; both stores use it inside their transaction. */
import { declared, isWhole, parentIn } from '../domain/records'
import type { Mutation, NewMutation, OutboxEntry } from './contract'
import { SCHEMA } from './ports'
import type { OutboxCounts, Stamp, Work, WorkMeta } from './ports'

/** @returns the new entries and the meta with the counters used up */
export function entriesFor(work: Work, stamp: Stamp, meta: WorkMeta): { entries: OutboxEntry[]; meta: WorkMeta } {
  let counter = meta.last_counter
  const entries: OutboxEntry[] = []
  for (const [n, m] of work.mutations.entries()) {
    const id = stamp.ids[n] ?? stamp.more?.()
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
      ...parentOfNew(m),
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

function parentOfNew({ parent, collection, fields }: NewMutation): Pick<OutboxEntry, 'parent'> {
  const id = parent ?? parentIn(collection, fields)
  return id ? { parent: id } : {}
}

/** The record that an entry's record is a part of; '' where nothing says so. */
export const parentOf = ({ parent, mutation }: OutboxEntry): string =>
  parent ?? parentIn(mutation.collection, mutation.fields)

/** Whether it is a whole, which others are parts of. */
export const isHead = ({ mutation }: OutboxEntry): boolean => isWhole(mutation.collection)

/** What a whole finished with its parts is, whatever of it still waits; '' for a change by itself. */
function kindOf(entry: OutboxEntry): string {
  if (isHead(entry)) return entry.mutation.collection
  const { of = '' } = declared(entry.mutation.collection)
  return parentOf(entry) === entry.group && isWhole(of) ? of : ''
}

/** One for each piece of work, by kind. */
function workIn(pending: readonly OutboxEntry[]): Record<string, number> {
  const kinds = new Map<string, string>()
  for (const e of pending) kinds.set(e.group, kinds.get(e.group) || kindOf(e))
  const counts: Record<string, number> = {}
  for (const kind of kinds.values()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/**
 * @param entries those without effect: pending, rejected, parked
 * @param drafts ids of the drafts on the device
 */
export function countsOf(
  entries: readonly OutboxEntry[],
  drafts: ReadonlySet<string> = new Set(),
): Omit<OutboxCounts, 'files'> {
  const of = (state: OutboxEntry['state']): OutboxEntry[] => entries.filter((e) => e.state === state)
  const pending = of('pending')
  const groups = new Set(pending.map((e) => e.group))
  const oldest = pending.map((e) => e.created_at).sort()[0] ?? ''
  return {
    pending: pending.length,
    work: workIn(pending),
    rejected: of('rejected').filter((e) => !isReplaced(e, groups, drafts)).length,
    parked: of('parked').length,
    resending: pending.filter((e) => e.was).length,
    oldest_pending_at: oldest,
  }
}
