/** The road between a phone and the server, and everything that can go wrong on it. */
import type { Answer, BytesAnswer } from '../src/sync/ports'
import type { Coverage } from './coverage'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'
import type { HttpAnswer, HttpRequest, Server, Write } from './server'

const FAULTS = {
  none: 60,
  lost_request: 6,
  /** The phone gives up; the request arrives after others. */
  delayed_request: 4,
  lost_answer: 7,
  duplicate: 5,
  late_duplicate: 4,
  /** Only the beginning of the request arrives. */
  cut_request: 3,
  cut_body: 4,
  cut_page: 3,
  /** The answer to another request of the same kind, as from a proxy that caches. */
  stale_answer: 3,
  busy: 2,
  /** Not by the picture of a directory, but by a signal. */
  process_killed: 0.08,
  stopped_before: 1,
  stopped_in_transaction: 4,
  stopped_after_commit: 2,
  power_lost: 3,
  intruder: 8,
} as const
/** Starting the machine again costs as much as twenty requests, and a pull has little to lose. */
const STOPS: readonly string[] = ['stopped_before', 'stopped_in_transaction', 'stopped_after_commit', 'power_lost']
const SPARED = 0.85

export type Fault = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS).filter((f) => f !== 'none') as Fault[]

/** Looks at each answer as the server gave it, before the road spoils it. */
export type Watch = (user: string, path: string, body: string, sent: unknown) => void

export interface Intrusion {
  writes: Write[]
  /** They happened; `seq` is the newest sequence number after them, where it is known. */
  done: (seq?: number) => void | Promise<void>
}

export class Network {
  /** While false every request arrives and is answered. */
  faulty = true
  /** The nightly task runs in the middle of the next page. */
  forgetting = false
  /** The server fails on any push that carries this record; '' for none. */
  poison = ''
  /** A path that is cut for a user's phones, or ''. */
  outage = { user: '', path: '' }
  private readonly last = new Map<string, Answer>()

  constructor(
    private readonly server: Server,
    private readonly scheduler: Scheduler,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
    private readonly watch: Watch,
    /** What somebody in the office does in the middle of a request. */
    private readonly intrude: () => Intrusion,
  ) {}

  async bytes(owner: object, name: string, request: HttpRequest): Promise<BytesAnswer> {
    return { headers: {}, ...(await this.send(owner, name, request)) }
  }

  send(owner: object, name: string, request: HttpRequest): Promise<Answer> {
    // What is on the road is a copy.
    const sent: HttpRequest = {
      ...request,
      body: request.body === undefined ? undefined : JSON.parse(JSON.stringify(request.body)),
    }
    return new Promise((resolve) => {
      const label = `${name} ${request.method} ${request.path}`
      const answer = (a: Answer): void =>
        this.scheduler.add({ owner, label: `${label} answered ${a.status}`, run: () => resolve(a) })
      this.scheduler.add({ owner, label, run: () => this.carry(name, label, sent, answer) })
    })
  }

  private async carry(name: string, label: string, r: HttpRequest, answer: (a: Answer) => void): Promise<void> {
    if (this.outage.user === r.user && r.path.includes(this.outage.path)) return answer({ status: 0 })
    if (this.poison && r.path === '/sync/push' && JSON.stringify(r.body).includes(this.poison)) {
      this.coverage.count('poison')
      return answer({ status: 500, body: { error: { code: 'internal', message: '' } } })
    }
    if (this.forgetting && r.path === '/sync/pull') return answer(asAnswer(await this.forgotten(r)))
    const fault = this.faulty ? this.fault(r.path) : 'none'
    this.scheduler.trace(fault, r.binary ?? JSON.stringify(r.body ?? null))
    this.coverage.count(fault)
    const { scheduler } = this
    switch (fault) {
      case 'lost_request':
        return answer({ status: 0 })
      case 'delayed_request':
        scheduler.add({ owner: this, label: `${label}, delayed`, run: () => this.late(r) })
        return answer({ status: 0 })
      case 'lost_answer':
        await this.deliver(r)
        return answer({ status: 0 })
      case 'cut_request':
        if (r.headers) return answer(await this.cutBytes(r))
        return answer(asAnswer(await this.cutRequest(r)))
      case 'busy':
        return answer({ status: 503, body: { error: { code: 'busy', message: '' } }, retryAfter: 1 + this.rng.int(3) })
      case 'process_killed':
      case 'stopped_before':
      case 'stopped_in_transaction':
      case 'stopped_after_commit':
      case 'power_lost':
        await this.stop(fault, r)
        return answer({ status: 0 })
      case 'intruder':
        return answer(asAnswer(await this.intruded(r)))
      case 'duplicate':
        await this.deliver(r)
        return answer(asAnswer(await this.deliver(r)))
      case 'late_duplicate':
        // A copy that lingered on the road and arrives after others.
        scheduler.add({ owner: this, label: `${label} again, late`, run: () => this.late(r) })
        return answer(asAnswer(await this.deliver(r)))
      case 'stale_answer':
        return answer(await this.stale(name, r))
      default: {
        const got = asAnswer(await this.deliver(r))
        if (r.path === '/sync/push') this.last.set(name, got)
        return answer(cut(fault, got, this.rng.next()))
      }
    }
  }

