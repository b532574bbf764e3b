/** Everything in one run: phones, office, road, and what happens once in it. */
import { Coverage } from './coverage'
import { Desk } from './desk'
import { checkAll, checkNow } from './invariants'
import type { Violation } from './invariants'
import type { OfficeLog } from './merge'
import { Network } from './network'
import { Office, seedId, USERS } from './office'
import { act, quarrel } from './person'
import { planted } from './plants'
import { SimPhone } from './phone'
import { Rng } from './rng'
import { Scheduler } from './scheduler'
import type { Server, ServerState } from './server'
import { themeOf } from './theme'
import type { Theme } from './theme'

/** 10:00 in Lima on the business date. */
export const START = Date.parse('2026-06-15T15:00:00Z')
const DAY = 86_400_000
export const OFFSETS = [0, 90_000, -3 * DAY, 400 * DAY, -365 * DAY]
/** Whose clocks are wrong: as the seed says, nobody's, or everybody's by about a year (I7). */
export type Clocks = 'drawn' | 'right' | 'wrong'

interface Happening {
  at: number
  do: () => void | Promise<void>
}

interface Pushed {
  mutations: { collection: string; op: string; fields: Record<string, unknown> }[]
}

interface Answered {
  mark: { seq: number }
  results: { id: string; status: string; seq?: number }[]
}

export class World {
  readonly rng: Rng
  readonly coverage = new Coverage()
  readonly scheduler: Scheduler
  readonly network: Network
  readonly phones: SimPhone[]
  readonly office: Office
  readonly desk: Desk
  readonly theme: Theme
  readonly log: OfficeLog = { count: 0, edits: [], settlements: [], restored: 0 }
  readonly found: Violation[] = []
  private readonly outside: { id: string; user: string }[] = []

  constructor(
    seed: number,
    readonly server: Server,
    private readonly clocks: Clocks,
  ) {
    const rng = (this.rng = new Rng(seed))
    const scheduler = (this.scheduler = new Scheduler(rng, START))
    const { coverage } = this
    this.theme = themeOf(rng)
    this.network = new Network(
      server,
      scheduler,
      rng,
      coverage,
      (user, path, body, sent) => this.watch(user, path, body, sent),
      () => this.office.intrusion(),
    )
    // Now and then one person has two phones.
    const owners = rng.chance(0.25) ? [...USERS, USERS[0]!] : USERS
    this.phones = owners.map(
      (user, n) => new SimPhone(`phone${n + 1}`, user, this.offset(n), scheduler, this.network, rng, coverage),
    )
    if (this.theme.tabs || planted('two-leaders')) rng.pick(this.phones).tabbed = true
    this.office = new Office(server, scheduler, rng, coverage, this.phones, this.log)
    this.desk = new Desk(server, scheduler, rng, coverage, this.phones, this.theme, this.log)
  }

  private offset(n: number): number {
    const drawn = this.rng.pick(OFFSETS)
    return this.clocks === 'drawn' ? drawn : this.clocks === 'right' ? 0 : (n % 2 ? -365 : 400) * DAY
  }

  /** What happens once, and at which step. */
  happenings(length: number): Happening[] {
    const { theme, rng } = this
    const at = (from = 0): number => from + rng.int(length - from)
    const out: Happening[] = []
    const add = (wanted: boolean, happening: () => void | Promise<void>): void => {
      const when = at()
      if (wanted) out.push({ at: when, do: happening })
    }
    add(theme.forget, () => this.forget())
    add(theme.full, () => this.fill())
    add(theme.clone, () => this.clone())
    add(theme.outdated, () => this.age())
    for (let n = 0; n < 3; n++) add(theme.clocks && this.clocks === 'drawn', () => this.turnClock())
    if (theme.restore) this.planRestore(out, rng.int(length / 2), length)
    return out
  }

