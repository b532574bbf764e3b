import { expect, test } from 'vitest'
import type { OutboxEntry, OutboxState, ReplicaRow } from './contract'
import { overlay } from './overlay'

const row = (id: string, rev: number, data: Record<string, unknown> = {}): ReplicaRow => ({
  c: 'findings',
  id,
  rev,
  i: 'x',
  b: [1],
  digest: '',
  data,
})

function entry(
  counter: number,
  record: string,
  state: OutboxState,
  more: {
    op?: 'create' | 'update' | 'delete'
    lost?: string[]
    conflict?: string
    fields?: Record<string, unknown>
    seq?: number
    rev?: number
  } = {},
): OutboxEntry {
  const { op = 'create', fields = { description: `de ${counter}` }, seq = 10, rev = 1, lost, conflict } = more
  const merged = { ...(lost ? { lost } : {}), ...(conflict ? { conflict } : {}) }
  return {
    counter,
    id: `m${counter}`,
    device: 'd',
    mutation: {
      id: `m${counter}`,
      counter,
      collection: 'findings',
      record,
      op,
      fields: fields,
      form: 'f/1',
      schema: 1,
      at: '',
    },
    group: 'g',
    label: '',
    intervention: 'x',
    state,
    attempts: 1,
    created_at: '',
    ...(state === 'pending' ? {} : { outcome: { id: `m${counter}`, status: state, seq, rev, ...merged } }),
  }
}

const markers = (rows: readonly ReplicaRow[], outbox: readonly OutboxEntry[], seen = 0) =>
  Object.fromEntries(overlay(rows, outbox, seen).map((r) => [r.id, r.marker]))

test('what the user did is seen at once; what was rejected is not shown as a row', () => {
  expect(
    markers(
      [row('a', 3)],
      [entry(1, 'b', 'pending'), entry(2, 'c', 'parked'), entry(3, 'd', 'rejected'), entry(4, 'e', 'applied')],
    ),
  ).toEqual({ a: '', b: 'pending', c: 'parked', e: 'applied' })
})

test('an applied row is shown until its own comes back, and never beside it', () => {
  expect(overlay([row('a', 1)], [entry(1, 'a', 'applied')], 0)).toHaveLength(1)
  expect(markers([row('a', 1)], [entry(1, 'a', 'applied')])).toEqual({ a: '' })
})

test('an applied row that left the scope before it came back is not shown for ever', () => {
  expect(markers([], [entry(1, 'a', 'applied', { seq: 10 })], 9)).toEqual({ a: 'applied' })
  expect(markers([], [entry(1, 'a', 'applied', { seq: 10 })], 10)).toEqual({})
})

test('updates are replayed in their order, on the row or on a create not yet sent', () => {
  const update = (counter: number, record: string, fields: Record<string, unknown>) =>
    entry(counter, record, 'pending', { op: 'update', fields })
  const [shown] = overlay(
    [row('a', 3, { state: 'abierto', note: 'n' })],
    [update(3, 'a', { state: 'abierto' }), update(2, 'a', { state: 'levantado' })],
    0,
  )
  expect(shown).toMatchObject({ data: { state: 'abierto', note: 'n' }, marker: 'pending', rev: 3 })
  const [made] = overlay(
    [],
    [entry(1, 'b', 'pending', { fields: { state: 'abierto' } }), update(2, 'b', { state: 'levantado' })],
    0,
  )
  expect(made).toMatchObject({ id: 'b', data: { state: 'levantado' } })
  expect(overlay([], [update(2, 'gone', {})], 0)).toEqual([])
})

test('an update is shown until a revision that has it is back', () => {
  const done = entry(2, 'a', 'applied', { op: 'update', fields: { state: 'levantado' }, rev: 4, seq: 20 })
  expect(overlay([row('a', 3, { state: 'abierto' })], [done], 0)[0]).toMatchObject({
    data: { state: 'levantado' },
    marker: 'applied',
  })
  expect(overlay([row('a', 4, { state: 'levantado' })], [done], 0)[0]).toMatchObject({ marker: '' })
})

test('what was deleted here is gone at once, and stays gone until the server shows the row', () => {
  const gone = (state: OutboxState, more = {}) => entry(2, 'a', state, { op: 'delete', fields: {}, ...more })
  expect(markers([row('a', 3)], [gone('pending')])).toEqual({})
  expect(markers([row('a', 3)], [gone('applied', { rev: 4 })])).toEqual({})
  // The server still shows it after that commit: somebody made it anew.
  expect(markers([row('a', 5)], [gone('applied', { rev: 4 })], 10)).toEqual({ a: '' })
  // It stayed, because somebody had changed it meanwhile.
  expect(markers([row('a', 4)], [gone('applied', { conflict: 'k' })])).toEqual({ a: '' })
  expect(markers([row('a', 3)], [gone('rejected')])).toEqual({ a: '' })
  expect(markers([row('a', 3)], [gone('parked')])).toEqual({ a: 'parked' })
})

test('a value that lost is not shown as what the record says', () => {
  const change = {
    op: 'update' as const,
    fields: { description: 'mía', severity: 'grave' },
    rev: 4,
    lost: ['description'],
  }
  const [shown] = overlay(
    [row('a', 3, { description: 'suya', severity: 'leve' })],
    [entry(1, 'a', 'applied', change)],
    0,
  )
  expect(shown?.data).toEqual({ description: 'suya', severity: 'grave' })
})

test('a shown row says what a change of it builds on', () => {
  const shown = (outbox: OutboxEntry[], seen = 0) =>
    overlay([row('a', 5)], outbox, seen).map((r) => ({ rev: r.rev, prev: r.prev }))
  expect(shown([])).toEqual([{ rev: 5, prev: '' }])
  const waits = entry(1, 'a', 'pending', { op: 'update' })
  expect(shown([waits, entry(2, 'a', 'pending', { op: 'update' })])).toEqual([{ rev: 5, prev: 'm2' }])
  expect(shown([entry(1, 'a', 'applied', { op: 'update', rev: 6 })])).toEqual([{ rev: 5, prev: 'm1' }])
  // The row says by itself what became of it.
  expect(shown([entry(1, 'a', 'applied', { op: 'update', rev: 5 })])).toEqual([{ rev: 5, prev: '' }])
  expect(shown([entry(1, 'a', 'applied', { op: 'update', rev: 6 })], 10)).toEqual([{ rev: 5, prev: '' }])
})
