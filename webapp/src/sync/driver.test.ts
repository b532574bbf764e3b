import 'fake-indexeddb/auto'
import { describe, expect, test, vi } from 'vitest'
import type { Answer } from './ports'
import { Phone } from './testing/phone'
import { SERVER_TIME } from './testing/server'
import { ALL, kinds, rowIds, setUp as setUpOn } from './testing/stores'

describe.each(kinds)('a phone on %s', (_, stores) => {
  const setUp = () => setUpOn(stores)

  test('first sync over several pages, then nothing to do', async () => {
    const { server, phone, stores } = setUp()
    server.pageSize = 1
    await phone.start()
    expect(await rowIds(stores)).toEqual(ALL)
    expect(phone.status).toMatchObject({ in_sync: true, phase: 'idle', problem: '', business_date: '2026-06-15' })
    const pulls = server.calls('/sync/pull')
    await phone.sync()
    expect(server.calls('/sync/pull')).toBe(pulls + 1)
  })

  test('a cut page stores nothing and the sync resumes where it was', async () => {
    const { server, phone, stores } = setUp()
    server.pageSize = 2
    let pulls = 0
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      if (path !== '/sync/pull' || ++pulls !== 2) return answer
      const page = answer.body as { puts: unknown[] }
      return { status: 200, body: { ...page, puts: page.puts.slice(1) } }
    }
    await phone.start()
    expect(await rowIds(stores)).toHaveLength(2)
    expect(phone.status).toMatchObject({ in_sync: false, problem: 'no_network', phase: 'waiting' })
    await phone.pass()
    expect(await rowIds(stores)).toEqual(ALL)
    expect(phone.status?.in_sync).toBe(true)
  })

  test("an answer to somebody else's push changes nothing, not even what is confirmed", async () => {
    const { phone, stores } = setUp()
    await phone.start()
    const before = (await stores.work.meta()).marks
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      if (path !== '/sync/push') return path === '/sync/pull' ? { status: 0 } : answer
      const body = answer.body as { results: object[] }
      const mark = { epoch: 1, seq: 999, nonce: 'ajeno' }
      return { status: 200, body: { ...body, mark, results: body.results.map((r) => ({ ...r, id: 'otro' })) } }
    }
    await phone.record('g', 'x', 'visita')
    expect((await stores.work.meta()).marks).toEqual(before)
    expect((await stores.work.counts()).pending).toBe(1)
  })

  test("who no longer leads writes no page over the next leader's", async () => {
    const { phone, stores } = setUp()
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      if (path === '/sync/pull') phone.driver.stop()
      return answer
    }
    await phone.start()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await rowIds(stores)).toEqual([])
  })

  test("nor does it empty the next leader's replica, should the page say reset", async () => {
    const { phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => {
      const { body } = deliver()
      if (path === '/sync/pull') phone.driver.stop()
      return { status: 200, body: { ...(body as object), reset: true } }
    }
    await phone.sync()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await rowIds(stores)).toEqual(ALL)
  })

  test('told of something before it has started, it still does one thing at a time', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.driver.stop()
    const next = new Phone(stores.replica, stores.work, server)
    let pulling = 0
    let most = 0
    next.spoil = async (path, deliver) => {
      if (path !== '/sync/pull') return deliver()
      most = Math.max(most, ++pulling)
      await new Promise((resolve) => setTimeout(resolve, 20))
      pulling--
      return deliver()
    }
    const meta = stores.replica.meta.bind(stores.replica)
    stores.replica.meta = async () => {
      stores.replica.meta = meta
      await new Promise((resolve) => setTimeout(resolve, 10)) // a slow disk: the app is opened long before it knows itself
      return meta()
    }
    const started = next.driver.start()
    next.driver.tell({ type: 'kick', strong: true })
    await started
    await next.driver.idle()
    expect(most).toBe(1)
  })

  test('what the tab that led before had answered meanwhile is not shown as unsent', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    let release: (() => void) | undefined
    phone.spoil = (path, deliver) =>
      path === '/sync/push' ? new Promise((resolve) => (release = () => resolve(deliver()))) : deliver()
    const recorded = phone.record('v', 'x', 'visit1')
    await vi.waitFor(() => expect(release).toBeDefined())
    phone.driver.stop() // its push is on the road
    await recorded
    const next = new Phone(stores.replica, stores.work, server)
    const claim = stores.work.claim.bind(stores.work)
    stores.work.claim = async (counters) => {
      release?.()
      await vi.waitFor(async () => expect((await stores.all())[0]?.state).toBe('applied'))
      return claim(counters)
    }
    await next.start()
    await next.driver.idle()
    expect(next.status).toMatchObject({ pending: 0, in_sync: true })
  })

  test('a corrupted row is found by its bucket and healed, and the server hears of it', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const meta = await stores.replica.meta()
    const [row] = await stores.replica.rows([{ c: 'cupos', id: 'b' }])
    const handle = row!.b[0]!
    meta.buckets[handle]!.sum = '0123456789abcdef'
    await stores.replica.commit({
      clear: false,
      deletes: [{ c: 'cupos', id: 'a' }],
      puts: [{ ...row!, data: { intervention: 'x', state: 'robado' } }],
      meta,
    })
    const reports: unknown[] = []
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      reports.push(path)
      return answer
    }
    await phone.sync()
    expect(await rowIds(stores)).toEqual(ALL)
    expect((await stores.replica.rows([{ c: 'cupos', id: 'b' }]))[0]!.data.state).toBe('activo')
    expect(server.report?.last_heal_at).toBe(new Date(phone.now).toISOString())
    expect(phone.status?.in_sync).toBe(true)
    expect(reports.filter((p) => p === '/sync/pull')).toHaveLength(3) // the mismatch, the checksums, the repair
  })

  test('a wrong sum over right rows is put right without pulling a row', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const meta = await stores.replica.meta()
    meta.buckets[1]!.sum = '0123456789abcdef'
    await stores.replica.commit({ clear: false, deletes: [], puts: [], meta })
    let puts = 0
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      if (path === '/sync/pull') puts += (answer.body as { puts: unknown[] }).puts.length
      return answer
    }
    await phone.sync()
    expect(puts).toBe(0)
    expect(phone.status?.in_sync).toBe(true)
    expect(server.calls('/sync/pull')).toBe(4)
  })

  test('a total that never agrees ends in a wait, not in a loop', async () => {
    const { server, phone } = setUp()
    phone.spoil = (path, deliver) => {
      const answer = deliver()
      if (path === '/sync/pull') (answer.body as { trailer: { total: string } }).trailer.total = 'ffffffffffffffff'
      return answer
    }
    await phone.start()
    expect(phone.status).toMatchObject({ in_sync: false, problem: 'server', phase: 'waiting' })
    expect(server.calls('/sync/pull')).toBeLessThan(10)
  })

  test('an answer lost after commit: the same is sent again and takes effect once', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => (path === '/sync/push' ? (deliver(), { status: 0 }) : deliver())
    await phone.record('v', 'x', 'visit1', 'visit2')
    expect(phone.status).toMatchObject({ pending: 2, problem: 'no_network' })
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect(phone.status).toMatchObject({ pending: 0, in_sync: true })
    expect(server.applied).toHaveLength(2)
    expect(await rowIds(stores)).toContain('visits/visit1')
  })

  test('short and misdirected answers change nothing; the others are kept', async () => {
    const { phone, stores } = setUp()
    await phone.start()
    const twist = async (change: (results: { id: string; status: string }[]) => unknown[]): Promise<void> => {
      phone.spoil = (path, deliver) => {
        const answer = deliver()
        if (path !== '/sync/push') return answer
        const body = answer.body as { results: { id: string; status: string }[] }
        return { ...answer, body: { ...body, results: change(body.results) } }
      }
      await phone.sync()
    }
    phone.spoil = () => ({ status: 0 })
    await phone.record('v', 'x', 'visit1', 'visit2', 'visit3')
    await twist((r) => r.slice(1))
    expect(phone.status?.pending).toBe(3)
    await twist((r) => [r[1], r[0], r[2]])
    expect(phone.status?.pending).toBe(2)
    await twist((r) => [{ ...r[0], status: 'deferred' }, r[1]])
    expect((await stores.work.pending()).map((e) => e.mutation.record)).toEqual(['visit1'])
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect(phone.status).toMatchObject({ pending: 0, in_sync: true })
  })

  test('rejected and parked are kept apart; one bad record stops no other', async () => {
    const { server, phone, stores } = setUp()
    server.judge = (m) => {
      if (m.record === 'bad')
        return { status: 'rejected', errors: [{ code: 'required', field: 'note', message: 'Complete la nota.' }] }
      return m.record === 'odd'
        ? { status: 'parked', errors: [{ code: 'never_assigned', message: 'En revisión.' }] }
        : { status: 'applied' }
    }
    await phone.start()
    await phone.record('v', 'x', 'bad', 'good', 'odd')
    expect(phone.status).toMatchObject({ pending: 0, rejected: 1, parked: 1 })
    expect(await rowIds(stores)).toContain('visits/good')
    expect(await rowIds(stores)).not.toContain('visits/bad')
  })

  test('after 413 smaller batches go out; a mutation that is too large by itself is handed back', async () => {
    const { server, phone } = setUp()
    server.maxBatch = 2
    await phone.start()
    await phone.record('v', 'x', ...Array.from({ length: 9 }, (__, n) => `visit${n}`))
    expect(phone.status).toMatchObject({ pending: 0, rejected: 0, in_sync: true })
    server.maxBatch = 0
    await phone.record('w', 'x', 'huge')
    expect(phone.status).toMatchObject({ pending: 0, rejected: 1 })
  })

  test('a record the server cannot digest waits, with what hangs on it; everything else goes', async () => {
    const { server, phone } = setUp()
    await phone.start()
    let broken = true
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('bad', 'x', 'poison', 'child')
    await phone.record('good', 'x', 'visit1', 'visit2')
    phone.sendsPoison = (records) => broken && records.includes('poison')
    phone.spoil = (__, deliver) => deliver()
    for (let n = 0; n < 12; n++) await phone.pass()
    expect(phone.status).toMatchObject({ pending: 2, problem: 'server' })
    expect(server.applied).toHaveLength(2)
    const tries = server.calls('/sync/push')
    await phone.record('later', 'x', 'visit3')
    await phone.sync()
    expect(server.applied).toHaveLength(3)
    expect(server.calls('/sync/push') - tries).toBeLessThan(6) // a wait between attempts, not a loop
    broken = false
    for (let n = 0; n < 3; n++) await phone.pass()
    expect(phone.status).toMatchObject({ pending: 0, in_sync: true })
  })

  test('a draft is finished once, however often the button is pressed', async () => {
    const { phone, stores } = setUp()
    await phone.start()
    phone.spoil = () => ({ status: 0 })
    const draft = { id: 'd', kind: 'visit' as const, intervention: 'x', version: 1, saved_at: '', body: {} }
    const work = (draftId?: string) => ({
      group: 'g',
      label: '',
      intervention: 'x',
      mutations: [{ collection: 'visits', record: 'v', op: 'create' as const, fields: {}, form: 'f/1' }],
      ...(draftId ? { draft: draftId } : {}),
    })
    await stores.work.enqueue(work(), { ids: ['m1'], at: '' })
    await stores.work.takeBack('g', draft)
    await stores.work.enqueue(work('d'), { ids: ['m2'], at: '' })
    await stores.work.enqueue(work('d'), { ids: ['m3'], at: '' })
    expect((await stores.work.pending()).map((e) => e.id)).toEqual(['m2'])
  })

  test('pulling fails, pushing goes on; pushing fails, pulling goes on', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => (path === '/sync/pull' ? { status: 500 } : deliver())
    await phone.record('v', 'x', 'visit1')
    expect(phone.status).toMatchObject({ pending: 0, in_sync: false, problem: 'server' })
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 503, retryAfter: 60 } : deliver())
    await phone.record('w', 'x', 'visit2')
    server.put('cupos', 'd', { intervention: 'x', state: 'activo' }, 'aii:x')
    await phone.sync()
    expect(await rowIds(stores)).toContain('cupos/d')
    expect(phone.status).toMatchObject({ pending: 1, in_sync: false })
    expect(Date.parse(phone.status!.retry_at) - phone.now).toBeGreaterThanOrEqual(60_000)
  })

  test('scope that ends with unsent work: the rows wait for the outcome, then go', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    server.judge = () => ({ status: 'parked', errors: [{ code: 'assignment_ended', message: 'En revisión.' }] })
    server.held = ['catalog']
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('v', 'x', 'visit1')
    await phone.sync()
    expect(await rowIds(stores)).toEqual(ALL)
    expect((await stores.replica.rows([{ c: 'cupos', id: 'a' }]))[0]!.b).toEqual([-1])
    phone.spoil = (__, deliver) => deliver()
    await phone.sync()
    expect(await rowIds(stores)).toEqual(['parameters/p'])
    expect(phone.status).toMatchObject({ parked: 1, pending: 0, in_sync: true })
  })

  test('only a 401 from GET /session ends the session; nothing is erased and work goes on after signing in', async () => {
    const { phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver): Answer => (path === '/session' ? deliver() : { status: 401 })
    await phone.record('v', 'x', 'visit1')
    expect(phone.status?.problem).not.toBe('session_expired')
    phone.spoil = () => ({ status: 401, body: '<html>Wi-Fi</html>' })
    await phone.sync()
    expect(phone.status).toMatchObject({ problem: 'server', pending: 1 }) // a hotspot's page, not ours
    phone.spoil = () => ({ status: 401, body: { error: { code: 'session_expired', message: '' } } })
    await phone.sync()
    expect(phone.status).toMatchObject({ problem: 'session_expired', pending: 1 })
    expect(await rowIds(stores)).toEqual(ALL)
    phone.spoil = (__, deliver) => deliver()
    phone.driver.tell({ type: 'signed_in' })
    await phone.driver.idle()
    expect(phone.status).toMatchObject({ problem: '', pending: 0, in_sync: true })
  })

  test('an outdated client may not pull but still delivers', async () => {
    const { server, phone } = setUp()
    phone.spoil = (path, deliver) =>
      path === '/sync/pull' ? { status: 426, body: { error: { code: 'client_outdated', message: '' } } } : deliver()
    await phone.start()
    await phone.record('v', 'x', 'visit1')
    expect(server.applied).toHaveLength(1)
    expect(phone.status).toMatchObject({ problem: 'client_outdated', pending: 0 })
  })

  test('a copied device takes a name of its own and sends the same again', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    const before = (await stores.work.meta()).install
    const first = server.judge
    server.judge = () => ({ status: 'rejected', errors: [{ code: 'device_counter_reused', message: '' }] })
    await phone.record('v', 'x', 'visit1')
    expect(phone.status).toMatchObject({ pending: 1, rejected: 0 })
    expect((await stores.work.meta()).install).not.toBe(before)
    server.judge = first
    server.outcomes.clear() // such an answer is never stored
    await phone.pass()
    expect(phone.status).toMatchObject({ pending: 0, in_sync: true })
    expect(server.calls('/devices')).toBe(2)
  })

  test('a new schema keeps the outbox and what it is shown on, the rest comes anew', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = () => ({ status: 0 })
    await phone.record('v', 'x', 'visit1')
    const meta = await stores.replica.meta()
    await stores.replica.commit({ clear: false, deletes: [], puts: [], meta: { ...meta, schema: 1 } })
    const updated = new Phone(stores.replica, stores.work, server)
    updated.spoil = phone.spoil
    await updated.start()
    expect(await rowIds(stores)).toEqual(ALL)
    expect(updated.status).toMatchObject({ pending: 1, synced_at: meta.synced_at, in_sync: false })
    expect(await stores.replica.meta()).toMatchObject({ incomplete: true, synced_at: meta.synced_at })
    expect((await stores.replica.meta()).cursor).toBeUndefined()
    updated.spoil = (_, deliver) => deliver()
    await updated.sync()
    expect(await rowIds(stores)).toEqual([...ALL, 'visits/visit1'])
    expect(updated.status).toMatchObject({ pending: 0, in_sync: true })
    expect((await stores.replica.meta()).incomplete).toBe(false)
    expect(server.applied).toHaveLength(1)
  })

  test('a reset empties the replica and never the outbox', async () => {
    const { server, phone, stores } = setUp()
    await phone.start()
    phone.spoil = (path, deliver) => (path === '/sync/push' ? { status: 0 } : deliver())
    await phone.record('v', 'x', 'visit1')
    server.node = 'n2'
    await phone.sync()
    expect(await rowIds(stores)).toEqual(ALL)
    expect(phone.status?.pending).toBe(1)
  })

  test('taken back only while never on the wire', async () => {
    const { phone, stores } = setUp()
    await phone.start()
    phone.spoil = () => ({ status: 0 })
    const draft = { id: 'd', kind: 'visit' as const, intervention: 'x', version: 1, saved_at: '', body: {} }
    const work = (group: string) => ({
      group,
      label: '',
      intervention: 'x',
      mutations: [{ collection: 'visits', record: group, op: 'create' as const, fields: {}, form: 'visit/1' }],
    })
    await stores.work.enqueue(work('untouched'), { ids: ['id-u'], at: '' })
    expect(await stores.work.takeBack('untouched', draft)).toBe(true)
    expect(await stores.work.takeBack('untouched', draft)).toBe(false)
    await phone.record('tried', 'x', 'visit1')
    expect(await stores.work.takeBack('tried', draft)).toBe(false)
    expect((await stores.work.pending()).map((e) => e.group)).toEqual(['tried'])
    expect((await stores.work.pending())[0]!.counter).toBe(2) // a counter is never used twice
  })

  test('acknowledged work is kept until durable and 14 days of the server’s clock old', async () => {
    const { phone, stores } = setUp()
    await phone.start()
    await phone.record('v', 'x', 'visit1')
    const later = (days: number): string => new Date(Date.parse(SERVER_TIME) + days * 86_400_000).toISOString()
    await stores.work.prune(0, later(400))
    expect((await stores.all()).map((e) => e.state)).toEqual(['applied'])
    await stores.work.prune(999, later(13))
    expect(await stores.all()).toHaveLength(1)
    await stores.work.prune(999, later(14))
    expect(await stores.all()).toHaveLength(0)
  })

  test('an outcome is stored once and only for the id it names', async () => {
    const { stores } = setUp()
    await stores.work.enqueue(
      {
        group: 'g',
        label: '',
        intervention: 'x',
        mutations: [{ collection: 'visits', record: 'v', op: 'create', fields: {}, form: 'f/1' }],
      },
      { ids: ['m1'], at: '' },
    )
    const outcome = (id: string, status: 'applied' | 'rejected') => ({
      counter: 1,
      id,
      outcome: { id, status },
      acked_at: '',
      server_time: '',
    })
    await stores.work.receive([outcome('other', 'applied')])
    expect((await stores.work.counts()).pending).toBe(1)
    await stores.work.receive([outcome('m1', 'rejected')])
    await stores.work.receive([outcome('m1', 'applied')])
    expect(await stores.work.counts()).toMatchObject({ pending: 0, rejected: 1 })
  })
})
