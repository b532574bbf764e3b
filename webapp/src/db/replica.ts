import type { ReplicaRow } from '../sync/contract'
import { emptyMeta, keyOf, unseen } from '../sync/ports'
import type { ReplicaBatch, ReplicaMeta, ReplicaStore, RowKey } from '../sync/ports'
import type { ReplicaDb } from './dexie'

/** From so many rows on it is quicker to know which are there than to look for each. */
const MANY = 100

export class DexieReplica implements ReplicaStore {
  /** The keys of all rows, from the first time they were needed. Only who leads reads and writes here. */
  private keys: Set<string> | undefined

  constructor(private readonly db: ReplicaDb) {}

  async meta(): Promise<ReplicaMeta> {
    const kept = await this.db.meta.get('replica')
    if (!kept) return emptyMeta()
    const { k: _, ...meta } = kept
    return { ...emptyMeta(), ...meta }
  }

  async rows(keys: RowKey[]): Promise<ReplicaRow[]> {
    const there = keys.length < MANY ? keys : await this.there(keys)
    const found = await this.db.rows.bulkGet(there.map(({ c, id }) => [c, id] as [string, string]))
    return found.filter((row) => row !== undefined)
  }

  private async there(keys: RowKey[]): Promise<RowKey[]> {
    const all = async () => (await this.db.rows.toCollection().primaryKeys()).map(([c, id]) => keyOf({ c, id }))
    const known = (this.keys ??= new Set(await all()))
    return keys.filter((key) => known.has(keyOf(key)))
  }

  members(handles: number[]): Promise<ReplicaRow[]> {
    return this.db.rows.where('b').anyOf(handles).distinct().toArray()
  }

  collection(c: string): Promise<ReplicaRow[]> {
    return this.db.rows.where('[c+i]').between([c, ''], [c, '\uffff'], true, true).toArray()
  }

  async commit(batch: ReplicaBatch): Promise<void> {
    const { rows, meta } = this.db
    await this.db.transaction('rw', rows, meta, async () => {
      if (batch.clear) await rows.clear()
      await rows.bulkDelete(batch.deletes.map(({ c, id }) => [c, id] as [string, string]))
      await rows.bulkPut(batch.puts)
      await meta.put({ ...batch.meta, k: 'replica' })
    })
    if (batch.clear) this.keys?.clear()
    for (const key of batch.deletes) this.keys?.delete(keyOf(key))
    for (const row of batch.puts) this.keys?.add(keyOf(row))
  }

  async unsee(): Promise<void> {
    const { meta } = this.db
    await this.db.transaction('rw', meta, async () => {
      await meta.put({ ...unseen(await this.meta()), k: 'replica' })
    })
  }
}
