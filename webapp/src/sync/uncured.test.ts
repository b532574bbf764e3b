/** What a repair does not cure: repaired again more and more rarely, told, and at once when something else differs. */
import 'fake-indexeddb/auto'
import { describe, expect, test } from 'vitest'
import { add64, hex64, parse64 } from './checksum'
import type { PullPage } from './ports'
import { emptyMeta } from './ports'
import { isUncured, remedyFor } from './reconcile'
import { Phone } from './testing/phone'
import { kinds, setUp as setUpOn } from './testing/stores'

const MINUTE = 60_000
const DAY = 86_400_000

/** From here on the server's sum of a bucket is off by so much: what it serves can never match it. */
function lie(phone: Phone, handle: number, off: bigint, seen: (path: string, body: unknown) => void = () => undefined) {
  phone.spoil = (path, deliver, body) => {
    seen(path, body)
    const answer = deliver()
    if (path !== '/sync/pull') return answer
    const { trailer } = answer.body as PullPage
    if (trailer.total) trailer.total = hex64(add64(parse64(trailer.total), off))
    const bucket = trailer.buckets?.find((b) => b.handle === handle)
    if (bucket) bucket.sum = hex64(add64(parse64(bucket.sum), off))
    return answer
  }
}

describe.each(kinds)('a phone on %s', (_, stores) => {
  test('what no repair cures is told, also after a restart, and so is its end', async () => {
    const { server, phone, stores: made } = setUpOn(stores)
    await phone.start()
    lie(phone, 2, 7n)
    await phone.sync()
    expect(server.calls('/sync/digests')).toBe(2)
    expect(phone.status).toMatchObject({ problem: 'differs', in_sync: false, phase: 'idle' })
    expect(server.report?.differs_since).toBe(new Date(phone.now).toISOString())
    await phone.sync()
    expect(server.calls('/sync/digests')).toBe(2)

    await phone.record('v', 'x', 'visit1') // pushing never waits for it, and the row moves both sums alike
    expect(server.applied).toHaveLength(1)
    expect(server.calls('/sync/digests')).toBe(2)

    phone.driver.stop()
    const next = new Phone(made.replica, made.work, server)
    lie(next, 2, 7n)
    await next.start()
    expect(server.calls('/sync/digests')).toBe(2)
    expect(next.status?.problem).toBe('differs')
    next.spoil = (__, deliver) => deliver()
    await next.sync()
    expect(next.status).toMatchObject({ problem: '', in_sync: true })
    await next.sync()
    expect(server.report?.differs_since).toBeUndefined()
  })
})

const inMemory = () => setUpOn(kinds[0]![1])

test('it is repaired at doubling intervals, in the end once a day, and pulled as ever', async () => {
  const { server, phone } = inMemory()
  await phone.start()
  const repairs: number[] = []
  lie(phone, 2, 7n, (path) => path === '/sync/digests' && repairs.push(phone.now))
  await phone.sync()
  const begun = phone.now
  const pulls = server.calls('/sync/pull')
  while (phone.now < begun + 3 * DAY) await phone.pass()
  const gaps = repairs.slice(1).map((at, n) => at - repairs[n]!)
  expect(gaps.slice(1).every((gap, n) => gap >= Math.min(DAY, 5 * MINUTE * 2 ** n))).toBe(true)
  expect(gaps.at(-1)).toBeLessThan(DAY + 10 * MINUTE)
  expect(repairs.length).toBeLessThan(14)
  expect(server.calls('/sync/pull') - pulls).toBeGreaterThan(900)
})

test('another difference is repaired at once', async () => {
  const { server, phone } = inMemory()
  await phone.start()
  lie(phone, 2, 7n)
  await phone.sync()
  lie(phone, 2, 8n)
  await phone.sync()
  expect(server.calls('/sync/digests')).toBe(4)
})

test('a server that names other buckets than it serves makes nobody begin anew at each pull', async () => {
  const { phone } = inMemory()
  await phone.start()
  let anew = 0
  phone.spoil = (path, deliver, body) => {
    if (path === '/sync/pull' && !(body as { cursor?: object }).cursor) anew++
    const answer = deliver()
    if (path !== '/sync/pull') return answer
    const { trailer } = answer.body as PullPage
    if (trailer.total) trailer.total = 'ffffffffffffffff'
    trailer.buckets?.push({ handle: 99, count: 1, sum: '0000000000000001' })
    return answer
  }
  const begun = phone.now
  await phone.sync()
  while (phone.now < begun + DAY) await phone.pass()
  expect(anew).toBeGreaterThan(1)
  expect(anew).toBeLessThan(12)
  expect(phone.status?.problem).toBe('differs')
})

describe('the remedy', () => {
  const cursor = { node: 'n', epoch: 1, at: [] }
  const meta = {
    ...emptyMeta(),
    cursor,
    buckets: { 1: { name: 'a', count: 2, sum: 'f' }, 2: { name: 'b', count: 1, sum: '1' } },
  }
  const checks = [
    { handle: 1, count: 3, sum: '10' },
    { handle: 2, count: 1, sum: '1' },
  ]

  test('names what differs and counts how often just that was repaired', () => {
    const first = remedyFor(meta, checks, 1000)
    expect(first).toMatchObject({ rebuild: false, meta: { reconcile: [1], uncured: { times: 1 } } })
    const second = remedyFor({ ...first.meta, reconcile: [] }, checks, 2000)
    expect(second.meta).toMatchObject({ reconcile: [1], uncured: { times: 2, since: new Date(1000).toISOString() } })
    expect([isUncured(first.meta), isUncured(second.meta)]).toEqual([false, true])
    const third = remedyFor({ ...second.meta, reconcile: [] }, checks, 3000)
    expect(third.meta).toMatchObject({ reconcile: [], uncured: { times: 2 } })
    expect(remedyFor({ ...third.meta, reconcile: [] }, checks, 2000 + 5 * MINUTE).meta.reconcile).toEqual([1])
  })

  test('of a clock that was set back is not put off for as long as the clock was ahead', () => {
    const tried = { ...meta, uncured: { ...remedyFor(meta, checks, 400 * DAY).meta.uncured!, times: 20 } }
    expect(remedyFor(tried, checks, 10 * DAY).meta.reconcile).toEqual([1])
  })
})
