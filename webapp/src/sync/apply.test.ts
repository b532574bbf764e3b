import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyDisk, MemoryReplica } from '../../sim/memory'
import { KEPT, needsOf, planAnew, planPage, STALE } from './apply'
import { recount, totalOf } from './checksum'
import { emptyMeta } from './ports'
import type { PullPage, ReplicaMeta } from './ports'

type Changes = Partial<Pick<PullPage, 'enter' | 'drop' | 'puts' | 'removes'>> & { complete?: boolean }

function page(changes: Changes): PullPage {
  const { complete = true, ...rest } = changes
  const body = { reset: false, enter: [], drop: [], puts: [], removes: [], ...rest }
  return {
    server_time: '2026-06-15T15:00:00Z',
    business_date: '2026-06-15',
    mark: { epoch: 1, seq: 9, nonce: 'x' },
    ...body,
    cursor: { node: 'n1', epoch: 1, at: [{ seq: 9, nonce: 'x', buckets: [] }] },
    durable_seq: 9,
    trailer: { complete, puts: body.puts.length, removes: body.removes.length, total: '0'.repeat(16) },
  }
}

const put = (b: number, id: string, rev = 1, data: Record<string, unknown> = {}): PullPage['puts'][number] => ({
  b,
  c: 'cupos',
  id,
  rev,
  data: { intervention: 'x', ...data },
})
const remove = (b: number, id: string): PullPage['removes'][number] => ({ b, c: 'cupos', id })
const enter = (handle: number, name: string): PullPage['enter'][number] => ({ handle, name })

class Device {
  readonly disk = emptyDisk()
  readonly store = new MemoryReplica(this.disk)

  async apply(p: PullPage, waiting: string[] = []): Promise<boolean> {
    const meta = await this.store.meta()
    const { keys, handles } = needsOf(p, meta)
    const stored = [...(await this.store.rows(keys)), ...(await this.store.members(handles))]
    const plan = planPage(p, meta, stored, new Set(waiting), 0)
    for (const batch of plan?.batches ?? []) await this.store.commit(batch)
    return plan !== null
  }

  async anew(waiting: string[] = []): Promise<void> {
    await this.store.commit(planAnew(emptyMeta(), [...this.disk.rows.values()], new Set(waiting)))
  }

  members(id: string): number[] | undefined {
    return this.disk.rows.get(`cupos/${id}`)?.b
  }

  recounted(): ReplicaMeta['buckets'] {
    const rows = [...this.disk.rows.values()]
    return Object.fromEntries(
      Object.entries(this.disk.meta.buckets).map(([h, { name }]) => [h, { name, ...recount(Number(h), name, rows) }]),
    )
  }
}

test('what begins anew keeps what unsent work is shown on, and no decision about parked work', () => {
  const row = (c: string, id: string, i: string) => ({ c, id, i, rev: 1, digest: '', data: {}, b: [7] })
  const stored = [row('participants', 'p', 'x'), row('participants', 'q', 'y'), row('uts', 'u', '')]
  const decided = row('mutation_reviews', 'm', '')
  const kept = (waiting: string[]) => planAnew(emptyMeta(), [...stored, decided], new Set(waiting)).puts
  expect(kept(['x']).map((r) => [r.id, r.b])).toEqual([
    ['p', [KEPT]],
    ['u', [KEPT]],
  ])
  expect(kept([])).toEqual([])
})

