/**
 * The rules of the work database, once for every kind of store: each operation
 * reads, decides purely what changes, and the store applies that change in the
 * same transaction. Invariants:
 *  L1 an entry disappears only by takeBack (never on the wire), discard (refused,
 *     at the person's wish), enqueue of what takes the place of either, prune (applied, durable, old) or erase (ordered) (I2);
 *  L2 acknowledged entries become unanswered again only in the transaction that
 *     forgets the marks which proved the server's going back, so that a crash
 *     before it repeats the whole and a crash after it has lost nothing (I2, I3);
 *     with them stored files whose bytes are here are to be sent again;
 *  L3 counters only grow; none is given twice (I3);
 *  L4 what a person does on a device ordered to erase itself is refused: nothing
 *     of it may stay (I5).
 */
import type { CarriedFile, Draft, Forgotten, OutboxEntry } from './contract'
import { canTakeBack, countsOf, entriesFor, isHead } from './entries'
import { contentsOf, FileBook, keptFile, refiled, unsent } from './filebook'
import * as files from './files'
import { emptyWorkMeta } from './ports'
import type { OutboxCounts, Answered, Stamp, Told, Verdict, Work, WorkMeta, WorkStore } from './ports'
import { answered, mayBeLost, prunable, replayed, reviewed, withMark } from './push'
import { metaOf } from './tables'
import type { WorkReader } from './tables'
import { upgrade } from './upgrade'

const byCounter = (a: OutboxEntry, b: OutboxEntry): number => a.counter - b.counter

/** What was to replace something did not: a whole by its own head, a single record by itself. */
function failed(gone: readonly OutboxEntry[], replaced: readonly OutboxEntry[]): boolean {
  return replaced.some(isHead) ? gone.some(isHead) : gone.length > 0
}

/** Every tab may save a draft, capture, enqueue, take back, redo and discard; only the one that syncs calls the rest. */
export class Ledger extends FileBook implements WorkStore {
  meta(): Promise<WorkMeta> {
    return this.tables.read(metaOf)
  }

  counts(): Promise<OutboxCounts> {
    return this.tables.read(async (r) => {
      const { wifiOnly } = await metaOf(r)
      const waiting = await unsent(r)
      const refused = await r.files({ states: ['refused'] })
      const entries = await r.byState('pending', 'rejected', 'parked')
      const counts = countsOf(entries, new Set((await r.drafts()).map((d) => d.id)))
      return { ...counts, files: files.countFiles(waiting, refused.length, wifiOnly) }
    })
  }

  async pending(): Promise<OutboxEntry[]> {
    return (await this.tables.read((r) => r.byState('pending'))).sort(byCounter)
  }

