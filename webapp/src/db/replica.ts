import type { ReplicaRow } from '../sync/contract'
import { emptyMeta, unseen } from '../sync/ports'
import type { ReplicaBatch, ReplicaMeta, ReplicaStore, RowKey } from '../sync/ports'
import type { ReplicaDb } from './dexie'

export class DexieReplica implements ReplicaStore {
  constructor(private readonly db: ReplicaDb) {}

  async meta(): Promise<ReplicaMeta> {
    const kept = await this.db.meta.get('replica')
    if (!kept) return emptyMeta()
    const { k: _, ...meta } = kept
    return { ...emptyMeta(), ...meta }
  }

  async rows(keys: RowKey[]): Promise<ReplicaRow[]> {
    const found = await this.db.rows.bulkGet(keys.map(({ c, id }) => [c, id] as [string, string]))
    return found.filter((row) => row !== undefined)
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
  }

  async unsee(): Promise<void> {
    const { meta } = this.db
    await this.db.transaction('rw', meta, async () => {
      await meta.put({ ...unseen(await this.meta()), k: 'replica' })
    })
  }
}
