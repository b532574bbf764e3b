import { expect, test } from 'vitest'
import type { NewMutation } from './contract'
import { countsOf, entriesFor, parentOf } from './entries'
import { emptyWorkMeta } from './ports'

const create = (collection: string, record: string, fields: Record<string, unknown> = {}): NewMutation => ({
  collection,
  record,
  op: 'create',
  fields,
  form: 'visit/3',
})

function entries(group: string, mutations: NewMutation[]) {
  const stamp = { ids: mutations.map((_, n) => `${group}-${n}`), at: '2026-11-23T10:00:00-05:00' }
  return entriesFor({ group, label: '', intervention: 'i', mutations }, stamp, emptyWorkMeta()).entries
}

test('unsent work is counted as a person counts it: a visit is one, whatever of it still waits', () => {
  const visit = entries('v1', [
    create('visits', 'v1'),
    ...Array.from({ length: 150 }, (_, n) => create('visit_marks', `m${n}`, { visit: 'v1' })),
  ])
  // Of this one the visit itself arrived; marks of it still wait.
  const rest = entries('v2', [create('visits', 'v2'), create('visit_marks', 'm', { visit: 'v2' })])
  rest[0]!.state = 'applied'
  // A finding of a visit that was sent long ago, corrected by itself.
  const change = entries('d1', [create('findings', 'f1', { visit: 'v0' })])
  const counts = countsOf([...visit, ...rest, ...change])
  expect(counts).toMatchObject({ pending: 153, work: { visits: 2, '': 1 } })
})

test('an entry says of what its record is a part; one of an older app says it by its fields', () => {
  const mark = create('visit_marks', 'm1', { visit: 'v1', participant: 'p1' })
  const change: NewMutation = { ...create('findings', 'f1', { state: 'abierto' }), op: 'update', parent: 'v0' }
  const made = entries('v1', [create('visits', 'v1'), mark, change])
  expect(made.map((e) => e.parent)).toEqual([undefined, 'v1', 'v0'])
  expect(made.map((e) => 'parent' in e.mutation)).toEqual([false, false, false])

  const older = made.map(({ parent: _, ...e }) => e)
  expect(older.map(parentOf)).toEqual(['', 'v1', ''])
  expect(countsOf(older.slice(1, 2)).work).toEqual({ visits: 1 })
})