  waiting(): Promise<Set<string>> {
    return this.tables.read(async (r) => {
      const pending = await r.byState('pending')
      return new Set([...pending, ...(await r.drafts()), ...(await unsent(r))].map((w) => w.intervention))
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
      const judged = told?.rewound ? await r.files({ states: ['stored', 'refused'] }) : []
      const found = await r.byCounter(answers.map((s) => s.counter))
      const entries = answers.flatMap((s, i) => answered(found[i], s) ?? [])
      const meta = told ? withMark(await metaOf(r), told) : undefined
      const change = { entries: [...again, ...entries], files: judged.map(files.lost), ...(meta ? { meta } : {}) }
      return { change, answer: undefined }
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

  saveDraft(draft: Draft): Promise<void> {
    return this.byPerson('saveDraft', () => Promise.resolve({ change: { drafts: [draft] }, answer: undefined }))
  }

  enqueue(work: Work, stamp: Stamp): Promise<boolean> {
    return this.byPerson('enqueue', async (r) => {
      if (work.draft && !(await r.drafts()).some((d) => d.id === work.draft)) return { change: null, answer: true }
      const before = await this.replacedBy(r, work.instead ?? [])
      if (!before) return { change: null, answer: false }
      const sent = work.draft ? (await r.files({ draft: work.draft })).sort(files.oldestFirst) : []
      const mutations = [...work.mutations, ...sent.map(files.createOf)]
      const made = entriesFor({ ...work, mutations }, stamp, await metaOf(r))
      const change = { ...made, files: sent.map((f) => files.finished(f, made.entries)) }
      const gone = before.map((e) => e.counter)
      return { change: { ...change, gone, goneDrafts: work.draft ? [work.draft] : [] }, answer: true }
    })
  }

  /** What goes of these groups when something else takes their place; undefined where one was sent meanwhile. What has files stays theirs. */
  private async replacedBy(r: WorkReader, groups: readonly string[]): Promise<OutboxEntry[] | undefined> {
    const all: OutboxEntry[] = []
    for (const group of groups) {
      const entries = await r.byGroup(group)
      const gone = canTakeBack(entries) ? entries : entries.filter((e) => e.state === 'rejected')
      if (gone.length === 0 || (await this.filesBy(r, gone)).length > 0) return undefined
      all.push(...gone)
    }
    return all
  }

  takeBack(group: string, draft: Draft | null): Promise<boolean> {
    return this.byPerson('takeBack', async (r) => {
      const entries = await r.byGroup(group)
      const theirs = await this.filesBy(r, entries)
      if (!canTakeBack(entries) || (theirs.length > 0 && !draft)) return { change: null, answer: false }
      const back = { gone: entries.map((e) => e.counter), files: theirs.map((f) => files.reopened(f, draft?.id ?? '')) }
      return { change: { ...back, drafts: draft ? [draft] : [] }, answer: true }
    })
  }

  redo(group: string, draft: Draft, only?: readonly string[], carry: readonly CarriedFile[] = []): Promise<string> {
    return this.byPerson('redo', async (r) => {
      const entries = await r.byGroup(group)
      const all = entries.filter((e) => e.state === 'rejected')
      const along = files.madeBy(await r.files({ ids: carry.map((c) => c.from) }), all)
      const moved = new Set(along.map((f) => f.counter))
      const refused = all.filter((e) => !only || only.includes(e.id) || moved.has(e.counter))
      const before = refused.find((e) => e.redone_as)?.redone_as
      if (before) return { change: null, answer: before }
      if (refused.length === 0) return { change: null, answer: '' }
      const marked = refused.map((e) => ({ ...e, redone_as: draft.id }))
      const again = along.flatMap((f) => carry.flatMap((c) => (c.from === f.id ? files.carried(f, c, draft.id) : [])))
      return { change: { entries: marked, files: again, drafts: [draft] }, answer: draft.id }
    })
  }

  discard(id: string, only?: readonly string[]): Promise<Forgotten> {
    return this.tables.change('discard', async (r) => {
      const rejected = await r.byState('rejected')
      const gone = rejected.filter((e) => e.group === id && (!only || only.includes(e.id)))
      const replaced = rejected.filter((e) => e.group !== id && e.redone_as === id)
      const unfinished = (await r.drafts()).some((d) => d.id === id)
      const open = unfinished || failed(gone, replaced) ? replaced : []
      const entries = open.map(({ redone_as: _, ...e }) => e)
      const theirs = [...(await r.files({ draft: id })), ...(await this.filesBy(r, gone))]
      const kept = await Promise.all(theirs.map((f) => keptFile(r, f)))
      const change = {
        gone: gone.map((e) => e.counter),
        entries,
        goneDrafts: [id],
        goneRaws: await r.raws(id),
        ...(await refiled(r, theirs, [])),
      }
      return { change, answer: { entries: gone, files: kept } }
    })
  }

  putBack({ entries, files: gone }: Forgotten): Promise<void> {
    return this.byPerson('putBack', async (r) => {
      const there = await r.byCounter(entries.map((e) => e.counter))
      const missing = entries.filter((e, i) => e.state === 'rejected' && !there[i])
      const made = files.madeBy(
        gone.map((k) => k.file),
        missing,
      )
      const back = gone.filter((k) => made.includes(k.file))
      return { change: { entries: missing, files: made, bytes: back.flatMap(contentsOf) }, answer: undefined }
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
