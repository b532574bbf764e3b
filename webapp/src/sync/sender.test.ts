import 'fake-indexeddb/auto'
import { describe, expect, test } from 'vitest'
import { emptyDisk, MemoryReplica, MemoryWork } from '../db/memory'
import type { Captured } from './contract'
import type { BytesAnswer } from './ports'
import { PIECE } from './upload'
import { Phone } from './testing/phone'
import { FakeServer } from './testing/server'
import { kinds, setUp as setUpOn } from './testing/stores'
import type { Stores } from './testing/stores'

/** Bytes of a length, no two lengths alike. */
const bytesOf = (size: number): ArrayBuffer => new Uint8Array(size).map((_, n) => (n * 31 + size) % 256).buffer
const big = 2 * PIECE + 1000

const photo = (id: string, size: number, collection = 'visit_photos', parent = 'v'): Captured => ({
  id,
  collection,
  parent,
  draft: 'd',
  intervention: 'x',
  label: 'Foto',
  created_at: `2026-06-15T10:00:${id.slice(-2).padStart(2, '0')}`,
  facts: {
    sha256: `h${size}`,
    size,
    mime: 'image/jpeg',
    thumb: `t${size}`,
    thumb_size: 100 + id.length,
    source: 'camera',
    captured_at: '2026-06-15T10:00:00-05:00',
  },
})

let minted = 0
async function visit(phone: Phone, ...files: Captured[]): Promise<void> {
  const { work } = phone
  await work.saveDraft({ id: 'd', kind: 'visit', intervention: 'x', version: 1, saved_at: '', body: {} })
  for (const f of files) await work.capture(f, bytesOf(f.facts.size), bytesOf(f.facts.thumb_size ?? 0))
  const head = { collection: 'visits', record: 'v', op: 'create' as const, fields: { intervention: 'x' }, form: 'v/3' }
  const stamp = { ids: [`m${++minted}`], more: () => `m${++minted}`, at: '' }
  await work.enqueue({ group: 'v', label: '', intervention: 'x', draft: 'd', mutations: [head] }, stamp)
  await phone.driver.recount()
}

const told = (status: number, code = '', headers: Record<string, string> = {}): BytesAnswer => ({
  status,
  headers,
  body: { error: { code, message: '' } },
})

/** The server has exactly these bytes. */
const has = (server: FakeServer, part: string, size: number): boolean =>
  Buffer.from(server.uploads.stored.get(part) ?? []).equals(Buffer.from(bytesOf(size)))

const states = async (s: Stores): Promise<string[]> => (await s.files()).map((f) => `${f.id} ${f.state}`)

