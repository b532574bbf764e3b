/** All that a user has on this device, behind ports: who shows it and who writes it knows no table. */
import type { StorageNews } from '../domain/storage'
import type { OutboxEntry } from '../sync/contract'
import type { WorkStore } from '../sync/ports'
import { oldestFirst } from '../sync/files'
import type { Entries, Reader } from '../sync/reader'
import { ReplicaDb, WorkDb } from './dexie'
import { DexieWork, filesIn } from './work'

export interface Device {
  read: Reader
  work: WorkStore
  close(): void
}

/** @param heard what happens to the database of what exists nowhere else */
export function openDevice(user: string, heard: (news: StorageNews) => void): Device {
  const replica = new ReplicaDb(user)
  const work = new WorkDb(user)
  work.heard = heard
  return {
    read: new DexieReader(replica, work),
    work: new DexieWork(work),
    close: () => {
      replica.close()
      work.close()
    },
  }
}

class DexieReader implements Reader {
  constructor(
    private readonly replica: ReplicaDb,
    private readonly work: WorkDb,
  ) {}

  readonly meta: Reader['meta'] = () => this.replica.meta.get('replica')
  readonly row: Reader['row'] = (c, id) => this.replica.rows.get([c, id])
  readonly rows: Reader['rows'] = async (c, ids) => {
    const found = await this.replica.rows.bulkGet(ids.map((id): [string, string] => [c, id]))
    return found.filter((row) => row !== undefined)
  }
  readonly ofKind: Reader['ofKind'] = (c) =>
    this.replica.rows.where('[c+i]').between([c, ''], [c, '\uffff'], true, true).toArray()
  readonly ofWork: Reader['ofWork'] = (c, work) => this.replica.rows.where('[c+i]').equals([c, work]).toArray()
  readonly drafts: Reader['drafts'] = () => this.work.drafts.toArray()
  readonly draft: Reader['draft'] = (id) => this.work.drafts.get(id)
  readonly files: Reader['files'] = async (which) => (await filesIn(this.work, which)).sort(oldestFirst)
  readonly raws: Reader['raws'] = (draft) => this.work.raws.where('draft').equals(draft).primaryKeys()
  readonly raw: Reader['raw'] = (id) => this.work.raws.get(id)
  readonly bytes: Reader['bytes'] = async (id, part) => {
    const file = await this.work.files.get(id)
    const hash = part === 'file' ? file?.facts.sha256 : file?.facts.thumb
    return hash === undefined ? undefined : (await this.work.bytes.get(hash))?.data
  }

  entries(which: Entries): Promise<OutboxEntry[]> {
    const { outbox } = this.work
    if (which === 'all') return outbox.orderBy('counter').toArray()
    if ('group' in which) return outbox.where('group').equals(which.group).sortBy('counter')
    if ('ids' in which) return outbox.where('id').anyOf(which.ids).sortBy('counter')
    return outbox.where('state').anyOf(which.states).sortBy('counter')
  }
}
