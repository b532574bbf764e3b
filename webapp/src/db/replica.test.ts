import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import type { ReplicaRow } from '../sync/contract'
import { emptyMeta } from '../sync/ports'
import type { ReplicaBatch } from '../sync/ports'
import { ReplicaDb } from './dexie'
import { DexieReplica } from './replica'

const row = (n: number): ReplicaRow => ({ c: 'cupos', id: `r${n}`, i: 'x', rev: 1, digest: '', b: [1], data: {} })
const rows = (from: number, to: number): ReplicaRow[] => Array.from({ length: to - from }, (_, n) => row(from + n))
const batch = (change: Partial<ReplicaBatch>): ReplicaBatch => ({
  clear: false,
  deletes: [],
  puts: [],
  meta: emptyMeta(),
  ...change,
})

test('of many rows asked for come those that are there, whatever was written before', async () => {
  const replica = new DexieReplica(new ReplicaDb('many'))
  const asked = rows(0, 400)
  const there = async (): Promise<string[]> => (await replica.rows(asked)).map((r) => r.id)
  const ids = (list: ReplicaRow[]): string[] => list.map((r) => r.id)

  await replica.commit(batch({ puts: rows(0, 150) }))
  expect(await there()).toEqual(ids(rows(0, 150)))
  await replica.commit(batch({ puts: rows(150, 300), deletes: rows(0, 50) }))
  expect(await there()).toEqual(ids(rows(50, 300)))
  await replica.commit(batch({ clear: true, puts: rows(7, 9) }))
  expect(await there()).toEqual(ids(rows(7, 9)))
})

test('a write that fails leaves what is known of the rows as it was', async () => {
  const db = new ReplicaDb('failing')
  const replica = new DexieReplica(db)
  const asked = rows(0, 200)
  await replica.commit(batch({ puts: rows(0, 120) }))
  expect(await replica.rows(asked)).toHaveLength(120)
  const broken = { ...row(150), data: { no: () => undefined } } // cannot be stored
  await expect(replica.commit(batch({ deletes: rows(0, 20), puts: [broken] }))).rejects.toThrow()
  expect(await replica.rows(asked)).toHaveLength(120)
})
