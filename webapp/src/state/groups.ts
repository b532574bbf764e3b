import type { DeviceFile, OutboxEntry, Problem, Review } from '../sync/contract'
import { isHead, isReplaced } from '../sync/entries'
import { distinct, refusedRecords, type Around, type RefusedRecord } from './refused'
import { sync } from './sync.svelte'

export type GroupState = 'here' | 'sending' | 'received' | 'rejected' | 'parked' | 'replaced'

/** One piece of work as the sync centre shows it. */
export interface WorkGroup {
  group: string
  label: string
  intervention: string
  state: GroupState
  /** How many of `total` have an outcome. */
  answered: number
  total: number
  /** It is a whole visit. */
  visit: boolean
  /** None of it was ever on the wire. */
  reversible: boolean
  /** The whole itself was refused, with all its parts: it can be done again as a new one. */
  redoable: boolean
  /** The draft, or later the group, that carries the refused whole again; '' while there is none. */
  redone_as: string
  /** `redone_as` is a draft still. */
  redoing: boolean
  /** What a reviewer decided about it while it waited. */
  review: (Review & { accepted: boolean }) | null
  /** Cargo number, '' while there is none. */
  receipt: string
  /** What the server said of the whole, the same sentence once. */
  problems: Problem[]
  /** What was refused by itself, of work that was accepted. */
  refused: RefusedRecord[]
  /** Its photographs, as this device has them. */
  files: DeviceFile[]
  created_at: string
}

function stateOf(entries: readonly OutboxEntry[], around: Around): GroupState {
  const rejected = entries.filter((e) => e.state === 'rejected')
  if (rejected.some((e) => !isReplaced(e, around.pending, around.drafts))) return 'rejected'
  const others = entries.filter((e) => e.state !== 'rejected')
  if (others.length === 0) return 'replaced'
  const pending = entries.filter((e) => e.state === 'pending')
  if (pending.length > 0) return pending.length < entries.length ? 'sending' : 'here'
  return entries.some((e) => e.state === 'parked') ? 'parked' : 'received'
}

function problemsOf(entries: readonly OutboxEntry[]): Problem[] {
  const all = entries.flatMap((e) => e.outcome?.errors ?? [])
  // What fell with its whole says nothing new.
  const own = all.filter((p) => p.code !== 'parent_rejected' && p.code !== 'parent_parked')
  return distinct(own.length > 0 ? own : all)
}

/** Accepted where any of it took effect: single records may still be refused by a rule. */
function reviewOf(entries: readonly OutboxEntry[]): WorkGroup['review'] {
  const reviewed = entries.filter((e) => e.review)
  const review = reviewed[0]?.review
  return review ? { ...review, accepted: reviewed.some((e) => e.state === 'applied') } : null
}

/** Those whose records are among these; what the server refused of one is refused of its picture. */
function filesOf(entries: readonly OutboxEntry[], files: readonly DeviceFile[]): DeviceFile[] {
  const state = new Map(entries.map((e) => [e.counter, e.state]))
  return files.flatMap((f) => {
    const of = state.get(f.counter)
    return of ? { ...f, ...(of === 'rejected' ? { state: 'refused' as const } : {}) } : []
  })
}

function groupOf(entries: readonly OutboxEntry[], around: Around, files: readonly DeviceFile[]): WorkGroup {
  const first = entries[0] as OutboxEntry
  const head = entries.find(isHead)
  const redoable = head?.state === 'rejected'
  const redone_as = (redoable && head.redone_as) || ''
  return {
    group: first.group,
    label: first.label,
    intervention: first.intervention,
    state: stateOf(entries, around),
    answered: entries.filter((e) => e.state !== 'pending').length,
    total: entries.length,
    visit: head !== undefined,
    reversible: entries.every((e) => e.state === 'pending' && e.attempts === 0),
    redoable,
    redone_as,
    redoing: around.drafts.has(redone_as),
    review: reviewOf(entries),
    receipt: entries.find((e) => e.outcome?.receipt)?.outcome?.receipt ?? '',
    problems: problemsOf(redoable ? entries : entries.filter((e) => e.state !== 'rejected')),
    refused: redoable ? [] : refusedRecords(entries, around),
    files: filesOf(entries, files),
    created_at: first.created_at,
  }
}

async function around(): Promise<Around> {
  const [pending, drafts] = await Promise.all([sync.read.entries({ states: ['pending'] }), sync.read.drafts()])
  return { pending: new Set(pending.map((e) => e.group)), drafts: new Set(drafts.map((d) => d.id)) }
}

/** Every piece of work still on the device, what needs attention first, then the newest. */
export async function workGroups(): Promise<WorkGroup[]> {
  const entries = await sync.read.entries('all')
  const [others, files] = await Promise.all([around(), sync.read.files('all')])
  const byGroup = new Map<string, OutboxEntry[]>()
  for (const e of entries) {
    const list = byGroup.get(e.group)
    if (list) list.push(e)
    else byGroup.set(e.group, [e])
  }
  const ORDER: GroupState[] = ['rejected', 'parked', 'sending', 'here', 'received', 'replaced']
  return [...byGroup.values()]
    .map((group) => groupOf(group, others, files))
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.created_at.localeCompare(a.created_at))
}

export async function workGroup(group: string): Promise<WorkGroup | null> {
  const entries = await entriesOf(group)
  if (entries.length === 0) return null
  return groupOf(entries, await around(), await sync.read.files('all'))
}

/** What the server does not have in effect, as the phone holds it: nothing is lost if the app is. */
export async function unreceivedWork(): Promise<OutboxEntry[]> {
  return sync.read.entries({ states: ['pending', 'rejected', 'parked'] })
}

/** One piece of work as the phone holds it, for a copy of the person's own. */
export async function entriesOf(group: string): Promise<OutboxEntry[]> {
  return sync.read.entries({ group })
}

/** Forgets a refused piece of work, at the person's confirmed wish. */
export async function discardGroup(group: string): Promise<void> {
  await sync.engine.discard(group)
}
