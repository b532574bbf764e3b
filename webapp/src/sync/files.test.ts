import 'fake-indexeddb/auto'
import { describe, expect, test } from 'vitest'
import { emptyDisk, MemoryWork } from '../db/memory'
import type { Disk } from '../db/memory'
import type { Captured, Draft } from './contract'
import type { Seen, WorkStore } from './ports'
import { Erased, NoDraft } from './tables'
import { kinds } from './testing/stores'
import type { Stores } from './testing/stores'

const draft = (id: string): Draft => ({ id, kind: 'visit', intervention: 'x', version: 1, saved_at: '', body: {} })
const bytesOf = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer
const asText = (data: ArrayBuffer | undefined): string => new TextDecoder().decode(data)

/** A photograph whose content is `text`, and whose hashes are that too. */
const photo = (id: string, text: string, on = 'v', from = 'd'): Captured => ({
  id,
  collection: 'visit_photos',
  parent: on,
  draft: from,
  intervention: 'x',
  label: 'Foto',
  created_at: `2026-06-15T10:00:0${id.length}`,
  facts: {
    sha256: `h-${text}`,
    size: text.length,
    mime: 'image/jpeg',
    thumb: `t-${text}`,
    thumb_size: text.length + 1,
    source: 'camera',
    captured_at: '2026-06-15T10:00:00-05:00',
  },
})

const capture = (work: WorkStore, file: Captured, text: string): Promise<void> =>
  work.capture(file, bytesOf(text), bytesOf(`t${text}`))

const visit = (group: string, from = 'd') => ({
  group,
  label: 'Visita',
  intervention: 'x',
  draft: from,
  mutations: [{ collection: 'visits', record: group, op: 'create' as const, fields: { note: 'n' }, form: 'visit/3' }],
})

let minted = 0
const enqueue = (work: WorkStore, group: string, from = 'd'): Promise<boolean> =>
  work.enqueue(visit(group, from), { ids: [`m${++minted}`], more: () => `m${++minted}`, at: '2026-06-15T11:00:00' })

async function answer(work: WorkStore, status: 'applied' | 'rejected' | 'parked'): Promise<void> {
  const sent = await work.claim((await work.pending()).map((e) => e.counter))
  const answers = sent.map((e) => ({
    counter: e.counter,
    id: e.id,
    outcome: { id: e.id, status, seq: 5, rev: 1 },
    acked_at: '',
    server_time: '2026-06-15T15:00:00Z',
  }))
  await work.receive(answers)
}

const seen = (what: Partial<Seen> & { says?: Record<string, object> } = {}): Seen => ({
  rows: Object.entries(what.says ?? {}).map(([id, data]) => ({
    c: 'visit_photos',
    id,
    rev: 1,
    i: 'x',
    b: [1],
    digest: '',
    data: { ...data },
  })),
  missing: new Set<string>(),
  seen_seq: 9,
  durable_seq: 9,
  server_time: '2026-06-15T15:00:00Z',
  fresh: true,
  ...what,
})
const STORED = { stored_at: '2026-06-15T15:00:00Z' }
const LATER = '2026-06-30T15:00:00Z'

async function states(s: Stores): Promise<string[]> {
  return (await s.files()).map((f) => `${f.id} ${f.state}${f.draft ? ` of ${f.draft}` : ''}${f.held ? '' : ', let go'}`)
}

