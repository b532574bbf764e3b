/** The stores a phone may have; every test of the driver runs on each. */
import { emptyDisk, MemoryReplica, MemoryWork } from '../../db/memory'
import { ReplicaDb, WorkDb } from '../../db/dexie'
import { DexieReplica } from '../../db/replica'
import { DexieWork } from '../../db/work'
import type { DeviceFile, OutboxEntry } from '../contract'
import type { ReplicaStore, WorkStore } from '../ports'
import { Phone } from './phone'
import { FakeServer } from './server'

export interface Stores {
  replica: ReplicaStore
  work: WorkStore
  all(): Promise<OutboxEntry[]>
  /** All files, and the hashes of the contents that are there. */
  files(): Promise<DeviceFile[]>
  hashes(): Promise<string[]>
  /** Ids of what was stashed. */
  raws(): Promise<string[]>
  drafts(): Promise<string[]>
}

let databases = 0
export const kinds: [string, () => Stores][] = [
  ['memory', inMemory],
  ['Dexie', inDexie],
]

const byId = (a: DeviceFile, b: DeviceFile): number => (a.id < b.id ? -1 : 1)

function inMemory(): Stores {
  const disk = emptyDisk()
  return {
    replica: new MemoryReplica(disk),
    work: new MemoryWork(disk),
    all: () => Promise.resolve([...disk.outbox.values()]),
    files: () => Promise.resolve([...disk.files.values()].sort(byId)),
    hashes: () => Promise.resolve([...disk.bytes.keys()].sort()),
    raws: () => Promise.resolve([...disk.raws.keys()].sort()),
    drafts: () => Promise.resolve([...disk.drafts.keys()]),
  }
}

function inDexie(): Stores {
  const name = `t${++databases}`
  const db = new WorkDb(name)
  return {
    replica: new DexieReplica(new ReplicaDb(name)),
    work: new DexieWork(db),
    all: () => db.outbox.toArray(),
    files: () => db.files.orderBy('id').toArray(),
    hashes: async () => (await db.bytes.toCollection().primaryKeys()).sort(),
    raws: async () => (await db.raws.toCollection().primaryKeys()).sort(),
    drafts: () => db.drafts.toCollection().primaryKeys(),
  }
}

/** A phone that holds the catalogue and one intervention, x, with three cupos. */
export function setUp(stores: () => Stores): { server: FakeServer; phone: Phone; stores: Stores } {
  const server = new FakeServer()
  server.held = ['catalog', 'aii:x']
  server.put('parameters', 'p', { key: 'k' }, 'catalog')
  for (const id of ['a', 'b', 'c']) server.put('cupos', id, { intervention: 'x', state: 'activo' }, 'aii:x')
  const made = stores()
  return { server, phone: new Phone(made.replica, made.work, server), stores: made }
}

export const ALL = ['cupos/a', 'cupos/b', 'cupos/c', 'parameters/p']

export async function rowIds(s: Stores): Promise<string[]> {
  const { buckets } = await s.replica.meta()
  return (await s.replica.members([...Object.keys(buckets).map(Number), -1, -2])).map((r) => `${r.c}/${r.id}`).sort()
}
