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
    return countsOf(await this.db.outbox.where('state').anyOf('pending', 'rejected', 'parked').toArray())
  }

  pending(): Promise<OutboxEntry[]> {
    return this.db.outbox.where('state').equals('pending').sortBy('counter')
  }

  async waiting(): Promise<Set<string>> {
    return new Set((await this.db.outbox.where('state').equals('pending').toArray()).map((e) => e.intervention))
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
