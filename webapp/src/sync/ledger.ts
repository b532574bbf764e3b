/**
 * The rules of the work database, once for every kind of store: each operation
 * reads, decides purely what changes, and the store applies that change in the
 * same transaction. Invariants:
 *  L1 an entry disappears only by takeBack (never on the wire), discard (refused,
 *     at the person's wish), prune (applied, durable, old) or erase (ordered) (I2);
 *  L2 acknowledged entries become unanswered again only in the transaction that
 *     forgets the marks which proved the server's going back, so that a crash
 *     before it repeats the whole and a crash after it has lost nothing (I2, I3);
 *  L3 counters only grow; none is given twice (I3);
 *  L4 what a person does on a device ordered to erase itself is refused: nothing
 *     of it may stay (I5).
 */
import type { Draft, OutboxEntry, OutboxState } from './contract'
import { canTakeBack, countsOf, entriesFor, isHead } from './entries'
import { leaseOf } from './lease'
import { emptyWorkMeta } from './ports'
import type { OutboxCounts, Answered, Stamp, Told, Verdict, Work, WorkMeta, WorkStore } from './ports'
import { answered, mayBeLost, prunable, replayed, reviewed, withMark } from './push'
import { upgrade } from './upgrade'

/** One transaction on the work database: first `gone`, then the rest. */
export interface WorkChange {
  /** Empties everything before the rest happens. */
  clear?: boolean
  gone?: number[]
  goneDrafts?: string[]
  entries?: OutboxEntry[]
  drafts?: Draft[]
  meta?: WorkMeta
}

/** What may be read inside a transaction. */
export interface WorkReader {
  /** Undefined before the first write; older versions may lack fields. */
  meta(): Promise<Partial<WorkMeta> | undefined>
  byState(...states: OutboxState[]): Promise<OutboxEntry[]>
  byGroup(group: string): Promise<OutboxEntry[]>
  byCounter(counters: number[]): Promise<(OutboxEntry | undefined)[]>
  drafts(): Promise<Draft[]>
}

/** What a decision inside a transaction comes to; a null change writes nothing. */
export interface Decided<T> {
  change: WorkChange | null
  answer: T
}

export interface WorkTables {
  read<T>(look: (r: WorkReader) => Promise<T>): Promise<T>
  /**
   * One write transaction, alone: nothing else is written between what `decide`
   * reads and its change. `decide` awaits nothing but the reader.
   */
  change<T>(what: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T>
}

/** Ordered to erase itself, this device keeps nothing more. */
export class Erased extends Error {
  override name = 'Erased'
}

const NOTHING = { change: null, answer: undefined }
const byCounter = (a: OutboxEntry, b: OutboxEntry): number => a.counter - b.counter
const metaOf = async (r: WorkReader): Promise<WorkMeta> => {
  const kept = await r.meta()
  return { ...emptyWorkMeta(), ...kept, lease: leaseOf(kept?.lease) }
}

/** What was to replace something did not: a whole by its own head, a single record by itself. */
function failed(gone: readonly OutboxEntry[], replaced: readonly OutboxEntry[]): boolean {
  return replaced.some(isHead) ? gone.some(isHead) : gone.length > 0
}

/** Every tab may save a draft, enqueue, take back, redo and discard; only the one that syncs calls the rest. */
export class Ledger implements WorkStore {
  constructor(private readonly tables: WorkTables) {}

  meta(): Promise<WorkMeta> {
    return this.tables.read(metaOf)
  }

  counts(): Promise<OutboxCounts> {
    return this.tables.read(async (r) => {
      const entries = await r.byState('pending', 'rejected', 'parked')
      return countsOf(entries, new Set((await r.drafts()).map((d) => d.id)))
    })
  }

  async pending(): Promise<OutboxEntry[]> {
    return (await this.tables.read((r) => r.byState('pending'))).sort(byCounter)
  }

  waiting(): Promise<Set<string>> {
    return this.tables.read(async (r) => {
      const pending = await r.byState('pending')
      return new Set([...pending, ...(await r.drafts())].map((w) => w.intervention))
    })
  }

  async claim(counters: number[]): Promise<OutboxEntry[]> {
    if (counters.length === 0) return []
    return this.tables.change('claim', async (r) => {
      const found = (await r.byCounter(counters)).flatMap((e) => (e?.state === 'pending' ? [e] : []))
      const entries = found.map((e) => ({
        ...e,
        // What was on the wire goes as it was: the same id always carries the same (I3).
        mutation: e.attempts === 0 ? upgrade(e.mutation) : e.mutation,
        attempts: e.attempts + 1,
      }))
      return { change: { entries }, answer: entries }
    })
  }

  async receive(answers: readonly Answered[], told?: Told): Promise<void> {
    if (answers.length === 0 && !(await this.newsOf(told))) return
    await this.tables.change('receive', async (r) => {
      const known = told?.rewound ? await r.byState('applied', 'parked', 'rejected') : []
      const again = known.filter(mayBeLost).map(replayed)
      const found = await r.byCounter(answers.map((s) => s.counter))
      const entries = answers.flatMap((s, i) => answered(found[i], s) ?? [])
      const meta = told ? withMark(await metaOf(r), told) : undefined
      return { change: { entries: [...again, ...entries], ...(meta ? { meta } : {}) }, answer: undefined }
    })
  }

