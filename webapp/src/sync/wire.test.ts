import { expect, test } from 'vitest'
import { chooseBatch, sendable } from './push'
import type { OutboxEntry } from './contract'
import { readPage, readPush } from './wire'
import { uuidV7, recordId } from './ids'

const page = {
  reset: false,
  mark: { epoch: 1, seq: 1, nonce: 'n' },
  server_time: '2026-06-15T15:00:00Z',
  business_date: '2026-06-15',
  enter: [{ handle: 1, name: 'catalog' }],
  drop: [2],
  puts: [{ b: 1, c: 'cupos', id: 'a', rev: 1, data: {} }],
  removes: [],
  cursor: { node: 'n1', epoch: 1, at: [{ seq: 1, nonce: 'n', buckets: [1] }] },
  durable_seq: 1,
  trailer: { complete: true, puts: 1, removes: 0, total: '0123456789abcdef' },
}

test('a whole page is read', () => expect(readPage(page)).toEqual(page))

test.each([
  ['not an object', null],
  ['a put is missing', { ...page, puts: [] }],
  ['a remove too many', { ...page, removes: [{ b: 1, c: 'cupos', id: 'a' }] }],
  ['no trailer', { ...page, trailer: undefined }],
  ['last page without a total', { ...page, trailer: { ...page.trailer, total: undefined } }],
  ['a row without data', { ...page, puts: [{ b: 1, c: 'cupos', id: 'a', rev: 1 }] }],
  ['no cursor', { ...page, cursor: undefined }],
  ['no mark', { ...page, mark: undefined }],
  ['a reset with rows of no bucket it enters', { ...page, reset: true, enter: [] }],
  ['a handle of ours', { ...page, enter: [{ handle: -1, name: 'x' }] }],
])('no page: %s', (_, body) => expect(readPage(body)).toBeNull())

test('a push answer must have one outcome for each', () => {
  const answer = { results: [{ id: 'a', status: 'applied' }], durable_seq: 1, server_time: '', mark: page.mark }
  expect(readPush(answer, ['a'])?.outcomes).toHaveLength(1)
  expect(readPush(answer, ['a', 'b'])).toBeNull()
  expect(readPush(answer, ['b'])?.outcomes).toEqual([null])
  expect(readPush({ ...answer, results: 'x' }, ['a'])).toBeNull()
  expect(readPush({ ...answer, results: [] }, ['a'])).toBeNull()
  const wentBack = readPush({ ...answer, results: [], rewound: true }, ['a'])
  expect(wentBack).toMatchObject({ outcomes: [null], ours: true, rewound: true })
})

test('batches: oldest first, bounded in number and bytes, never empty', () => {
  const entries = [3, 1, 2].map(
    (counter) => ({ counter, mutation: { note: 'x'.repeat(100) } }) as unknown as OutboxEntry,
  )
  expect(chooseBatch(entries, 2).map((e) => e.counter)).toEqual([1, 2])
  expect(chooseBatch(entries, 500, 240).map((e) => e.counter)).toEqual([1, 2])
  expect(chooseBatch(entries, 500, 10).map((e) => e.counter)).toEqual([1])
  expect(chooseBatch([], 500)).toEqual([])
})

test('what changes a record of a group set aside, or belongs to it, waits with it', () => {
  const entry = (counter: number, group: string, record: string, fields = {}): OutboxEntry =>
    ({ counter, group, mutation: { collection: 'findings', record, fields } }) as unknown as OutboxEntry
  const pending = [entry(1, 'bad', 'finding'), entry(2, 'good', 'visit'), entry(3, 'later', 'finding')]
  expect(sendable(pending, new Set(['bad'])).map((e) => e.counter)).toEqual([2])
  expect(sendable(pending, new Set())).toEqual(pending)
  const corrected = [
    entry(1, 'visit', 'visit'),
    entry(2, 'again', 'finding', { visit: 'visit' }),
    entry(3, 'later', 'finding', { state: 'levantado' }),
    entry(4, 'other', 'another', { visit: 'elsewhere' }),
  ]
  expect(sendable(corrected, new Set(['visit'])).map((e) => e.counter)).toEqual([4])
  const said = { ...entry(2, 'again', 'finding', { state: 'levantado' }), parent: 'visit' }
  expect(sendable([entry(1, 'visit', 'visit'), said], new Set(['visit']))).toEqual([])
})

test('ids have the shape the protocol asks for', () => {
  for (let i = 0; i < 50; i++) expect(recordId()).toMatch(/^[a-z0-9]{15}$/)
  const id = uuidV7(Date.parse('2026-06-15T15:00:00Z'))
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.parse('2026-06-15T15:00:00Z'))
  expect(uuidV7(1) < uuidV7(2)).toBe(true)
})
