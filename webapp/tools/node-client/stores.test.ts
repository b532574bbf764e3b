import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyMeta } from '../../src/sync/ports'
import { Journal } from './journal'
import { lockFolder } from './lock'
import { openStores } from './stores'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'chaski-node-client-'))))
afterEach(() => rm(folder, { recursive: true }))

const work = (group: string) => ({
  group,
  label: '',
  intervention: 'x',
  mutations: [{ collection: 'visits', record: group, op: 'create' as const, fields: { note: 'ñ' }, form: 'f/1' }],
})
const entries = async (): Promise<string[]> => {
  const stores = await openStores(folder)
  await stores.close()
  return [...stores.disk.outbox.values()].map((e) => `${e.id} ${e.state} ${e.attempts}`)
}

test('cut at any byte, the file holds every transaction before the cut and nothing of the one in it', async () => {
  const path = join(folder, 'work.journal')
  const stores = await openStores(folder)
  await stores.work.enqueue(work('v'), { ids: ['m1'], at: '' })
  const first = (await readFile(path)).length
  await stores.work.claim([1])
  const second = (await readFile(path)).length
  const outcome = { id: 'm1', status: 'applied' as const, seq: 3 }
  await stores.work.receive([{ counter: 1, id: 'm1', outcome, acked_at: '', server_time: '' }])
  await stores.close()
  const whole = await readFile(path)
  const ends = [first, second, whole.length].flatMap((end) => [end - 1, end, end + 1, end + 17])
  for (let size = 0; size <= whole.length; size++) {
    if (size % 31 !== 0 && !ends.includes(size)) continue
    await writeFile(path, whole.subarray(0, size))
    const expected =
      size < first ? [] : size < second ? ['m1 pending 0'] : size < whole.length ? ['m1 pending 1'] : ['m1 applied 1']
    expect(await entries(), `cut at ${size}`).toEqual(expected)
  }
}, 60_000)

test('what is written after a torn line is not lost with it', async () => {
  const stores = await openStores(folder)
  await stores.work.enqueue(work('v'), { ids: ['m1'], at: '' })
  await stores.close()
  await appendFile(join(folder, 'work.journal'), '0123456789abcdef {"entries":[{"cou')
  const again = await openStores(folder)
  await again.work.enqueue(work('w'), { ids: ['m2'], at: '' })
  await again.close()
  expect(await entries()).toEqual(['m1 pending 0', 'm2 pending 0'])
})

test('a changed byte is noticed', async () => {
  const stores = await openStores(folder)
  await stores.work.enqueue(work('v'), { ids: ['m1'], at: '' })
  await stores.close()
  const path = join(folder, 'work.journal')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('"m1"', '"m9"'))
  expect(await entries()).toEqual([])
})

test('bytes come back as they were', async () => {
  const data = new Uint8Array(1000).map((_, n) => (n * 37) % 256).buffer
  const stores = await openStores(folder)
  await stores.work.saveDraft({ id: 'd', kind: 'visit', intervention: 'x', version: 1, saved_at: '', body: {} })
  const facts = { sha256: 'h', size: 1000, mime: 'image/jpeg', source: 'camera' as const, captured_at: '' }
  const photo = { id: 'p', collection: 'visit_photos', parent: 'v', draft: 'd', intervention: 'x', label: '', facts }
  await stores.work.capture({ ...photo, created_at: '' }, data, new ArrayBuffer(0))
  await stores.close()
  const again = await openStores(folder)
  expect(new Uint8Array((await again.work.bytes('h'))!)).toEqual(new Uint8Array(data))
  expect(again.disk.files.get('p')).toMatchObject({ state: 'draft', facts })
  await again.close()
})

test('compacted, it is shorter and says the same', async () => {
  const seen: unknown[] = []
  const path = join(folder, 'j')
  const journal = await Journal.open(path, () => undefined)
  for (let n = 0; n < 50; n++) await journal.append({ n })
  await journal.compact({ all: 50 })
  await journal.append({ n: 50 })
  await journal.close()
  await (await Journal.open(path, (e) => seen.push(e))).close()
  expect(seen).toEqual([{ all: 50 }, { n: 50 }])
})

test('the replica comes back with its cursor', async () => {
  const first = await openStores(folder)
  const row = { c: 'cupos', id: 'a', rev: 1, i: 'x', b: [1], digest: '', data: {} }
  const cursor = { node: 'n1', epoch: 1, at: [{ seq: 1, nonce: 'n', buckets: [1] }] }
  await first.replica.commit({ clear: false, deletes: [], puts: [row], meta: { ...emptyMeta(), cursor } })
  await first.close()
  const path = join(folder, 'replica.journal')
  const again = await openStores(folder)
  expect((await again.replica.meta()).cursor).toEqual(cursor)
  expect(await again.replica.members([1])).toEqual([row])
  await again.close()
  await truncate(path, (await readFile(path)).length - 1)
  const torn = await openStores(folder)
  expect((await torn.replica.meta()).cursor).toBeUndefined()
  expect(torn.disk.rows.size).toBe(0)
  await torn.close()
})

test('one process on a folder; one that was killed holds it no more', async () => {
  await writeFile(join(folder, 'lock'), '999999999')
  const unlock = await lockFolder(folder)
  await unlock()
  await writeFile(join(folder, 'lock'), '') // killed before it wrote its name
  await (
    await lockFolder(folder)
  )()
})