  private planRestore(out: Happening[], copied: number, length: number): void {
    const { server, scheduler, coverage } = this
    let back: () => void = () => undefined
    const keep = async (): Promise<void> => {
      await server.copy(scheduler.time, 'kept')
      const office = this.office.remember()
      const orders = new Map(this.desk.orders)
      back = () => {
        office()
        this.desk.orders = orders
      }
    }
    const restore = async (): Promise<void> => {
      await server.restore(scheduler.time, 'kept')
      const head = await server.head(scheduler.time)
      this.log.edits = this.log.edits.filter((e) => e.seq <= head)
      this.log.settlements = this.log.settlements.filter((s) => s.seq <= head)
      this.log.restored = head
      back()
      scheduler.trace(`restored to ${head}`)
      coverage.count('restored')
    }
    out.push({ at: copied, do: keep }, { at: copied + 1 + this.rng.int(length - copied - 1), do: restore })
  }

  private async forget(): Promise<void> {
    this.coverage.count('removals_forgotten')
    this.network.forgetting = this.rng.chance(0.7)
    if (!this.network.forgetting) await this.server.exec(this.scheduler.time, [{ forget: true }])
  }

  private fill(): void {
    const phone = this.rng.pick(this.phones)
    phone.full = true
    act(phone)
  }

  private clone(): void {
    const phone = this.rng.pick(this.phones)
    if (!phone.disk.work.device || phone.wiped) return
    this.coverage.count('cloned')
    const copy = phone.clone(`${phone.name}copy`)
    this.phones.push(copy)
    copy.start()
  }

  /** The app is too old for the server; the next time it starts it is a new one and knows another schema. */
  private age(): void {
    const phone = this.rng.pick(this.phones)
    this.coverage.count('outdated')
    phone.outdated = true
  }

  private update(phone: SimPhone): void {
    phone.outdated = false
    if (phone.disk.meta.cursor) this.coverage.count('schema_bumped')
    phone.disk.meta.schema = 1
  }

  private turnClock(): void {
    const phone = this.rng.pick(this.phones)
    phone.clockOff = this.rng.pick(OFFSETS)
    this.coverage.count('clock_set')
  }

  /** Everybody who holds a finding changes it, and the office does too. */
  async quarrel(): Promise<void> {
    const known = this.phones.flatMap((p) => p.rows('findings'))
    if (known.length === 0) return
    const { id } = this.rng.pick(known)
    for (const p of this.phones) if (p.rows('findings').some((f) => f.id === id)) quarrel(p, id)
    if (this.rng.chance(0.6)) await this.office.quarrel(id)
    this.coverage.count('quarrel')
  }

  restartOne(): void {
    const phone = this.rng.pick(this.phones)
    if (phone.alive) {
      this.coverage.count('client_killed')
      return phone.kill()
    }
    if (phone.outdated) this.update(phone)
    phone.start()
  }

  /** The once-only faults end; whose app was too old gets the new one. */
  calm(): void {
    this.network.forgetting = false
    for (const phone of this.phones) {
      phone.full = false
      if (!phone.outdated) continue
      phone.kill()
      this.update(phone)
    }
  }

  /** In the middle of it all: figures and effects, as they are (I3, I6). */
  async look(): Promise<void> {
    this.coverage.count('looked_in_the_middle')
    this.found.push(...checkNow(await this.server.state(this.scheduler.time), this))
  }

  /** In sync, or as far as it was ordered to be. */
  atRest(p: SimPhone): boolean {
    if (p.wiped) return p.disk.work.standing === 'erased'
    // Told that it is too old it does not hear of orders either.
    if (p.outdated) return p.pending === 0
    if (this.desk.orderOf(p) === 'revoke' && p.status?.standing === 'evicted') return p.pending === 0
    return p.status?.in_sync === true && p.pending === 0
  }

  finish(): void {
    for (const phone of this.phones) {
      for (const e of phone.entries()) this.coverage.count(`outcome_${e.state}`)
      for (const f of phone.disk.files.values()) this.coverage.count(`file_${f.state}`)
      this.countCorrected(phone)
      if (phone.disk.work.standing !== 'active') this.coverage.count(`ended_${phone.disk.work.standing}`)
      phone.kill()
    }
  }