  /** Whether an answer says anything of our marks that we have not written down. */
  private async newsOf(told: Told | undefined): Promise<boolean> {
    if (!told) return false
    const meta = await this.meta()
    return told.rewound === true || JSON.stringify(withMark(meta, told).marks) !== JSON.stringify(meta.marks)
  }

  async review(verdicts: readonly Verdict[]): Promise<void> {
    if (verdicts.length === 0) return
    const by = new Map(verdicts.map((v) => [v.mutation, v]))
    const decided = async (r: WorkReader): Promise<OutboxEntry[]> =>
      (await r.byState('parked', 'rejected')).flatMap((e) => reviewed(e, by.get(e.id)) ?? [])
    if ((await this.tables.read(decided)).length === 0) return
    await this.tables.change('review', async (r) => ({ change: { entries: await decided(r) }, answer: undefined }))
  }

  private byPerson<T>(what: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T> {
    return this.tables.change(what, async (r) => {
      const { standing } = await metaOf(r)
      if (standing === 'wiped' || standing === 'erased') throw new Erased()
      return decide(r)
    })
  }

  saveDraft(draft: Draft): Promise<void> {
    return this.byPerson('saveDraft', () => Promise.resolve({ change: { drafts: [draft] }, answer: undefined }))
  }

  enqueue(work: Work, stamp: Stamp): Promise<void> {
    return this.byPerson('enqueue', async (r) => {
      if (work.draft && !(await r.drafts()).some((d) => d.id === work.draft)) return NOTHING
      const made = entriesFor(work, stamp, await metaOf(r))
      return { change: { ...made, goneDrafts: work.draft ? [work.draft] : [] }, answer: undefined }
    })
  }

  takeBack(group: string, draft: Draft | null): Promise<boolean> {
    return this.byPerson('takeBack', async (r) => {
      const entries = await r.byGroup(group)
      if (!canTakeBack(entries)) return { change: null, answer: false }
      return { change: { gone: entries.map((e) => e.counter), drafts: draft ? [draft] : [] }, answer: true }
    })
  }

  redo(group: string, draft: Draft, only?: readonly string[]): Promise<string> {
    return this.byPerson('redo', async (r) => {
      const entries = await r.byGroup(group)
      const refused = entries.filter((e) => e.state === 'rejected' && (!only || only.includes(e.id)))
      const before = refused.find((e) => e.redone_as)?.redone_as
      if (before) return { change: null, answer: before }
      if (refused.length === 0) return { change: null, answer: '' }
      const marked = refused.map((e) => ({ ...e, redone_as: draft.id }))
      return { change: { entries: marked, drafts: [draft] }, answer: draft.id }
    })
  }

  discard(id: string, only?: readonly string[]): Promise<OutboxEntry[]> {
    return this.tables.change('discard', async (r) => {
      const rejected = await r.byState('rejected')
      const gone = rejected.filter((e) => e.group === id && (!only || only.includes(e.id)))
      const replaced = rejected.filter((e) => e.group !== id && e.redone_as === id)
      const unfinished = (await r.drafts()).some((d) => d.id === id)
      const open = unfinished || failed(gone, replaced) ? replaced : []
      const entries = open.map(({ redone_as: _, ...e }) => e)
      return { change: { gone: gone.map((e) => e.counter), entries, goneDrafts: [id] }, answer: gone }
    })
  }

  putBack(entries: readonly OutboxEntry[]): Promise<void> {
    return this.byPerson('putBack', async (r) => {
      const there = await r.byCounter(entries.map((e) => e.counter))
      const missing = entries.filter((e, i) => e.state === 'rejected' && !there[i])
      return { change: { entries: missing }, answer: undefined }
    })
  }

  private amend(what: string, change: (meta: WorkMeta) => Partial<WorkMeta>): Promise<void> {
    return this.tables.change(what, async (r) => {
      const meta = await metaOf(r)
      return { change: { meta: { ...meta, ...change(meta) } }, answer: undefined }
    })
  }

  beginInstall(install: string): Promise<void> {
    return this.amend('install', (meta) => (meta.install ? {} : { install }))
  }

  saveInstall(install: string): Promise<void> {
    return this.amend('install', () => ({ install, device: '' }))
  }

  saveDevice(device: string, lastCounter: number): Promise<void> {
    return this.amend('device', (meta) => ({ device, last_counter: Math.max(meta.last_counter, lastCounter) }))
  }

  note(change: Partial<Pick<WorkMeta, 'standing' | 'lease'>>): Promise<void> {
    return this.amend('note', () => change)
  }

  async prune(durableSeq: number, serverTime: string): Promise<void> {
    const old = async (r: WorkReader): Promise<number[]> =>
      (await r.byState('applied')).filter((e) => prunable(e, durableSeq, serverTime)).map((e) => e.counter)
    if ((await this.tables.read(old)).length === 0) return
    await this.tables.change('prune', async (r) => ({ change: { gone: await old(r) }, answer: undefined }))
  }

  erase(): Promise<void> {
    return this.tables.change('erase', async (r) => {
      const { install, device, standing } = await metaOf(r)
      return { change: { clear: true, meta: { ...emptyWorkMeta(), install, device, standing } }, answer: undefined }
    })
  }
}
