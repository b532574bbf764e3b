import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { OutboxEntry, ReplicaRow } from '../sync/contract'
import { emptyMeta } from '../sync/ports'
import type { Reader } from '../sync/reader'
import { all, ofWork, ofWorks, one, onceWhole, partsOf, some } from './replica'

let rows: ReplicaRow[]
let outbox: OutboxEntry[]
let meta: Awaited<ReturnType<Reader['meta']>>
const asked: string[] = []

const read: Reader = {
  meta: () => Promise.resolve(meta),
  row: (c, id) => Promise.resolve(rows.find((r) => r.c === c && r.id === id)),
  rows: (c, ids) => Promise.resolve(rows.filter((r) => r.c === c && ids.includes(r.id))),
  ofKind: (c) => (asked.push(`all ${c}`), Promise.resolve(rows.filter((r) => r.c === c))),
  ofWork: (c, work) => (asked.push(`${c} of ${work}`), Promise.resolve(rows.filter((r) => r.c === c && r.i === work))),
  entries: (which) => {
    asked.push('outbox')
    return Promise.resolve(
      outbox.filter((e) => typeof which === 'object' && 'states' in which && which.states.includes(e.state)),
    )
  },
  drafts: () => Promise.resolve([]),
  draft: () => Promise.resolve(undefined),
  files: () => Promise.resolve([]),
  raws: () => Promise.resolve([]),
  raw: () => Promise.resolve(undefined),
  bytes: () => Promise.resolve(undefined),
}
vi.mock('./sync.svelte', () => ({ sync: { read: undefined as unknown } }))

const row = (c: string, id: string, i: string, data: Record<string, unknown> = {}): ReplicaRow => ({
  ...{ c, id, i, rev: 1, b: [1], digest: '' },
  data: { intervention: i, ...data },
})
const entry = (counter: number, op: 'create' | 'update' | 'delete', record: string, fields = {}): OutboxEntry =>
  ({
    ...{ counter, id: `m${counter}`, group: `g${counter}`, state: 'pending', intervention: 'x' },
    mutation: { collection: 'findings', record, op, fields },
  }) as unknown as OutboxEntry

beforeEach(async () => {
  const { sync } = await import('./sync.svelte')
  Object.assign(sync, { read })
  rows = [
    row('findings', 'a', 'x', { visit: 'v1', state: 'abierto' }),
    row('findings', 'b', 'x', { visit: 'v2', state: 'abierto' }),
    row('findings', 'c', 'y', { visit: 'v3', state: 'abierto' }),
    row('cupos', 'k', 'x', { number: 1 }),
  ]
  outbox = []
  meta = { ...emptyMeta(), synced_at: '2026-11-23T15:00:00Z', incomplete: false }
  asked.length = 0
})

const ids = (list: readonly { id: string }[]): string[] => list.map((r) => r.id)

describe('rows are answered', () => {
  test('by kind, work, whole and id', async () => {
    expect(ids(await all('findings'))).toEqual(['a', 'b', 'c'])
    expect(ids(await ofWork('findings', 'x'))).toEqual(['a', 'b'])
    expect(ids(await partsOf('findings', 'v2', 'x'))).toEqual(['b'])
    expect(await one('findings', 'a')).toMatchObject({ id: 'a', visit: 'v1', rev: 1, marker: '' })
    expect(await one('findings', 'k')).toBeUndefined()
    expect(ids(await some('findings', ['c', 'a', 'gone']))).toEqual(['a', 'c'])
    const works = await ofWorks('findings', ['x', 'y', 'z'])
    expect([...works].map(([work, list]) => [work, ids(list)])).toEqual([
      ['x', ['a', 'b']],
      ['y', ['c']],
    ])
  })

  test('of one work by its range, of several by one range', async () => {
    await ofWorks('cupos', ['x'])
    await ofWorks('cupos', ['x', 'y'])
    expect(asked).toEqual(['cupos of x', 'all cupos'])
  })

  test('with what this device did on top; and the outbox is not asked for what it never sends', async () => {
    outbox = [
      entry(1, 'update', 'a', { state: 'levantado' }),
      entry(2, 'delete', 'b'),
      entry(3, 'create', 'd', { visit: 'v1', state: 'abierto' }),
    ]
    expect(ids(await ofWork('findings', 'x'))).toEqual(['a', 'd'])
    expect(await one('findings', 'a')).toMatchObject({ state: 'levantado', marker: 'pending', group: 'g1', prev: 'm1' })
    expect(await one('findings', 'a', ['m1'])).toMatchObject({ state: 'abierto', marker: '', prev: '' })
    expect(await one('findings', 'b')).toBeUndefined()
    expect(ids(await partsOf('findings', 'v1', 'x'))).toEqual(['a', 'd'])
    expect(ids(await ofWork('findings', 'y')), 'of another work').toEqual(['c'])
    expect(ids(await some('findings', ['d']))).toEqual(['d'])
    asked.length = 0
    expect(await one('cupos', 'k')).toEqual({ id: 'k', intervention: 'x', number: 1 })
    expect(asked).toEqual([])
  })
})

test('a question about all is not answered from a part', async () => {
  const ask = (): Promise<number> => Promise.resolve(1)
  expect(await onceWhole(ask)).toBe(1)
  meta = { ...emptyMeta(), synced_at: '2026-11-23T15:00:00Z', incomplete: true }
  expect(await onceWhole(ask)).toBeNull()
  meta = undefined
  expect(await onceWhole(ask)).toBeNull()
})
