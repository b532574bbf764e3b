/** A server of protocol §4 to §6 in memory, small enough to trust. It can lose its newest past. For unit tests. */
import type { Mutation, Outcome } from '../contract'
import { FakeUploads } from './uploads'
import { add64, digestOf, entryOf, hex64 } from '../checksum'
import type { Answer, BytesAnswer, Cursor, Mark, PullPage, PullRequest, PushRequest, Witness } from '../ports'

interface ServerRow {
  rev: number
  data: Record<string, unknown>
}

type Judge = (m: Mutation) => Pick<Outcome, 'status' | 'errors' | 'reviewed'>

/** What a backup holds. */
interface Past {
  seq: number
  nonces: Map<number, string>
  outcomes: Map<string, Outcome>
  applied: string[]
  rows: Map<string, ServerRow>
  /** bucket handle → row key → seq of its last entry, and whether it is a removal. */
  entries: Map<number, Map<string, { seq: number; removed: boolean }>>
  /** Removals up to here are forgotten. */
  floor: number
}

interface Device {
  device: string
  install: string
}

export class FakeServer {
  node = 'n1'
  epoch = 1
  pageSize = 1000
  listingSize = 4000
  maxBatch = 500
  held: string[] = []
  /** What it ordered for the device. */
  standing: 'activo' | 'revocado' | 'por_borrar' | 'borrado' = 'activo'
  judge: Judge = () => ({ status: 'applied' })
  /** What the device said of itself with its last pull. */
  report: PullRequest['report']
  /** Keys of rows fetched one by one, to repair. */
  readonly fetched: string[] = []
  private past: Past = {
    seq: 0,
    nonces: new Map(),
    outcomes: new Map(),
    applied: [],
    rows: new Map(),
    entries: new Map(),
    floor: 0,
  }
  private judged: Judge = (m) => this.judge(m)
  readonly uploads = this.takeBytes()
  private lives = 0
  private readonly handles = new Map<string, number>()
  private readonly requests = new Map<string, number>()

  get seq(): number {
    return this.past.seq
  }

  get outcomes(): Map<string, Outcome> {
    return this.past.outcomes
  }

  get applied(): string[] {
    return this.past.applied
  }

  backup(): Past {
    return structuredClone(this.past)
  }

  /** Power loss, or a backup put back: what came after it never happened. */
  restore(past: Past): void {
    this.past = structuredClone(past)
    // What is stored says so in its record: both are of one backup.
    for (const part of [...this.uploads.stored.keys()])
      if (!this.rowOf(part.split('/')[0]!)?.data.stored_at) this.uploads.stored.delete(part)
    this.uploads.uploads.clear()
    this.lives++
  }

  /** Removals so far are forgotten. */
  compact(): void {
    for (const list of this.past.entries.values()) for (const [key, e] of list) if (e.removed) list.delete(key)
    this.past.floor = this.next()
  }

  private next(): number {
    this.past.nonces.set(++this.past.seq, `${this.lives}.${this.past.seq}`)
    return this.past.seq
  }

  head(): Mark {
    return { epoch: this.epoch, seq: this.seq, nonce: this.past.nonces.get(this.seq) ?? '' }
  }

  private witness(marks: readonly Mark[] = []): Witness {
    const rewound = marks.some((m) => m.seq > 0 && this.past.nonces.get(m.seq) !== m.nonce)
    return { mark: this.head(), ...(rewound ? { rewound } : {}) }
  }

  handle(name: string): number {
    if (!this.handles.has(name)) this.handles.set(name, this.handles.size + 1)
    return this.handles.get(name)!
  }

  /** Writes a row and its place in exactly these buckets. */
  put(c: string, id: string, data: Record<string, unknown>, ...buckets: string[]): void {
    const key = `${c}/${id}`
    const { rows, entries } = this.past
    rows.set(key, { rev: (rows.get(key)?.rev ?? 0) + 1, data })
    const wanted = new Set(buckets.map((b) => this.handle(b)))
    for (const [h, list] of entries)
      if (list.has(key) && !wanted.has(h)) list.set(key, { seq: this.next(), removed: true })
    for (const h of wanted) {
      if (!entries.has(h)) entries.set(h, new Map())
      entries.get(h)!.set(key, { seq: this.next(), removed: false })
    }
  }

  private rowOf(record: string): ServerRow | undefined {
    return [...this.past.rows].find(([key]) => key.endsWith(`/${record}`))?.[1]
  }