describe('one page', () => {
  test('a row in two buckets stays until both let it go', async () => {
    const d = new Device()
    await d.apply(page({ enter: [enter(1, 'ut:u'), enter(2, 'aii:x')], puts: [put(1, 'r'), put(2, 'r')] }))
    expect(d.members('r')).toEqual([1, 2])
    await d.apply(page({ removes: [remove(1, 'r')] }))
    expect(d.members('r')).toEqual([2])
    await d.apply(page({ drop: [2] }))
    expect(d.members('r')).toBeUndefined()
  })

  test('order: drop comes before put, put before remove', async () => {
    const d = new Device()
    await d.apply(page({ enter: [enter(1, 'a'), enter(2, 'b')], puts: [put(1, 'r'), put(1, 's'), put(2, 's')] }))
    // r moves from the dropped bucket to another; s is put and removed in the same page.
    await d.apply(page({ drop: [1], puts: [put(2, 'r', 2), put(2, 's', 2)], removes: [remove(2, 's')] }))
    expect(d.members('r')).toEqual([2])
    expect(d.members('s')).toBeUndefined()
  })

  test('a put that changes a row counts in every bucket that holds it', async () => {
    const d = new Device()
    await d.apply(page({ enter: [enter(1, 'a'), enter(2, 'b')], puts: [put(1, 'r'), put(2, 'r')] }))
    await d.apply(page({ puts: [put(1, 'r', 2, { state: 'anulado' })], complete: false }))
    expect(d.disk.meta.buckets).toEqual(d.recounted())
  })

  test('who begins anew forgets rows, buckets and sums', async () => {
    const d = new Device()
    await d.apply(page({ enter: [enter(1, 'a')], puts: [put(1, 'r')] }))
    await d.anew()
    expect(d.disk.rows.size).toBe(0)
    expect(d.disk.meta.buckets).toEqual({})
  })

  test('who begins anew keeps what unanswered work is shown on, until it is answered', async () => {
    const d = new Device()
    const entity = { b: 1, c: 'entities', id: 'e', rev: 1, data: { name: 'Municipalidad' } }
    await d.apply(page({ enter: [enter(1, 'a')], puts: [put(1, 'r'), put(1, 's', 1, { intervention: 'y' }), entity] }))
    await d.anew(['x'])
    expect([...d.disk.rows.values()].map((row) => [row.id, row.b])).toEqual([
      ['r', [KEPT]],
      ['e', [KEPT]],
    ])
    // The handle means another bucket now.
    await d.apply(page({ enter: [enter(1, 'b')], puts: [put(1, 's', 1, { intervention: 'y' })] }), ['x'])
    expect(d.members('r')).toEqual([KEPT])
    expect(d.disk.meta.buckets).toEqual(d.recounted())
    await d.apply(page({}))
    expect([...d.disk.rows.keys()]).toEqual(['cupos/s'])
  })

  test('a page that names an unknown bucket is thrown away', async () => {
    const d = new Device()
    expect(await d.apply(page({ puts: [put(7, 'r')] }))).toBe(false)
    expect(d.disk.rows.size).toBe(0)
  })

  test('rows of a dropped bucket stay while its work is unanswered, outside every sum', async () => {
    const d = new Device()
    await d.apply(page({ enter: [enter(2, 'aii:x')], puts: [put(2, 'r')] }))
    await d.apply(page({ drop: [2] }), ['x'])
    expect(d.members('r')).toEqual([KEPT])
    expect(d.disk.meta.buckets).toEqual({})
    expect(totalOf(d.disk.meta.buckets)).toBe('0'.repeat(16))
    await d.apply(page({ complete: false }))
    expect(d.members('r')).toEqual([KEPT]) // only a complete page decides it
    await d.apply(page({}), ['x'])
    expect(d.members('r')).toEqual([KEPT])
    await d.apply(page({}))
    expect(d.members('r')).toBeUndefined()
  })

  test('rows of a public body go with the last kept intervention', async () => {
    const d = new Device()
    const entity = { b: 2, c: 'entities', id: 'e', rev: 1, data: { name: 'Municipalidad' } }
    await d.apply(page({ enter: [enter(2, 'aii:x')], puts: [put(2, 'r'), entity] }))
    await d.apply(page({ drop: [2] }), ['x'])
    expect(d.disk.rows.get('entities/e')?.b).toEqual([KEPT])
    await d.apply(page({}))
    expect(d.disk.rows.size).toBe(0)
  })

  test('a bucket entered again is read from zero while its rows stay visible', async () => {
    const d = new Device()
    await d.apply(page({ enter: [enter(1, 'a')], puts: [put(1, 'r'), put(1, 's')] }))
    await d.apply(page({ enter: [enter(1, 'a')], puts: [put(1, 'r')], complete: false }))
    expect(d.members('s')).toEqual([STALE])
    expect(d.disk.meta.buckets).toEqual(d.recounted())
    await d.apply(page({}))
    expect(d.members('s')).toBeUndefined()
  })
})

test('whatever pages come, sums equal a recount and no row is without a holder', async () => {
  const handle = fc.integer({ min: 1, max: 4 })
  const id = fc.constantFrom('r', 's', 't')
  const change = fc.record({
    anew: fc.nat(9).map((n) => n === 0),
    enter: fc.uniqueArray(handle, { maxLength: 2 }),
    drop: fc.uniqueArray(handle, { maxLength: 2 }),
    puts: fc.array(fc.tuple(handle, id, fc.integer({ min: 1, max: 5 })), { maxLength: 6 }),
    removes: fc.array(fc.tuple(handle, id), { maxLength: 3 }),
    complete: fc.boolean(),
    waiting: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const d = new Device()
      for (const c of changes) {
        const waiting = c.waiting ? ['x'] : []
        if (c.anew) await d.anew(waiting)
        await d.apply(
          page({
            complete: c.complete,
            enter: c.enter.map((h) => enter(h, `aii:${h}`)),
            drop: c.drop.filter((h) => !c.enter.includes(h)),
            puts: c.puts.map(([b, r, rev]) => put(b, r, rev, { v: rev })),
            removes: c.removes.map(([b, r]) => remove(b, r)),
          }),
          waiting,
        )
        expect(d.disk.meta.buckets).toEqual(d.recounted())
        for (const row of d.disk.rows.values()) {
          expect(row.b.length).toBeGreaterThan(0)
          for (const h of row.b) expect(h < 0 || h in d.disk.meta.buckets).toBe(true)
        }
      }
    }),
    { numRuns: 200 },
  )
})
