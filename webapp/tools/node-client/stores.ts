/** The two stores of a device in a folder: at hand in memory, each transaction on the disk before it counts. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { applyBatch, applyChange, emptyDisk, MemoryReplica, MemoryTables } from '../../src/db/memory'
import type { Disk } from '../../src/db/memory'
import { Ledger } from '../../src/sync/ledger'
import type { WorkChange } from '../../src/sync/tables'
import { unseen } from '../../src/sync/ports'
import type { ReplicaBatch } from '../../src/sync/ports'
import { Journal } from './journal'

class FileReplica extends MemoryReplica {
  constructor(
    disk: Disk,
    private readonly journal: Journal,
  ) {
    super(disk)
  }

  private turn: Promise<void> = Promise.resolve()

  override commit(batch: ReplicaBatch): Promise<void> {
    return this.alone(() => batch)
  }

  override unsee(): Promise<void> {
    return this.alone(() => ({ clear: false, deletes: [], puts: [], meta: unseen(this.disk.meta) }))
  }

  /** One change at a time: what it is made from is what it will be applied to. */
  private alone(make: () => ReplicaBatch): Promise<void> {
    const mine = this.turn.then(() => this.write(make()))
    this.turn = mine.catch(() => undefined)
    return mine
  }

  private async write(batch: ReplicaBatch): Promise<void> {
    await this.journal.append(batch)
    applyBatch(this.disk, batch)
    if (!this.journal.overgrown) return
    const all: ReplicaBatch = { clear: true, deletes: [], puts: [...this.disk.rows.values()], meta: this.disk.meta }
    await this.journal.compact(all)
  }
}

export interface Stores {
  disk: Disk
  replica: MemoryReplica
  work: Ledger
  close(): Promise<void>
}

export async function openStores(folder: string): Promise<Stores> {
  await mkdir(folder, { recursive: true })
  const disk = emptyDisk()
  const rows = await Journal.open(join(folder, 'replica.journal'), (e) => applyBatch(disk, e as ReplicaBatch))
  const entries = await Journal.open(join(folder, 'work.journal'), (e) => applyChange(disk, e as WorkChange))
  const commit = async (change: WorkChange): Promise<void> => {
    if (entries.overgrown) await entries.compact(everything(disk))
    await entries.append(change)
  }
  return {
    disk,
    replica: new FileReplica(disk, rows),
    work: new Ledger(new MemoryTables(disk, undefined, commit)),
    close: async () => {
      await rows.close()
      await entries.close()
    },
  }
}

const everything = (disk: Disk): WorkChange => ({
  clear: true,
  entries: [...disk.outbox.values()],
  drafts: [...disk.drafts.values()],
  files: [...disk.files.values()],
  raws: [...disk.raws.values()],
  bytes: [...disk.bytes].map(([hash, data]) => ({ hash, data })),
  meta: disk.work,
})