  private countCorrected(phone: SimPhone): void {
    const entries = phone.entries()
    const applied = new Set(entries.filter((e) => e.state === 'applied').map((e) => e.group))
    const corrected = entries.filter((e) => e.redone_as !== undefined && applied.has(e.redone_as))
    this.coverage.count('correction_applied', corrected.length)
  }

  /** I5 on every answer, I1 on every page: looked at as the server sent it. */
  private watch(user: string, path: string, body: string, sent: unknown): void {
    if (path === '/sync/push' && body !== '') return this.applied(user, body, sent as Pushed)
    if (path !== '/sync/pull' || body === '') return
    const page = JSON.parse(body) as {
      reset: boolean
      rewound?: boolean
      reconcile?: unknown[]
      puts: { c: string; id: string; data: Record<string, unknown> }[]
    }
    if (page.rewound) this.coverage.count('rewound')
    if (page.rewound && this.log.restored === 0)
      this.found.push({ invariant: 'I2 nothing lost', what: 'the server lost commits that it had answered' })
    if (page.reconcile?.length) this.coverage.count('reconcile')
    if (page.reset)
      this.found.push({ invariant: 'I1 convergence', what: `the server did not know its own cursor (${user})` })
    if (!(sent as { checksums?: boolean }).checksums) return this.scoped(user, page.puts)
    // Nothing here ever damages a phone's database: a total that does not match is a fault of the protocol.
    this.found.push({ invariant: 'I1 convergence', what: `the sums of a phone of ${user} did not match` })
    this.scoped(user, page.puts)
  }

  /** I5: a visit is applied to what its author holds. By a review, too, to what he does not. */
  private applied(user: string, body: string, sent: Pushed): void {
    const { mark, results } = JSON.parse(body) as Answered
    for (const [n, o] of results.entries()) {
      const { collection, op, fields } = sent.mutations[n]!
      // Of an older commit than this answer's: who held what then is not known now.
      if (o.status !== 'applied' || o.seq !== mark.seq || collection !== 'visits' || op !== 'create') continue
      if (!this.office.holds(user, String(fields.intervention))) this.outside.push({ id: o.id, user })
    }
  }

  /** Those of them that nobody reviewed. */
  private unreviewed(state: ServerState): Violation[] {
    if (this.log.restored > 0) return []
    const reviewed = new Set(state.tables.mutation_reviews?.map((r) => r.mutation))
    return this.outside
      .filter(({ id }) => !reviewed.has(id))
      .map(({ user }) => ({ invariant: 'I5 scope', what: `a visit of ${user} was applied to what he does not hold` }))
  }

  check(state: ServerState): void {
    const late = state.tables.mutation_reviews?.filter((r) => r.decided_by_name === '').length
    this.coverage.count('parent_came_after_its_child', late)
    this.found.push(...checkAll(state, this), ...this.unreviewed(state))
  }

  private scoped(user: string, puts: readonly { c: string; id: string; data: Record<string, unknown> }[]): void {
    for (const put of puts) {
      if (!this.mayHold(user, put))
        this.found.push({ invariant: 'I5 scope', what: `${put.c}/${put.id} was served to ${user}` })
    }
  }

  private mayHold(user: string, { c, id, data }: { c: string; id: string; data: Record<string, unknown> }): boolean {
    const unit = seedId('ut', user === USERS[2] ? 2 : 1)
    const intervention = c === 'interventions' ? id : String(data.intervention ?? '')
    const assigned = this.office.holds(user, intervention)
    switch (c) {
      case 'parameters':
      case 'checklists':
      case 'holidays':
      case 'entities':
        return true
      case 'assignments':
      case 'mutation_reviews':
        return data.user === user
      case 'conflicts':
        return data.author === user || data.other === user
      case 'uts':
        return id === unit
      case 'districts':
        return id === seedId('district', user === USERS[2] ? 2 : 1)
      case 'interventions':
      case 'convenios':
        return assigned || this.office.belongs(intervention, unit)
      default:
        return assigned
    }
  }
}