describe.each(kinds)('a phone with photographs, on %s', (_, stores) => {
  const setUp = () => setUpOn(stores)

  test('sends the thumbnails, then the files in pieces, and knows by the record that they are stored', async () => {
    const { server, phone, stores } = setUp()
    const asked: string[] = []
    phone.cut = (deliver, what) => {
      asked.push(what.replace(/up\d+/, 'up'))
      return deliver()
    }
    await visit(phone, photo('p1', big), photo('p2', 300))
    await phone.start()
    const small = ['POST /uploads', 'PATCH /uploads/up', 'POST /uploads/up/complete']
    expect(asked).toEqual([
      ...small,
      ...small,
      'POST /uploads',
      'PATCH /uploads/up',
      'PATCH /uploads/up',
      'PATCH /uploads/up',
      'POST /uploads/up/complete',
      ...small,
    ])
    expect(has(server, 'p1/file', big)).toBe(true)
    expect(has(server, 'p2/thumb', 102)).toBe(true)
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored', 'p2 stored'])
    expect((await stores.files())[0]).toMatchObject({ held: true, proven: '2026-06-15T15:00:00Z', upload: '' })
    expect(phone.status).toMatchObject({ in_sync: true, problem: '', files: { waiting: 0, bytes: 0, current: '' } })
    asked.length = 0
    await phone.sync()
    expect(asked).toEqual([])
  })

  test('is not in sync while a file waits, and says how far it is', async () => {
    const { server, phone } = setUp()
    let pieces = 0
    phone.cut = (deliver, what) => (what.startsWith('PATCH') && ++pieces > 3 ? { status: 0, headers: {} } : deliver())
    await visit(phone, photo('p1', big))
    await phone.start()
    expect(phone.status).toMatchObject({
      in_sync: false,
      pending: 0,
      problem: 'no_network',
      files: { waiting: 1, bytes: 1000, current: 'p1', sent: 2 * PIECE },
    })
    // Push and pull went on by themselves.
    expect(await phone.replica.meta()).toMatchObject({ incomplete: false })
    phone.cut = (deliver) => deliver()
    await phone.pass()
    await phone.driver.idle()
    expect(server.uploads.stored.has('p1/file')).toBe(true)
  })

  test('cut anywhere it goes on where the server stands, and the server has it once', async () => {
    for (let cut = 0; cut < 9; cut++) {
      for (const before of [true, false]) {
        const { server, phone, stores } = setUp()
        let n = 0
        phone.cut = (deliver) => {
          if (n++ !== cut) return deliver()
          if (!before) deliver()
          return { status: 0, headers: {} }
        }
        await visit(phone, photo('p1', big))
        await phone.start()
        for (let more = 0; more < 3; more++) await phone.sync()
        expect(has(server, 'p1/file', big), `cut ${cut}`).toBe(true)
        expect([...server.uploads.stored.keys()]).toEqual(['p1/thumb', 'p1/file'])
        expect(await states(stores)).toEqual(['p1 stored'])
      }
    }
  })

  test('an upload that the server has let go of is begun anew, one that is damaged is sent again', async () => {
    const { server, phone, stores } = setUp()
    let lost = 0
    phone.cut = (deliver, what) => {
      if (what.startsWith('PATCH') && ++lost === 2) server.uploads.uploads.clear()
      return deliver()
    }
    let damaged = 0
    server.uploads.refuse = (__, part, at) =>
      at === 'complete' && part === 'file' && ++damaged === 1 ? [422, 'file_hash_mismatch'] : undefined
    await visit(phone, photo('p1', big))
    await phone.start()
    expect([lost > 2, damaged]).toEqual([true, 2])
    expect(has(server, 'p1/file', big)).toBe(true)
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored'])
  })

  test('one that is refused, or damaged every time, is told; the rest goes on', async () => {
    const { server, phone, stores } = setUp()
    server.uploads.refuse = (record, part, at) =>
      part === 'file' && at === 'complete' && record !== 'p3'
        ? [422, record === 'p1' ? 'file_hash_mismatch' : 'file_type_refused']
        : undefined
    await visit(phone, photo('p1', 300), photo('p2', 400), photo('p3', 500))
    await phone.start()
    await phone.sync()
    expect((await stores.files()).map((f) => [f.state, f.refusal, f.held])).toEqual([
      ['refused', 'file_hash_mismatch', true],
      ['refused', 'file_type_refused', true],
      ['stored', '', true],
    ])
    expect(phone.status).toMatchObject({ in_sync: true, files: { waiting: 0, refused: 2 } })
    server.uploads.refuse = () => undefined
    expect(await phone.work.sendFileAgain('p1')).toBe(true)
    expect(await phone.work.sendFileAgain('p3')).toBe(false)
    await phone.sync()
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored', 'p2 refused', 'p3 stored'])
  })

  test('one that the server fails on holds up no other, and is tried again', async () => {
    const { server, phone, stores } = setUp()
    server.uploads.refuse = (record) => (record === 'p1' ? [500, 'internal'] : undefined)
    await visit(phone, photo('p1', 300), photo('p2', 400))
    await phone.start()
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 queued', 'p2 stored'])
    expect(phone.status).toMatchObject({ problem: 'server', in_sync: false })
    server.uploads.refuse = () => undefined
    await phone.sync()
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored', 'p2 stored'])
    expect(phone.status).toMatchObject({ problem: '', in_sync: true })
  })

  test('a full server stops the files and nothing else', async () => {
    const { phone, stores } = setUp()
    phone.cut = () => told(507, 'storage_full')
    await visit(phone, photo('p1', 300))
    await phone.start()
    expect(phone.status).toMatchObject({ problem: 'server_full', pending: 0, phase: 'waiting', in_sync: false })
    expect((await stores.all()).map((e) => e.state)).toEqual(['applied', 'applied'])
    phone.cut = () => told(401, 'session_expired')
    await phone.pass()
    await phone.driver.idle()
    expect(await states(stores)).toEqual(['p1 queued'])
  })

  test('of parked work they are sent, of refused work they wait', async () => {
    const { server, phone, stores } = setUp()
    server.judge = (m) => ({ status: m.record === 'p1' ? 'rejected' : 'parked' })
    await visit(phone, photo('p1', 300), photo('p2', 400))
    await phone.start()
    await phone.sync()
    expect([...server.uploads.stored.keys()]).toEqual(['p2/thumb', 'p2/file'])
    expect(await states(stores)).toEqual(['p1 queued', 'p2 stored'])
    expect(phone.status).toMatchObject({ in_sync: true, rejected: 1, parked: 2 })
  })

  test('whose record is gone at the server is told, after a pull that says so', async () => {
    const { server, phone, stores } = setUp()
    await visit(phone, photo('p1', 300), photo('p2', 400))
    const knows = server.uploads.knows
    server.uploads.knows = (record) => record !== 'p1' && knows(record)
    await phone.start()
    await phone.sync()
    // Its record is there: who knows.
    expect(await states(stores)).toEqual(['p1 queued', 'p2 stored'])
    server.put('visit_photos', 'p1', { visit: 'v' }, 'elsewhere')
    await phone.sync()
    await phone.sync()
    expect((await stores.files())[0]).toMatchObject({ state: 'refused', refusal: 'record_not_found', held: true })
  })

  test('over Wi-Fi alone they wait for it', async () => {
    const { server, phone, stores } = setUp()
    await phone.work.setWifiOnly(true)
    await visit(phone, photo('p1', 300))
    await phone.start()
    expect(server.calls('/uploads')).toBe(0)
    expect(phone.status).toMatchObject({
      pending: 0,
      problem: '',
      in_sync: false,
      files: { held: 'wifi', wifiOnly: true },
    })
    phone.wifi = true
    await phone.sync()
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored'])
    expect(phone.status).toMatchObject({ in_sync: true, files: { held: '' } })
  })

  test('after the server has gone back they are sent again, with their records', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const past = server.backup()
    await visit(phone, photo('p1', 300), photo('p2', 400))
    await phone.sync()
    await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored', 'p2 stored'])
    server.restore(past)
    expect(server.uploads.stored.size).toBe(0)
    for (let n = 0; n < 3; n++) await phone.sync()
    expect(server.uploads.stored.size).toBe(4)
    expect(await states(stores)).toEqual(['p1 stored', 'p2 stored'])
    expect(phone.status).toMatchObject({ in_sync: true })
  })

  test('what the server went back behind is not kept for a row that is still to be compared away', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.cut = () => ({ status: 0, headers: {} })
    await visit(phone, photo('p1', 300))
    await phone.sync()
    const past = server.backup()
    phone.cut = (deliver) => deliver()
    for (let n = 0; n < 2; n++) await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored'])
    server.restore(past)
    phone.cut = () => ({ status: 0, headers: {} })
    phone.spoil = (path, deliver) => (path === '/sync/digests' ? { status: 0 } : deliver())
    for (let n = 0; n < 2; n++) await phone.sync()
    expect(await states(stores)).toEqual(['p1 queued'])
    phone.cut = (deliver) => deliver()
    phone.spoil = (__, deliver) => deliver()
    for (let n = 0; n < 2; n++) await phone.sync()
    expect(await states(stores)).toEqual(['p1 stored'])
    expect(server.uploads.stored.size).toBe(2)
  })

  test('a revoked phone keeps its rows until its files are gone too; held by its person it keeps them', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.cut = () => ({ status: 0, headers: {} })
    await visit(phone, photo('p1', 300))
    server.standing = 'revocado'
    await phone.sync()
    expect(phone.status).toMatchObject({ standing: 'revoked', pending: 0 })
    expect(await phone.replica.collection('cupos')).toHaveLength(3)
    phone.cut = (deliver) => deliver()
    await phone.work.setWifiOnly(true)
    await phone.sync()
    expect(await phone.replica.collection('cupos')).toHaveLength(3)
    await phone.work.setWifiOnly(false)
    await phone.sync()
    expect(server.uploads.stored.size).toBe(2)
    expect(await phone.replica.collection('cupos')).toEqual([])
    expect(phone.status).toMatchObject({ standing: 'evicted' })
    expect(await stores.hashes()).toEqual(['h300', 't300'])
  })

  test('a revoked phone of which no file is taken lets its rows go and keeps the files', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.cut = () => told(403, 'device_revoked')
    server.standing = 'revocado'
    await visit(phone, photo('p1', 300))
    for (let n = 0; n < 3; n++) await phone.sync()
    expect(phone.status).toMatchObject({ standing: 'evicted', pending: 0, files: { waiting: 1 } })
    expect(await phone.replica.collection('cupos')).toEqual([])
    expect(await stores.hashes()).toEqual(['h300', 't300'])
    server.standing = 'activo'
    phone.cut = (deliver) => deliver()
    for (let n = 0; n < 3; n++) await phone.sync()
    expect(phone.status).toMatchObject({ standing: 'active', in_sync: true })
    expect(server.uploads.stored.size).toBe(2)
  })

  test('ordered to erase itself it sends nothing more and keeps nothing', async () => {
    const { server, phone, stores } = setUp()
    phone.cut = () => ({ status: 0, headers: {} })
    await visit(phone, photo('p1', 300))
    await phone.start()
    server.standing = 'por_borrar'
    phone.cut = (deliver) => deliver()
    await phone.sync()
    expect(phone.status).toMatchObject({ standing: 'erased' })
    expect([await stores.files(), await stores.hashes(), server.uploads.stored.size]).toEqual([[], [], 0])
  })
})

test('killed between any two writes: the file is sent whole, once, and its bytes were never away', async () => {
  for (let writes = 0; writes < 24; writes++) {
    const server = new FakeServer()
    server.held = ['catalog', 'aii:x']
    server.put('cupos', 'a', { intervention: 'x' }, 'aii:x')
    const disk = emptyDisk()
    const phoneOn = (left: number): Phone => {
      const gate = (): Promise<void> => (left-- > 0 ? Promise.resolve() : new Promise(() => undefined))
      return new Phone(new MemoryReplica(disk, gate), new MemoryWork(disk, gate), server)
    }
    await visit(phoneOn(Infinity), photo('p1', big))
    void phoneOn(writes).start()
    await new Promise((resolve) => setImmediate(resolve))
    expect([...disk.bytes.keys()].sort(), `after ${writes} writes`).toEqual([`h${big}`, `t${big}`])
    const phone = phoneOn(Infinity)
    await phone.start()
    await phone.sync()
    expect(has(server, 'p1/file', big), `after ${writes} writes`).toBe(true)
    expect([...disk.files.values()].map((f) => f.state)).toEqual(['stored'])
    expect(phone.status).toMatchObject({ in_sync: true })
  }
})