  /** Bytes are taken for a record that is there, or that lies parked; whole, its record says so. */
  private takeBytes(): FakeUploads {
    const uploads = new FakeUploads()
    const parked = new Set<string>()
    const judge = (m: Mutation): ReturnType<Judge> => {
      const said = this.judge(m)
      if (said.status === 'parked') parked.add(m.record)
      return said
    }
    this.judged = judge
    uploads.knows = (record) => parked.has(record) || this.rowOf(record) !== undefined
    uploads.says = (record, of) => {
      const [key] = [...this.past.rows.keys()].filter((k) => k.endsWith(`/${record}`))
      const row = key ? this.past.rows.get(key) : undefined
      if (!key || !row) return
      const { c, id } = split(key)
      const said = 'stored' in of ? { stored_at: SERVER_TIME, refusal: '' } : of
      this.put(c, id, { ...row.data, ...said }, workBucket(row.data))
    }
    return uploads
  }

  calls(path: string): number {
    return this.requests.get(path) ?? 0
  }

  answer(method: string, path: string, body: unknown): Answer {
    this.requests.set(path, this.calls(path) + 1)
    // What goes over a wire is a copy.
    const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body))
    const reply = this.route(method, path, sent)
    return { ...reply, body: JSON.parse(JSON.stringify(reply.body ?? null)) }
  }

  bytes(method: string, path: string, headers: Readonly<Record<string, string>>, body?: ArrayBuffer): BytesAnswer {
    this.requests.set('/uploads', this.calls('/uploads') + 1)
    if (this.standing === 'por_borrar') return { ...refusal(403, 'device_wiped'), headers: {} }
    return this.uploads.answer(method, path, headers, body?.slice(0))
  }

  private route(method: string, path: string, body: unknown): Answer {
    if (path === '/sync/push') return this.push(body as PushRequest)
    if (path === '/devices/wiped') return this.wiped(body as Device)
    if (this.standing !== 'activo')
      return refusal(403, this.standing === 'revocado' ? 'device_revoked' : 'device_wiped')
    if (path === '/session' && method === 'GET') return { status: 200, body: {} }
    if (path === '/devices') return { status: 200, body: { device: 'device000000001', last_counter: 0 } }
    if (path === '/sync/pull') return { status: 200, body: this.pull(body as PullRequest) }
    if (path === '/sync/digests') return this.digests(body as { bucket: number; after: string })
    if (path === '/sync/rows') return this.fetch(body as { bucket: number; keys: { c: string; id: string }[] })
    return refusal(404, 'not_found')
  }

  private wiped({ device, install }: Device): Answer {
    if (!device || !install) return refusal(400, 'malformed')
    this.standing = 'borrado'
    return { status: 200, body: { noted: true } }
  }

  private live(handle: number): [string, { seq: number; removed: boolean }][] {
    return [...(this.past.entries.get(handle) ?? [])].filter(([, e]) => !e.removed).sort(([a], [b]) => (a < b ? -1 : 1))
  }

  private digests({ bucket, after }: { bucket: number; after: string }): Answer {
    const name = this.held.find((n) => this.handle(n) === bucket)
    if (!name) return refusal(404, 'not_found')
    const all = this.live(bucket).filter(([key]) => key > after)
    const keys = all.slice(0, this.listingSize).map(([key]) => key)
    const rows = keys.map((key) => ({ ...split(key), ...this.past.rows.get(key)! }))
    return {
      status: 200,
      body: {
        bucket,
        name,
        ...this.head(),
        rows: {
          c: rows.map((r) => r.c),
          id: rows.map((r) => r.id),
          rev: rows.map((r) => r.rev),
          digest: rows.map((r) => digestOf(r.data)),
        },
        next: keys.length < all.length ? keys.at(-1) : '',
      },
    }
  }

  private fetch({ bucket, keys }: { bucket: number; keys: { c: string; id: string }[] }): Answer {
    if (!this.held.some((n) => this.handle(n) === bucket)) return refusal(404, 'not_found')
    const live = new Map(this.live(bucket))
    const there = keys.map(({ c, id }) => `${c}/${id}`).filter((key) => live.has(key))
    this.fetched.push(...there)
    return { status: 200, body: { rows: there.map((key) => ({ ...split(key), ...this.past.rows.get(key)! })) } }
  }

  private push(request: PushRequest): Answer {
    if (request.mutations.length > this.maxBatch) return refusal(413, 'body_too_large')
    const { rewound } = this.witness(request.marks)
    const results = (rewound ? [] : (request.mutations as Mutation[])).map((m) => {
      const known = this.outcomes.get(m.id)
      if (known) return known
      const outcome: Outcome = { id: m.id, seq: this.next(), ...this.judged(m) }
      if (outcome.status === 'applied') {
        this.applied.push(m.id)
        this.put(m.collection, m.record, { ...m.fields }, workBucket(m.fields))
        outcome.rev = this.past.rows.get(`${m.collection}/${m.record}`)!.rev
      }
      this.outcomes.set(m.id, outcome)
      return outcome
    })
    return {
      status: 200,
      body: { ...this.witness(request.marks), results, durable_seq: this.seq, server_time: SERVER_TIME },
    }
  }

  private pull(request: PullRequest): PullPage {
    this.report = request.report
    const reset = request.cursor !== undefined && request.cursor.node !== this.node
    const at = new Map<number, number>()
    const lost = new Set<number>()
    for (const { seq, nonce, buckets } of reset ? [] : (request.cursor?.at ?? []))
      for (const h of buckets) {
        at.set(h, seq)
        if (seq > 0 && (this.past.nonces.get(seq) !== nonce || seq < this.past.floor)) lost.add(h)
      }
    const held = this.held.map((name) => ({ handle: this.handle(name), name }))
    const enter = held.filter(({ handle }) => !at.has(handle))
    const drop = [...at.keys()].filter((h) => !held.some((b) => b.handle === h))
    for (const h of drop) at.delete(h)
    for (const { handle } of enter) at.set(handle, 0)
    const reconcile = held.filter(({ handle }) => lost.has(handle))
    for (const { handle } of reconcile) at.set(handle, this.seq)

    const changes = this.changesSince(at)
    const page = changes.slice(0, this.pageSize)
    const complete = page.length === changes.length
    for (const c of page) at.set(c.h, c.seq)
    if (complete) for (const h of at.keys()) at.set(h, this.seq)
    const puts = page
      .filter((c) => !c.removed)
      .map(({ h, key }) => ({ b: h, ...split(key), ...this.past.rows.get(key)! }))
    const removes = page.filter((c) => c.removed).map(({ h, key }) => ({ b: h, ...split(key) }))
    return {
      ...this.witness(request.marks),
      ...(reconcile.length > 0 ? { reconcile } : {}),
      reset,
      server_time: SERVER_TIME,
      business_date: '2026-06-15',
      enter,
      drop,
      puts,
      removes,
      cursor: this.cursor(at),
      durable_seq: this.seq,
      trailer: {
        complete,
        puts: puts.length,
        removes: removes.length,
        ...(complete ? this.sums(request.checksums === true) : {}),
      },
    }
  }

  private changesSince(at: Map<number, number>): { h: number; key: string; seq: number; removed: boolean }[] {
    const changes = [...at].flatMap(([h, since]) =>
      [...(this.past.entries.get(h) ?? [])]
        .map(([key, e]) => ({ h, key, ...e }))
        .filter((e) => e.seq > since && !(since === 0 && e.removed)),
    )
    return changes.sort((a, b) => a.h - b.h || a.seq - b.seq)
  }

  private cursor(at: Map<number, number>): Cursor {
    const groups = new Map<number, number[]>()
    for (const [h, seq] of at) groups.set(seq, [...(groups.get(seq) ?? []), h])
    return {
      node: this.node,
      epoch: this.epoch,
      at: [...groups].map(([seq, buckets]) => ({ seq, nonce: this.past.nonces.get(seq) ?? '', buckets })),
    }
  }

  /** What the sums of a whole device come to. */
  total(): string {
    return this.sums(false).total!
  }

  private sums(detail: boolean): Partial<PullPage['trailer']> {
    let total = 0n
    const buckets = this.held.map((name) => {
      let sum = 0n
      let count = 0
      for (const [key] of this.live(this.handle(name))) {
        const { rev, data } = this.past.rows.get(key)!
        sum = add64(sum, entryOf(name, { ...split(key), rev, digest: digestOf(data) }))
        count++
      }
      total = add64(total, sum)
      return { handle: this.handle(name), count, sum: hex64(sum) }
    })
    return { total: hex64(total), ...(detail ? { buckets } : {}) }
  }
}

/** A file says its work at the server alone. */
const workBucket = ({ intervention }: Record<string, unknown>): string =>
  `aii:${typeof intervention === 'string' ? intervention : 'x'}`

export const SERVER_TIME = '2026-06-15T15:00:00Z'

const refusal = (status: number, code: string): Answer => ({ status, body: { error: { code, message: '' } } })

function split(key: string): { c: string; id: string } {
  const [c = '', id = ''] = key.split('/')
  return { c, id }
}