  private fault(path: string): Fault {
    const fault = this.rng.weighted(FAULTS)
    return STOPS.includes(fault) && path !== '/sync/push' && this.rng.chance(SPARED) ? 'none' : fault
  }

  private async stop(fault: Fault, r: HttpRequest): Promise<void> {
    const { server, scheduler, rng } = this
    if (fault === 'process_killed') return server.restart(scheduler.time)
    // Early, late and everything between: a push takes tens to hundreds of statements.
    const at =
      fault === 'stopped_before' ? 1 : fault === 'stopped_after_commit' ? 1_000_000 : 2 + rng.int(2 ** (1 + rng.int(8)))
    const stopped = await server.httpStopped(scheduler.time, send(r), { at, power: fault === 'power_lost' })
    scheduler.trace(JSON.stringify(stopped))
    if (stopped.mid && stopped.commits === 0) this.coverage.count('stopped_before_commit')
    if (r.path === '/sync/push' && stopped.commits > 0) this.coverage.count('stopped_after_push_committed')
  }

  /** Somebody writes before a statement of the request's read transaction; if it has none, right after the request. */
  private async intruded(r: HttpRequest): Promise<HttpAnswer> {
    const at = 1 + this.rng.int(12)
    const { writes, done } = this.intrude()
    if (writes.length === 0) return this.deliver(r)
    const got = await this.server.httpIntruded(this.scheduler.time, send(r), at, writes)
    if (got.intruded) this.coverage.count('intruded')
    else await this.server.exec(this.scheduler.time, writes)
    this.seen(r, got)
    await done(got.intruded ? Number(got.intruded_head?.seq) : undefined)
    return got
  }

  private async forgotten(r: HttpRequest): Promise<HttpAnswer> {
    this.forgetting = false
    const got = await this.server.httpIntruded(this.scheduler.time, send(r), 1 + this.rng.int(8), [{ forget: true }])
    if (got.intruded) this.coverage.count('forgotten_in_mid_page')
    return this.seen(r, got)
  }

  /** The phone is given the answer to its push before this one; this one arrives too. */
  private async stale(name: string, r: HttpRequest): Promise<Answer> {
    const old = this.last.get(name)
    const fresh = asAnswer(await this.deliver(r))
    if (r.path !== '/sync/push') return fresh
    this.last.set(name, fresh)
    if (old) this.coverage.count('stale_answer_given')
    return old ?? fresh
  }

  private async cutRequest(r: HttpRequest): Promise<HttpAnswer> {
    const text = JSON.stringify(r.body ?? null)
    const raw = text.slice(0, 1 + Math.floor(this.rng.next() * (text.length - 1)))
    return this.server.http(this.scheduler.time, { ...send(r), raw })
  }

  /** The beginning of a piece arrives, nobody hears of it; or, now and then, one byte of it is another. */
  private async cutBytes(r: HttpRequest): Promise<Answer> {
    const bytes = Buffer.from(r.binary ?? '', 'base64')
    if (bytes.length === 0) return { status: 0 }
    const at = this.rng.int(bytes.length)
    if (this.rng.chance(0.3)) {
      bytes[at]! ^= 1
      this.coverage.count('damaged_piece')
      return asAnswer(await this.deliver({ ...r, binary: bytes.toString('base64') }))
    }
    this.coverage.count('cut_piece')
    await this.deliver({ ...r, binary: bytes.subarray(0, at).toString('base64') })
    return { status: 0 }
  }

  private async late(r: HttpRequest): Promise<void> {
    await this.deliver(r)
  }

  private async deliver(r: HttpRequest): Promise<HttpAnswer> {
    return this.seen(r, await this.server.http(this.scheduler.time, send(r)))
  }

  private seen(r: HttpRequest, got: HttpAnswer): HttpAnswer {
    this.scheduler.trace(String(got.status), got.body)
    this.watch(r.user, r.path, got.status === 200 ? got.body : '', r.body)
    if (got.status >= 500) this.coverage.count('server_error')
    if (got.body.includes('"complete":false')) this.coverage.count('incomplete_page')
    return got
  }
}

const PREFIX = '/api/chaski/v1'

const send = (r: HttpRequest): HttpRequest => ({ ...r, path: PREFIX + r.path })

function asAnswer(got: HttpAnswer): Answer & { headers?: Record<string, string> } {
  const seconds = Number(got.retry_after)
  return {
    status: got.status,
    body: parse(got.body),
    ...(Object.keys(got.headers).length > 0 ? { headers: got.headers } : {}),
    ...(got.retry_after && Number.isFinite(seconds) ? { retryAfter: seconds } : {}),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function cut(fault: Fault, answer: Answer, where: number): Answer {
  if (fault === 'cut_body' && answer.body !== undefined) {
    const text = JSON.stringify(answer.body)
    return { ...answer, body: parse(text.slice(0, Math.floor(where * text.length))) }
  }
  const body = answer.body as { puts?: unknown[]; results?: unknown[] } | undefined
  if (fault === 'cut_page' && body?.puts?.length) return { ...answer, body: { ...body, puts: body.puts.slice(1) } }
  if (fault === 'cut_page' && body?.results?.length)
    return { ...answer, body: { ...body, results: body.results.slice(1) } }
  return answer
}
