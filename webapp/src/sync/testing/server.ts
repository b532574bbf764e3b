/** A server of protocol §5 and §6 in memory, small enough to trust. For unit tests. */
import type { Mutation, Outcome } from '../contract'
import { add64, digestOf, entryOf, hex64 } from '../checksum'
import type { Answer, Cursor, PullPage, PullRequest, PushRequest } from '../ports'

interface ServerRow {
  rev: number
  data: Record<string, unknown>
}

type Judge = (m: Mutation) => Pick<Outcome, 'status' | 'errors'>

export class FakeServer {
  seq = 0
  epoch = 1
  pageSize = 1000
  maxBatch = 500
  held: string[] = []
  judge: Judge = () => ({ status: 'applied' })
  readonly outcomes = new Map<string, Outcome>()
  readonly applied: string[] = []
  /** What the device said of itself with its last pull. */
  report: PullRequest['report']
  private readonly handles = new Map<string, number>()
  private readonly rows = new Map<string, ServerRow>()
  /** bucket handle → row key → seq of its last entry, and whether it is a removal. */
  private readonly entries = new Map<number, Map<string, { seq: number; removed: boolean }>>()
  private readonly requests = new Map<string, number>()

  handle(name: string): number {
    if (!this.handles.has(name)) this.handles.set(name, this.handles.size + 1)
    return this.handles.get(name)!
  }

  /** Writes a row and its place in exactly these buckets. */
  put(c: string, id: string, data: Record<string, unknown>, ...buckets: string[]): void {
    const key = `${c}/${id}`
    this.rows.set(key, { rev: (this.rows.get(key)?.rev ?? 0) + 1, data })
    const wanted = new Set(buckets.map((b) => this.handle(b)))
    for (const [h, list] of this.entries)
      if (list.has(key) && !wanted.has(h)) list.set(key, { seq: ++this.seq, removed: true })
    for (const h of wanted) {
      if (!this.entries.has(h)) this.entries.set(h, new Map())
      this.entries.get(h)!.set(key, { seq: ++this.seq, removed: false })
    }
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

  private route(method: string, path: string, body: unknown): Answer {
    if (path === '/session' && method === 'GET') return { status: 200, body: {} }
    if (path === '/devices') return { status: 200, body: { device: 'device000000001', last_counter: 0 } }
    if (path === '/sync/pull') return { status: 200, body: this.pull(body as PullRequest) }
    if (path === '/sync/push') return this.push(body as PushRequest)
    return { status: 404, body: { error: { code: 'not_found', message: '' } } }
  }

  private push(request: PushRequest): Answer {
    if (request.mutations.length > this.maxBatch)
      return { status: 413, body: { error: { code: 'body_too_large', message: '' } } }
    const results = (request.mutations as Mutation[]).map((m) => {
      const known = this.outcomes.get(m.id)
      if (known) return known
      const outcome: Outcome = { id: m.id, seq: ++this.seq, ...this.judge(m) }
      if (outcome.status === 'applied') {
        this.applied.push(m.id)
        this.put(
          m.collection,
          m.record,
          { ...m.fields },
          `aii:${String((m.fields as Record<string, unknown>).intervention)}`,
        )
        outcome.rev = this.rows.get(`${m.collection}/${m.record}`)!.rev
      }
      this.outcomes.set(m.id, outcome)
      return outcome
    })
    return { status: 200, body: { results, durable_seq: this.seq, server_time: SERVER_TIME } }
  }

  private pull(request: PullRequest): PullPage {
    this.report = request.report
    const reset = request.cursor !== undefined && request.cursor.epoch !== this.epoch
    const at = new Map<number, number>()
    if (!reset) for (const g of request.cursor?.at ?? []) for (const h of g.buckets) at.set(h, g.seq)
    const held = this.held.map((name) => ({ handle: this.handle(name), name }))
    const enter = held.filter(({ handle }) => !at.has(handle))
    const drop = [...at.keys()].filter((h) => !held.some((b) => b.handle === h))
    for (const h of drop) at.delete(h)
    for (const { handle } of enter) at.set(handle, 0)

    const changes = this.changesSince(at)
    const page = changes.slice(0, this.pageSize)
    const complete = page.length === changes.length
    for (const c of page) at.set(c.h, c.seq)
    if (complete) for (const h of at.keys()) at.set(h, this.seq)
    const puts = page.filter((c) => !c.removed).map(({ h, key }) => ({ b: h, ...split(key), ...this.rows.get(key)! }))
    const removes = page.filter((c) => c.removed).map(({ h, key }) => ({ b: h, ...split(key) }))
    return {
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
      [...(this.entries.get(h) ?? [])]
        .map(([key, e]) => ({ h, key, ...e }))
        .filter((e) => e.seq > since && !(since === 0 && e.removed)),
    )
    return changes.sort((a, b) => a.h - b.h || a.seq - b.seq)
  }

  private cursor(at: Map<number, number>): Cursor {
    const groups = new Map<number, number[]>()
    for (const [h, seq] of at) groups.set(seq, [...(groups.get(seq) ?? []), h])
    return {
      node: 'n1',
      epoch: this.epoch,
      at: [...groups].map(([seq, buckets]) => ({ seq, nonce: seq ? `n${seq}` : '', buckets })),
    }
  }

  private sums(detail: boolean): Partial<PullPage['trailer']> {
    let total = 0n
    const buckets = this.held.map((name) => {
      let sum = 0n
      let count = 0
      for (const [key, e] of this.entries.get(this.handle(name)) ?? []) {
        if (e.removed) continue
        const { rev, data } = this.rows.get(key)!
        sum = add64(sum, entryOf(name, { ...split(key), rev, digest: digestOf(data) }))
        count++
      }
      total = add64(total, sum)
      return { handle: this.handle(name), count, sum: hex64(sum) }
    })
    return { total: hex64(total), ...(detail ? { buckets } : {}) }
  }
}

export const SERVER_TIME = '2026-06-15T15:00:00Z'

function split(key: string): { c: string; id: string } {
  const [c = '', id = ''] = key.split('/')
  return { c, id }
}
