import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { openDevice } from './device'
import { ReplicaDb } from './dexie'
import { DexieReplica } from './replica'
import { emptyMeta } from '../sync/ports'

const made = (record: string) => ({ collection: 'visits', record, op: 'create' as const, fields: {}, form: 'visit/3' })
const stamp = (...ids: string[]) => ({ ids, at: '2026-11-23T10:00:00-05:00' })

test('what is on a device is answered by range, the outbox oldest first', async () => {
  const device = openDevice('asked', () => undefined)
  const { read, work } = device
  expect(await read.meta()).toBeUndefined()
  const replica = new ReplicaDb('asked')
  const row = (c: string, id: string, i: string) => ({ c, id, i, rev: 1, digest: '', b: [1], data: {} })
  const puts = [row('cupos', 'a', 'x'), row('cupos', 'b', 'y'), row('uts', 'u', ''), row('cuposes', 'z', 'x')]
  await new DexieReplica(replica).commit({ clear: false, deletes: [], puts, meta: emptyMeta() })
  const ids = async (found: Promise<{ id: string }[]>) => (await found).map((r) => r.id)
  expect(await ids(read.ofKind('cupos'))).toEqual(['a', 'b'])
  expect(await ids(read.ofKind('uts'))).toEqual(['u'])
  expect(await ids(read.ofWork('cupos', 'y'))).toEqual(['b'])
  expect(await ids(read.rows('cupos', ['b', 'gone', 'a']))).toEqual(['b', 'a'])
  expect((await read.row('uts', 'u'))?.id).toBe('u')
  expect((await read.meta())?.schema).toBe(emptyMeta().schema)

  const piece = { label: '', intervention: 'x' }
  await work.enqueue({ ...piece, group: 'v2', mutations: [made('v2'), made('v3')] }, stamp('m1', 'm2'))
  await work.enqueue({ ...piece, group: 'v1', mutations: [made('v1')] }, stamp('m3'))
  expect(await ids(read.entries('all'))).toEqual(['m1', 'm2', 'm3'])
  expect(await ids(read.entries({ group: 'v2' }))).toEqual(['m1', 'm2'])
  expect(await ids(read.entries({ ids: ['m3', 'm1'] }))).toEqual(['m1', 'm3'])
  expect(await ids(read.entries({ states: ['pending', 'parked'] }))).toEqual(['m1', 'm2', 'm3'])
  expect(await read.entries({ states: ['rejected'] })).toEqual([])
  replica.close()
  device.close()
})
