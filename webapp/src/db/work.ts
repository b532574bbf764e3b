import { Ledger } from '../sync/ledger'
import type { Decided, WorkChange, WorkReader, WorkTables } from '../sync/ledger'
import type { WorkDb } from './dexie'

export class DexieWork extends Ledger {
  constructor(db: WorkDb) {
    super(new DexieTables(db))
  }
}

class DexieTables implements WorkTables {
  private readonly reader: WorkReader

  constructor(private readonly db: WorkDb) {
    const { outbox, drafts, meta } = db
    this.reader = {
      meta: async () => {
        const kept = await meta.get('work')
        if (!kept) return undefined
        const { k: _, ...rest } = kept
        return rest
      },
      byState: (...states) => outbox.where('state').anyOf(states).sortBy('counter'),
      byGroup: (group) => outbox.where('group').equals(group).sortBy('counter'),
      byCounter: (counters) => outbox.bulkGet(counters),
      drafts: () => drafts.toArray(),
    }
  }

  read<T>(look: (r: WorkReader) => Promise<T>): Promise<T> {
    const { outbox, drafts, meta } = this.db
    return this.db.transaction('r', outbox, drafts, meta, () => look(this.reader))
  }

  change<T>(_: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T> {
    const { outbox, drafts, meta } = this.db
    return this.db.transaction('rw', outbox, drafts, meta, async () => {
      const { change, answer } = await decide(this.reader)
      if (change) await this.write(change)
      return answer
    })
  }

  private async write(change: WorkChange): Promise<void> {
    const { outbox, drafts, meta } = this.db
    if (change.clear) {
      await outbox.clear()
      await drafts.clear()
    }
    if (change.gone?.length) await outbox.bulkDelete(change.gone)
    if (change.goneDrafts?.length) await drafts.bulkDelete(change.goneDrafts)
    if (change.entries?.length) await outbox.bulkPut(change.entries)
    if (change.drafts?.length) await drafts.bulkPut(change.drafts)
    if (change.meta) await meta.put({ ...change.meta, k: 'work' })
  }
}