describe.each(kinds)('files in a store in %s', (_, make) => {
  async function withPhotos(...texts: string[]): Promise<Stores> {
    const s = make()
    await s.work.saveDraft(draft('d'))
    for (const [n, text] of texts.entries()) await capture(s.work, photo('p'.repeat(n + 1), text), text)
    return s
  }

  test('a file is put down with its bytes, for a draft that is there', async () => {
    const s = await withPhotos('one')
    expect(await states(s)).toEqual(['p draft of d'])
    expect(await s.hashes()).toEqual(['h-one', 't-one'])
    expect(asText(await s.work.bytes('h-one'))).toBe('one')
    await expect(capture(s.work, photo('q', 'two', 'v', 'gone'), 'two')).rejects.toThrow(NoDraft)
    expect(() => s.work.capture(photo('q', 'two'), bytesOf('longer'), bytesOf('t'))).toThrow(RangeError)
    expect(await s.hashes()).toEqual(['h-one', 't-one'])
  })

  test('a picture is put down as it came, for a draft that is there, until it is made ready or given up', async () => {
    const s = await withPhotos()
    const raw = (id: string, of = 'd') => ({ id, draft: of, about: { n: 1 }, type: 'image/jpeg', data: bytesOf(id) })
    await s.work.stash(raw('p'))
    await s.work.stash(raw('q'))
    await s.work.stash(raw('r'))
    await expect(s.work.stash(raw('x', 'gone'))).rejects.toThrow(NoDraft)
    expect(await s.raws()).toEqual(['p', 'q', 'r'])
    await capture(s.work, photo('p', 'one'), 'one')
    expect(await s.raws()).toEqual(['q', 'r'])
    await s.work.unstash('q')
    expect(await s.raws()).toEqual(['r'])
    await s.work.saveDraft(draft('e'))
    await s.work.stash(raw('s', 'e'))
    await s.work.discard('d')
    expect(await s.raws()).toEqual(['s'])
    await s.work.erase()
    expect(await s.raws()).toEqual([])
    await expect(s.work.stash(raw('t'))).rejects.toThrow()
  })

  test('the same content is kept once and goes with the last that has it', async () => {
    const s = await withPhotos('same', 'same')
    expect(await s.hashes()).toEqual(['h-same', 't-same'])
    const kept = await s.work.dropFile('p')
    expect(asText(kept?.bytes)).toBe('same')
    expect(asText(kept?.thumb)).toBe('tsame')
    expect(await s.hashes()).toEqual(['h-same', 't-same'])
    const other = await s.work.dropFile('pp')
    expect(await s.hashes()).toEqual([])
    expect(await s.work.putFileBack(other!)).toBe(true)
    expect(await s.work.putFileBack(other!)).toBe(false)
    expect(await states(s)).toEqual(['pp draft of d'])
    expect(asText(await s.work.bytes('h-same'))).toBe('same')
    await s.work.discard('d')
    expect(await s.work.putFileBack(kept!)).toBe(false)
    expect(await s.hashes()).toEqual([])
  })

  test('finishing a draft makes the records of its files, after the rest, in one group; of no other draft', async () => {
    const s = await withPhotos('one', 'two')
    await s.work.saveDraft(draft('e'))
    await capture(s.work, photo('other', 'three', 'w', 'e'), 'three')
    await enqueue(s.work, 'v')
    const entries = await s.all()
    expect(entries.map((e) => `${e.group} ${e.mutation.collection}/${e.mutation.record}`)).toEqual([
      'v visits/v',
      'v visit_photos/p',
      'v visit_photos/pp',
    ])
    expect(entries[1]?.mutation).toMatchObject({
      form: 'photo/1',
      fields: { visit: 'v', sha256: 'h-one', size: 3, source: 'camera' },
    })
    expect(entries[1]?.parent).toBe('v')
    expect(new Set(entries.map((e) => e.id)).size).toBe(3)
    expect(await states(s)).toEqual(['other draft of e', 'p queued', 'pp queued'])
    expect((await s.work.counts()).files).toEqual({ waiting: 2, bytes: 6, refused: 0, wifiOnly: false })
    expect(await s.work.dropFile('p')).toBeUndefined()
    await enqueue(s.work, 'v') // a second tap
    expect(await s.all()).toHaveLength(3)
  })

  test('taken back they are of the draft again; never without one', async () => {
    const s = await withPhotos('one')
    await enqueue(s.work, 'v')
    expect(await s.work.takeBack('v', null)).toBe(false)
    expect(await s.work.takeBack('v', draft('v'))).toBe(true)
    expect(await states(s)).toEqual(['p draft of v'])
    expect((await s.work.counts()).files.waiting).toBe(0)
    await enqueue(s.work, 'v', 'v')
    expect((await s.all()).map((e) => e.mutation.record)).toEqual(['v', 'p'])
    expect(await states(s)).toEqual(['p queued'])
  })

  test('a draft that is discarded takes its files along, and no other', async () => {
    const s = await withPhotos('one')
    await s.work.saveDraft(draft('e'))
    await capture(s.work, photo('other', 'two', 'w', 'e'), 'two')
    const gone = await s.work.discard('d')
    expect(gone.files.map((k) => [k.file.id, asText(k.bytes)])).toEqual([['p', 'one']])
    expect(await states(s)).toEqual(['other draft of e'])
    expect(await s.hashes()).toEqual(['h-two', 't-two'])
  })

  test('what is sent was taken by the server first', async () => {
    const s = await withPhotos('one', 'two')
    await enqueue(s.work, 'v')
    expect(await s.work.sendable()).toEqual([])
    await answer(s.work, 'parked')
    expect((await s.work.sendable()).map((f) => f.id)).toEqual(['p', 'pp'])
    expect((await s.work.sendable('pp')).map((f) => f.id)).toEqual(['pp'])
    expect([...(await s.work.waiting())]).toEqual(['x'])
  })

  test('a refused one waits with its entry, and goes and comes back with it', async () => {
    const s = await withPhotos('one')
    await enqueue(s.work, 'v')
    await answer(s.work, 'rejected')
    expect(await s.work.sendable()).toEqual([])
    expect((await s.work.counts()).files.waiting).toBe(0)
    expect([...(await s.work.waiting())]).toEqual([])
    expect(await s.hashes()).toEqual(['h-one', 't-one'])
    const gone = await s.work.discard('v')
    expect(await s.files()).toEqual([])
    expect(await s.hashes()).toEqual([])
    await s.work.putBack(gone)
    await s.work.putBack(gone)
    expect(await states(s)).toEqual(['p queued'])
    expect(asText(await s.work.bytes('h-one'))).toBe('one')
  })

  test('done again they go along under new ids, their bytes kept once until the new ones are stored', async () => {
    const s = await withPhotos('one')
    await enqueue(s.work, 'v')
    await answer(s.work, 'rejected')
    await s.work.redo('v', draft('w'), undefined, [{ from: 'p', id: 'q', parent: 'w' }])
    expect(await states(s)).toEqual(['p queued', 'q draft of w'])
    expect((await s.files())[1]).toMatchObject({ parent: 'w', counter: 0 })
    expect(await s.work.redo('v', draft('z'), undefined, [{ from: 'p', id: 'r', parent: 'z' }])).toBe('w')
    expect(await s.files()).toHaveLength(2)
    await s.work.discard('w') // changed his mind
    expect(await states(s)).toEqual(['p queued'])
    expect(await s.hashes()).toEqual(['h-one', 't-one'])

    await s.work.redo('v', draft('w'), undefined, [{ from: 'p', id: 'q', parent: 'w' }])
    await enqueue(s.work, 'w', 'w')
    await answer(s.work, 'applied')
    await s.work.settle(seen({ says: { q: STORED } }))
    await s.work.settle(seen({ says: { q: STORED }, server_time: LATER }))
    expect(await states(s)).toEqual(['p queued, let go', 'q stored, let go'])
    expect(await s.hashes()).toEqual(['t-one'])
  })

  test('of a part that is corrected by itself only its own files are carried', async () => {
    const s = await withPhotos('one', 'two')
    await enqueue(s.work, 'v')
    await answer(s.work, 'rejected')
    const [, p] = await s.all()
    await s.work.redo('v', draft('w'), [p!.id], [])
    expect((await s.all()).map((e) => e.redone_as)).toEqual([undefined, 'w', undefined])
    await s.work.redo('v', draft('y'), [(await s.all())[0]!.id], [{ from: 'pp', id: 'q', parent: 'y' }])
    expect((await s.all()).map((e) => e.redone_as)).toEqual(['y', 'w', 'y'])
    expect(await states(s)).toEqual(['p queued', 'pp queued', 'q draft of y'])
  })

  describe('the bytes', () => {
    async function applied(...texts: string[]): Promise<Stores> {
      const s = await withPhotos(...texts)
      await enqueue(s.work, 'v')
      await answer(s.work, 'applied')
      return s
    }

    test('stay until the record is seen to have them, durably, and 14 days more; the thumbnail stays', async () => {
      const s = await applied('one')
      await s.work.noteFile('p', { state: 'stored', sent: 3 })
      expect((await s.work.counts()).files.waiting).toBe(0)
      await s.work.settle(seen({ says: { p: STORED }, durable_seq: 8 }))
      await s.work.settle(seen({ says: { p: STORED }, seen_seq: 20, durable_seq: 8, server_time: LATER }))
      expect(await s.work.freeSpace()).toBe(0)
      expect(await s.hashes()).toEqual(['h-one', 't-one'])
      await s.work.settle(seen({ says: { p: STORED }, seen_seq: 21, durable_seq: 9 }))
      expect(await s.hashes()).toEqual(['h-one', 't-one'])
      await s.work.settle(seen({ says: { p: STORED }, seen_seq: 21, durable_seq: 9, server_time: LATER }))
      expect(await s.hashes()).toEqual(['t-one'])
      expect(await states(s)).toEqual(['p stored, let go'])
      await s.work.settle(seen({ server_time: LATER })) // its record is shown no more
      expect(await s.files()).toEqual([])
      expect(await s.hashes()).toEqual([])
    })

    test('of a record that is not for this device any more go by the same rule', async () => {
      const s = await applied('one')
      await s.work.noteFile('p', { state: 'stored' })
      await s.work.settle(seen({ fresh: false }))
      expect((await s.files())[0]).toMatchObject({ shown: 0, proven: '' })
      await s.work.settle(seen({ durable_seq: 8 }))
      expect((await s.files())[0]).toMatchObject({ shown: 9, proven: '', held: true })
      await s.work.settle(seen({ fresh: false }))
      expect(await s.hashes()).toEqual(['h-one', 't-one'])
      await s.work.settle(seen({ server_time: LATER }))
      expect([await s.files(), await s.hashes()]).toEqual([[], []])
    })

    test('make room before that, but none that is not durable', async () => {
      const s = await applied('one', 'three')
      await s.work.settle(seen({ says: { p: STORED } }))
      await s.work.noteFile('pp', { state: 'stored' })
      expect(await s.work.freeSpace()).toBe(3)
      expect(await s.hashes()).toEqual(['h-three', 't-one', 't-three'])
      expect(await s.work.freeSpace()).toBe(0)
    })

    test('are sent again after the server has gone back', async () => {
      const s = await applied('one', 'two')
      await s.work.settle(seen({ says: { p: STORED, pp: STORED } }))
      const mark = { epoch: 2, seq: 1, nonce: 'n' }
      await s.work.receive([], { sent: [], mark, rewound: true })
      expect(await states(s)).toEqual(['p queued', 'pp queued'])
      expect((await s.files())[0]).toMatchObject({ upload: '', sent: 0, thumbSent: false, shown: 0, proven: '' })
      expect(await s.work.freeSpace()).toBe(0)
      expect(await s.work.sendable()).toEqual([]) // their records come first
      await answer(s.work, 'applied')
      expect(await s.work.sendable()).toHaveLength(2)
    })

    test('are sent again though it says nothing of it, where it judged the bytes and a whole pull has no word of that', async () => {
      const s = await applied('one')
      await s.work.noteFile('p', { state: 'refused', refusal: 'file_damaged', upload: 'u1' })
      await s.work.settle(seen({ says: { p: {} }, fresh: false }))
      expect((await s.files())[0]).toMatchObject({ state: 'refused' })
      await s.work.settle(seen({ says: { p: {} } }))
      expect((await s.files())[0]).toMatchObject({ state: 'queued', refusal: '', upload: '' })
      // Before any byte was judged its record never had a word of it.
      await s.work.noteFile('p', { state: 'refused', refusal: 'file_type_refused' })
      await s.work.settle(seen({ says: { p: {} } }))
      expect((await s.files())[0]).toMatchObject({ state: 'refused', refusal: 'file_type_refused' })
    })

    test('are refused anew after it has: it may not know that it refused them, and who waits for them must', async () => {
      const s = await applied('one')
      await s.work.settle(seen({ says: { p: { refusal: 'file_damaged' } } }))
      await s.work.receive([], { sent: [], mark: { epoch: 2, seq: 1, nonce: 'n' }, rewound: true })
      await answer(s.work, 'applied')
      expect(await states(s)).toEqual(['p queued'])
      expect(await s.work.sendable()).toHaveLength(1)
    })

    test('and when their record says no more that it has them, but not by a pull from before', async () => {
      const s = await applied('one')
      await s.work.noteFile('p', { state: 'stored' })
      await s.work.settle(seen({ says: { p: {} }, fresh: false }))
      expect(await states(s)).toEqual(['p stored'])
      await s.work.settle(seen({ says: { p: {} } }))
      expect(await states(s)).toEqual(['p queued'])
    })

    test('that the server refuses stay, with what it said, until the person drops them', async () => {
      const s = await applied('one')
      await s.work.settle(seen({ says: { p: { refusal: 'file_type_refused' } } }))
      expect((await s.files())[0]).toMatchObject({ state: 'refused', refusal: 'file_type_refused', held: true })
      expect((await s.work.counts()).files).toMatchObject({ waiting: 0, refused: 1 })
      const kept = await s.work.dropFile('p')
      expect(await s.hashes()).toEqual([])
      expect(await s.work.putFileBack(kept!)).toBe(true)
      expect(await s.hashes()).toEqual(['h-one', 't-one'])
    })

    test('of a record that is gone at the server are told, not dropped; of one deleted here they go', async () => {
      const s = await applied('one')
      const missing = new Set(['p'])
      await s.work.settle(seen({ missing, fresh: false }))
      await s.work.settle(seen({ missing, seen_seq: 4 }))
      await s.work.settle(seen())
      expect(await states(s)).toEqual(['p queued'])
      await s.work.settle(seen({ missing }))
      expect((await s.files())[0]).toMatchObject({ state: 'refused', refusal: 'record_not_found', held: true })

      const other = await applied('two')
      const takeOut = { collection: 'visit_photos', record: 'p', op: 'delete' as const, fields: {}, form: 'photo/1' }
      const group = { group: 'g', label: '', intervention: 'x', mutations: [takeOut] }
      await other.work.enqueue(group, { ids: [`m${++minted}`], at: '' })
      await other.work.settle(seen())
      expect(await states(other)).toEqual(['p queued'])
      await answer(other.work, 'applied')
      await other.work.settle(seen())
      expect(await other.files()).toEqual([])
      expect(await other.hashes()).toEqual([])
    })

    test('nothing is noted of what is not sent any more', async () => {
      const s = await applied('one')
      await s.work.settle(seen({ says: { p: STORED } }))
      await s.work.noteFile('p', { state: 'refused', refusal: 'late' })
      await s.work.noteFile('nobody', { sent: 1 })
      expect(await states(s)).toEqual(['p stored'])
    })
  })

  test('ordered to erase itself a device keeps no byte, and takes none', async () => {
    const s = await withPhotos('one')
    const [file] = await s.files()
    await s.work.note({ standing: 'wiped' })
    await s.work.erase()
    expect(await s.files()).toEqual([])
    expect(await s.hashes()).toEqual([])
    await expect(capture(s.work, photo('q', 'two'), 'two')).rejects.toThrow(Erased)
    await expect(s.work.putFileBack({ file: file!, bytes: bytesOf('one') })).rejects.toThrow(Erased)
  })

  test('over Wi-Fi alone is a word that stays', async () => {
    const s = make()
    await s.work.setWifiOnly(true)
    await s.work.note({ standing: 'active' })
    expect((await s.work.counts()).files.wifiOnly).toBe(true)
  })
})

