import type { Table } from 'dexie'
import type { DeviceFile } from '../sync/contract'
import { Ledger } from '../sync/ledger'
import type { Files } from '../sync/reader'
import type { Decided, WorkChange, WorkReader, WorkTables } from '../sync/tables'
import type { WorkDb } from './dexie'

export class DexieWork extends Ledger {
  constructor(db: WorkDb) {
    super(new DexieTables(db))
  }
}

class DexieTables implements WorkTables {
  private readonly reader: WorkReader
  private readonly tables: Table[]

  constructor(private readonly db: WorkDb) {
    const { outbox, drafts, files, raws, bytes, meta } = db
    this.tables = [outbox, drafts, files, raws, bytes, meta]
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
      files: (which) => filesIn(db, which),
      raws: (draft) => raws.where('draft').equals(draft).primaryKeys(),
      bytes: (hash) => bytes.get(hash).then((kept) => kept?.data),
    }
  }

  read<T>(look: (r: WorkReader) => Promise<T>): Promise<T> {
    // Dexie counts what is awaited only in a function that it sees is asynchronous.
    return this.db.transaction('r', this.tables, async () => await look(this.reader))
  }

  change<T>(_: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T> {
    return this.db.transaction('rw', this.tables, async () => {
      const { change, answer } = await decide(this.reader)
      if (change) await this.write(change)
      return answer
    })
  }

  private async write(change: WorkChange): Promise<void> {
    const { outbox, drafts, files, raws, bytes, meta } = this.db
    if (change.clear) for (const table of [outbox, drafts, files, raws, bytes]) await table.clear()
    if (change.gone?.length) await outbox.bulkDelete(change.gone)
    if (change.goneDrafts?.length) await drafts.bulkDelete(change.goneDrafts)
    if (change.goneFiles?.length) await files.bulkDelete(change.goneFiles)
    if (change.goneRaws?.length) await raws.bulkDelete(change.goneRaws)
    if (change.goneBytes?.length) await bytes.bulkDelete(change.goneBytes)
    if (change.entries?.length) await outbox.bulkPut(change.entries)
    if (change.drafts?.length) await drafts.bulkPut(change.drafts)
    if (change.files?.length) await files.bulkPut(change.files)
    if (change.raws?.length) await raws.bulkPut(change.raws)
    if (change.bytes?.length) await bytes.bulkPut(change.bytes)
    if (change.meta) await meta.put({ ...change.meta, k: 'work' })
  }
}

/** Each by an index, whole or a range. */
export function filesIn({ files }: WorkDb, which: Files): PromiseLike<DeviceFile[]> {
  if (which === 'all') return files.toArray()
  if ('ids' in which)
    return files
      .where('id')
      .anyOf([...which.ids])
      .toArray()
  if ('draft' in which) return files.where('draft').equals(which.draft).toArray()
  if ('parent' in which) return files.where('parent').equals(which.parent).toArray()
  if ('states' in which) return files.where('state').anyOf(which.states).toArray()
  const hashes = [...which.hashes]
  const same = files.where('facts.sha256').anyOf(hashes).or('facts.thumb').anyOf(hashes)
  return same.distinct().toArray()
}
