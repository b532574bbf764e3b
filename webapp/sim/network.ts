/** The road between a phone and the server, and everything that can go wrong on it. */
import type { Answer } from '../src/sync/ports'
import type { Coverage } from './coverage'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'
import type { HttpAnswer, Server } from './server'

const FAULTS = {
  none: 60,
  lost_request: 7,
  lost_answer: 8,
  duplicate: 5,
  late_duplicate: 4,
  cut_body: 4,
  cut_page: 3,
  busy: 2,
  server_killed_before: 1.2,
  server_killed_after_commit: 1.6,
} as const

export type Fault = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS).filter((f) => f !== 'none') as Fault[]

interface Request {
  user: string
  method: string
  path: string
  body: unknown
}

/** Looks at each answer as the server gave it, before the road spoils it. */
export type Watch = (user: string, path: string, body: string) => void

export class Network {
  /** While false every request arrives and is answered. */
  faulty = true
  /** The server fails on any push that carries this record; '' for none. */
  poison = ''
  /** A path that is cut for a user's phones, or ''. */
  outage = { user: '', path: '' }

  constructor(
    private readonly server: Server,
    private readonly scheduler: Scheduler,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
    private readonly watch: Watch,
  ) {}

  send(owner: object, name: string, request: Request): Promise<Answer> {
    // What is on the road is a copy.
    const sent: Request = {
      ...request,
      body: request.body === undefined ? undefined : JSON.parse(JSON.stringify(request.body)),
    }
    return new Promise((resolve) => {
      const label = `${name} ${request.method} ${request.path}`
      const answer = (a: Answer): void =>
        this.scheduler.add({ owner, label: `${label} answered ${a.status}`, run: () => resolve(a) })
      this.scheduler.add({ owner, label, run: () => this.carry(label, sent, answer) })
    })
  }

  private async carry(label: string, r: Request, answer: (a: Answer) => void): Promise<void> {
    if (this.outage.user === r.user && r.path.endsWith(this.outage.path)) return answer({ status: 0 })
    if (this.poison && r.path === '/sync/push' && JSON.stringify(r.body).includes(this.poison)) {
      this.coverage.count('poison')
      return answer({ status: 500, body: { error: { code: 'internal', message: '' } } })
    }
    const fault: Fault = this.faulty ? this.rng.weighted(FAULTS) : 'none'
    this.scheduler.trace(fault, JSON.stringify(r.body ?? null))
    this.coverage.count(fault)
    const { server, scheduler } = this
    switch (fault) {
      case 'lost_request':
        return answer({ status: 0 })
      case 'lost_answer':
        await this.deliver(r)
        return answer({ status: 0 })
      case 'busy':
        return answer({ status: 503, body: { error: { code: 'busy', message: '' } }, retryAfter: 1 + this.rng.int(3) })
      case 'server_killed_before':
        await server.restart(scheduler.time)
        return answer({ status: 0 })
      case 'server_killed_after_commit':
        await server.httpThenDie(scheduler.time, r.user, r.method, PREFIX + r.path, r.body)
        return answer({ status: 0 })
      case 'duplicate':
        await this.deliver(r)
        return answer(asAnswer(await this.deliver(r)))
      case 'late_duplicate':
        // A copy that lingered on the road and arrives after others.
        scheduler.add({ owner: this, label: `${label} again, late`, run: () => this.late(r) })
        return answer(asAnswer(await this.deliver(r)))
      default:
        return answer(cut(fault, asAnswer(await this.deliver(r)), this.rng.next()))
    }
  }

  private async late(r: Request): Promise<void> {
    await this.deliver(r)
  }

  private async deliver(r: Request): Promise<HttpAnswer> {
    const got = await this.server.http(this.scheduler.time, r.user, r.method, PREFIX + r.path, r.body)
    this.scheduler.trace(String(got.status), got.body)
    this.watch(r.user, r.path, got.status === 200 ? got.body : '')
    if (got.status >= 500) this.coverage.count('server_error')
    if (got.body.includes('"complete":false')) this.coverage.count('incomplete_page')
    return got
  }
}

const PREFIX = '/api/chaski/v1'

function asAnswer(got: HttpAnswer): Answer {
  const seconds = Number(got.retry_after)
  return {
    status: got.status,
    body: parse(got.body),
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
  if (fault === 'cut_body') {
    const text = JSON.stringify(answer.body)
    return { ...answer, body: parse(text.slice(0, Math.floor(where * text.length))) }
  }
  const body = answer.body as { puts?: unknown[]; results?: unknown[] } | undefined
  if (fault === 'cut_page' && body?.puts?.length) return { ...answer, body: { ...body, puts: body.puts.slice(1) } }
  if (fault === 'cut_page' && body?.results?.length)
    return { ...answer, body: { ...body, results: body.results.slice(1) } }
  return answer
}