/** Everything that a person does with files, one transaction each, and a device that dies before one of them. */
const STEPS: ((work: WorkStore) => Promise<unknown>)[] = [
  (w) => w.saveDraft(draft('d')),
  (w) => capture(w, photo('p', 'one'), 'one'),
  (w) => capture(w, photo('pp', 'one'), 'one'),
  (w) => capture(w, photo('ppp', 'two'), 'two'),
  (w) => w.dropFile('ppp'),
  (w) => enqueue(w, 'v'),
  (w) => w.takeBack('v', draft('d')),
  (w) => enqueue(w, 'v'),
  (w) => answer(w, 'rejected'),
  (w) => w.redo('v', draft('w'), undefined, [{ from: 'p', id: 'q', parent: 'w' }]),
  (w) => enqueue(w, 'w', 'w'),
  (w) => answer(w, 'applied'),
  (w) => w.settle(seen({ says: { q: STORED } })),
  (w) => w.freeSpace(),
]

test('killed before any transaction: each file has its bytes, each content is some file’s, each file a draft or an entry', async () => {
  for (let writes = 0; writes < 16; writes++) {
    const disk = emptyDisk()
    let left = writes
    const gate = (): Promise<void> => (left-- > 0 ? Promise.resolve() : new Promise(() => undefined))
    const work = new MemoryWork(disk, gate)
    void (async () => {
      for (const step of STEPS) await step(work)
    })()
    await new Promise((resolve) => setImmediate(resolve))
    expect(whole(disk), `after ${writes} writes`).toEqual([])
  }
})

function whole({ files, bytes, drafts, outbox }: Disk): string[] {
  const wrong: string[] = []
  const needed = new Set<string>()
  for (const f of files.values()) {
    const hashes = [...(f.held ? [f.facts.sha256] : []), f.facts.thumb ?? '']
    for (const hash of hashes) {
      needed.add(hash)
      if (!bytes.has(hash)) wrong.push(`${f.id} lacks ${hash}`)
    }
    const owned = f.state === 'draft' ? drafts.has(f.draft) : outbox.get(f.counter)?.mutation.record === f.id
    if (!owned) wrong.push(`${f.id} is nobody's`)
  }
  for (const hash of bytes.keys()) if (!needed.has(hash)) wrong.push(`${hash} is nobody's`)
  for (const e of outbox.values())
    if (e.mutation.collection === 'visit_photos' && !files.has(e.mutation.record))
      wrong.push(`${e.mutation.record} is gone`)
  return wrong
}
