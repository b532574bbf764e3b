/** Who reviews rendiciones, online: observes what was presented, or approves it. */
import { LINES } from '../src/domain/rendicion'
import type { Coverage } from './coverage'
import type { Violation } from './invariants'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'
import type { Server } from './server'

const REVIEWER = 'user00000000012'
const PREFIX = '/api/chaski/v1'

/** What he is shown of one. */
interface Shown {
  revision: number
  can_review: boolean
  documents: { id: string; superseded_by: string; stored_at: string }[]
  observations: { id: string; state: string }[]
}

export class Reviewer {
  /** What was wrong with what he was told. */
  readonly found: Violation[] = []

  constructor(
    private readonly server: Server,
    private readonly scheduler: Scheduler,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
  ) {}

  async act(work: string): Promise<void> {
    const shown = await this.read(work)
    if (!shown?.can_review) return
    // For the most part he waits for what is still to come.
    if (shown.documents.some((d) => d.superseded_by === '' && d.stored_at === '') && this.rng.chance(0.5)) return
    // He may have it open for as long as he likes; and somebody else has decided meanwhile.
    const revision = shown.revision - (this.rng.chance(0.05) ? 1 : 0)
    const approve = this.rng.chance(0.45)
    const answered = shown.observations.filter((o) => o.state === 'subsanada').map((o) => o.id)
    const lifted = approve ? answered : answered.filter(() => this.rng.chance(0.6))
    const observations = approve ? [] : this.observations(shown)
    const status = await this.ask(`/rendiciones/${work}/review`, { revision, approve, lifted, observations })
    if (status === undefined) return
    this.coverage.count(`review_${approve ? 'approves' : 'observes'}${status === 200 ? '' : '_in_vain'}`)
    if (approve && status === 200) await this.approved(work)
  }

  private async read(work: string): Promise<Shown | undefined> {
    const request = { user: REVIEWER, method: 'GET', path: `${PREFIX}/rendiciones/${work}` }
    const { status, body } = await this.server.http(this.scheduler.time, request)
    if (status >= 500) this.coverage.count('server_error')
    return status === 200 ? (JSON.parse(body) as Shown) : undefined
  }

  private observations({ documents }: Shown): object[] {
    const { rng } = this
    const inForce = documents.filter((d) => d.superseded_by === '')
    const awaited = inForce.filter((d) => d.stored_at === '')
    const text = `Falta sustento ${this.coverage.unique()}`
    const also: string[] = []
    const line = { target: 'line', item: rng.pick(LINES.slice(1)), also: ['cofinanciamiento_oe'], text }
    const item = inForce.length > 0 ? rng.pick(awaited.length > 0 ? awaited : inForce).id : ''
    const document = { target: 'document', item, also, text }
    const missing = { target: 'missing', item: rng.pick(['fotos', 'acta_inicio']), also, text }
    const what = rng.weighted({
      line: 4,
      document: inForce.length > 0 ? 3 : 0,
      both: inForce.length > 0 ? 2 : 0,
      missing: 1,
    })
    return { line: [line], document: [document], both: [line, document], missing: [missing] }[what]
  }

  /** The status; undefined where the machine stopped under him, and he does not know. */
  private async ask(path: string, body: unknown): Promise<number | undefined> {
    const { server, scheduler, rng } = this
    const request = { user: REVIEWER, method: 'POST', path: PREFIX + path, body }
    if (rng.chance(0.06)) {
      const stopped = await server.httpStopped(scheduler.time, request, { at: 1 + rng.int(60), power: rng.chance(0.3) })
      scheduler.trace(`reviewer ${path}`, JSON.stringify(stopped))
      this.coverage.count('review_stopped')
      return undefined
    }
    const got = await server.http(scheduler.time, request)
    scheduler.trace(`reviewer ${path} ${got.status}`, got.body)
    if (got.status >= 500) this.coverage.count('server_error')
    return got.status
  }

  /** What is approved lies there, to be read. */
  private async approved(work: string): Promise<void> {
    const { tables } = await this.server.state(this.scheduler.time)
    const papers = (tables.rendicion_documents ?? []).filter((d) => d.intervention === work && !d.superseded_by)
    for (const { id, stored_at } of papers)
      if (!stored_at)
        this.found.push({ invariant: 'R rendición', what: `${work} was approved without the bytes of document ${id}` })
  }
}
