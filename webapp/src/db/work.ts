import type { Draft, OutboxEntry } from '../sync/contract'
import { canTakeBack, countsOf, entriesFor } from '../sync/entries'
import type { OutboxCounts, Settlement, Stamp, Work, WorkMeta, WorkStore } from '../sync/ports'
import { prunable, settled } from '../sync/push'
import type { WorkDb } from './dexie'

/** Every tab may enqueue and take back; only the tab that syncs calls the rest. */
export class DexieWork implements WorkStore {
  constructor(private readonly db: WorkDb) {}

  async meta(): Promise<WorkMeta> {
    const { install = '', device = '', last_counter = 0 } = (await this.db.meta.get('work')) ?? {}
    return { install, device, last_counter }
  }

  private async saveMeta(change: Partial<WorkMeta>): Promise<void> {
    await this.db.meta.put({ ...(await this.meta()), ...change, k: 'work' })
  }

  async counts(): Promise<OutboxCounts> {
    const { outbox, drafts } = this.db
    return this.db.transaction('r', outbox, drafts, async () => {
      const entries = await outbox.where('state').anyOf('pending', 'rejected', 'parked').toArray()
      return countsOf(entries, new Set(await drafts.toCollection().primaryKeys()))
    })
  }

  pending(): Promise<OutboxEntry[]> {
    return this.db.outbox.where('state').equals('pending').sortBy('counter')
  }

  async waiting(): Promise<Set<string>> {
    const pending = await this.db.outbox.where('state').equals('pending').toArray()
    const drafts = await this.db.drafts.toArray()
    return new Set([...pending, ...drafts].map((w) => w.intervention))
  }

  async claim(counters: number[]): Promise<OutboxEntry[]> {
    const { outbox } = this.db
    if (counters.length === 0) return []
    return this.db.transaction('rw', outbox, async () => {
      const found = await outbox.bulkGet(counters)
      const claimed = found.flatMap((e) => (e?.state === 'pending' ? [{ ...e, attempts: e.attempts + 1 }] : []))
      await outbox.bulkPut(claimed)
      return claimed
    })
  }

  async settle(settlements: Settlement[]): Promise<void> {
    const { outbox } = this.db
    await this.db.transaction('rw', outbox, async () => {
      const found = await outbox.bulkGet(settlements.map((s) => s.counter))
      await outbox.bulkPut(settlements.flatMap((s, i) => settled(found[i], s) ?? []))
    })
  }

  async enqueue(work: Work, stamp: Stamp): Promise<void> {
    const { outbox, drafts, meta } = this.db
    await this.db.transaction('rw', outbox, drafts, meta, async () => {
      if (work.draft && !(await drafts.get(work.draft))) return
      const chained = work.mutations.some((m) => m.op === 'update')
      const existing = chained ? await outbox.where('state').anyOf('pending', 'applied').toArray() : []
      const made = entriesFor(work, stamp, await this.meta(), existing)
      await outbox.bulkAdd(made.entries)
      await this.saveMeta(made.meta)
      if (work.draft) await drafts.delete(work.draft)
    })
  }

  async takeBack(group: string, draft: Draft): Promise<boolean> {
    const { outbox, drafts } = this.db
    return this.db.transaction('rw', outbox, drafts, async () => {
      const entries = await outbox.where('group').equals(group).toArray()
      if (!canTakeBack(entries)) return false
      await outbox.bulkDelete(entries.map((e) => e.counter))
      await drafts.put(draft)
      return true
    })
  }

  async redo(group: string, draft: Draft): Promise<string> {
    const { outbox, drafts } = this.db
    return this.db.transaction('rw', outbox, drafts, async () => {
      const entries = await outbox.where('group').equals(group).toArray()
      const before = entries.find((e) => e.redone_as)?.redone_as
      if (before) return before
      const refused = entries.filter((e) => e.state === 'rejected')
      if (refused.length === 0) return ''
      await outbox.bulkPut(refused.map((e) => ({ ...e, redone_as: draft.id })))
      await drafts.put(draft)
      return draft.id
    })
  }

  async discard(id: string): Promise<void> {
    const { outbox, drafts } = this.db
    await this.db.transaction('rw', outbox, drafts, async () => {
      await drafts.delete(id)
      const rejected = await outbox.where('state').equals('rejected').toArray()
      await outbox.bulkDelete(rejected.filter((e) => e.group === id).map((e) => e.counter))
      const open = rejected.filter((e) => e.group !== id && e.redone_as === id)
      await outbox.bulkPut(open.map(({ redone_as: _, ...e }) => e))
    })
  }

  async saveInstall(install: string): Promise<void> {
    await this.db.transaction('rw', this.db.meta, () => this.saveMeta({ install, device: '' }))
  }

  async saveDevice(device: string, lastCounter: number): Promise<void> {
    await this.db.transaction('rw', this.db.meta, async () => {
      const { last_counter } = await this.meta()
      await this.saveMeta({ device, last_counter: Math.max(last_counter, lastCounter) })
    })
  }

  async prune(durableSeq: number, serverTime: string): Promise<void> {
    const { outbox } = this.db
    await this.db.transaction('rw', outbox, async () => {
      const applied = await outbox.where('state').equals('applied').toArray()
      await outbox.bulkDelete(applied.filter((e) => prunable(e, durableSeq, serverTime)).map((e) => e.counter))
    })
  }
}
