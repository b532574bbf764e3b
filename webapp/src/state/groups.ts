import type { OutboxEntry, Problem } from '../sync/contract'
import { sync } from './sync.svelte'

export type GroupState = 'here' | 'sending' | 'received' | 'rejected' | 'parked'

/** One piece of work as the sync centre shows it. */
export interface WorkGroup {
  group: string
  label: string
  intervention: string
  state: GroupState
  /** How many of `total` have an outcome. */
  settled: number
  total: number
  /** None of it was ever on the wire. */
  reversible: boolean
  /** The visit itself was refused: it can be done again as a new one. */
  redoable: boolean
  /** Cargo number, '' while there is none. */
  receipt: string
  /** What the server said against it, the same sentence once. */
  problems: Problem[]
  created_at: string
}

function stateOf(entries: readonly OutboxEntry[]): GroupState {
  if (entries.some((e) => e.state === 'rejected')) return 'rejected'
  const pending = entries.filter((e) => e.state === 'pending')
  if (pending.length > 0) return pending.length < entries.length ? 'sending' : 'here'
  return entries.some((e) => e.state === 'parked') ? 'parked' : 'received'
}

function problemsOf(entries: readonly OutboxEntry[]): Problem[] {
  const all = entries.flatMap((e) => e.outcome?.errors ?? [])
  // What fell with its visit says nothing new.
  const own = all.filter((p) => p.code !== 'parent_rejected' && p.code !== 'parent_parked')
  const seen = new Map((own.length > 0 ? own : all).map((p) => [`${p.field ?? ''} ${p.message}`, p]))
  return [...seen.values()]
}

function groupOf(entries: readonly OutboxEntry[]): WorkGroup {
  const first = entries[0] as OutboxEntry
  return {
    group: first.group,
    label: first.label,
    intervention: first.intervention,
    state: stateOf(entries),
    settled: entries.filter((e) => e.state !== 'pending').length,
    total: entries.length,
    reversible: entries.every((e) => e.state === 'pending' && e.attempts === 0),
    redoable: entries.some((e) => e.mutation.collection === 'visits' && e.state === 'rejected'),
    receipt: entries.find((e) => e.outcome?.receipt)?.outcome?.receipt ?? '',
    problems: problemsOf(entries),
    created_at: first.created_at,
  }
}

/** Every piece of work still on the device, what needs attention first, then the newest. */
export async function workGroups(): Promise<WorkGroup[]> {
  const entries = await sync.work.outbox.orderBy('counter').toArray()
  const byGroup = new Map<string, OutboxEntry[]>()
  for (const e of entries) byGroup.set(e.group, [...(byGroup.get(e.group) ?? []), e])
  const ORDER: GroupState[] = ['rejected', 'parked', 'sending', 'here', 'received']
  return [...byGroup.values()]
    .map(groupOf)
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.created_at.localeCompare(a.created_at))
}

export async function workGroup(group: string): Promise<WorkGroup | null> {
  const entries = await sync.work.outbox.where('group').equals(group).sortBy('counter')
  return entries.length > 0 ? groupOf(entries) : null
}

/** What the server does not have in effect, as the phone holds it: nothing is lost if the app is. */
export async function unsettledWork(): Promise<OutboxEntry[]> {
  return sync.work.outbox.where('state').anyOf('pending', 'rejected', 'parked').sortBy('counter')
}
