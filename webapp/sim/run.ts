/** One run: chaos from a seed, then quiet, then the reckoning. */
import { Coverage } from './coverage'
import { checkAll } from './invariants'
import type { Violation } from './invariants'
import { Network } from './network'
import { Office, seedId, USERS } from './office'
import { SimPhone } from './phone'
import { Rng } from './rng'
import { Scheduler, settle } from './scheduler'
import type { Server } from './server'

/** 10:00 in Lima on the business date. */
export const START = Date.parse('2026-06-15T15:00:00Z')
const CLOCKS = [0, 90_000, -3 * 86_400_000, 400 * 86_400_000]
const QUIET_STEPS = 4_000
const DAY = 86_400_000

export interface Result {
  violations: Violation[]
  trace: string
  coverage: Coverage
}

export async function run(seed: number, server: Server): Promise<Result> {
  const world = new World(seed, server)
  await server.reset(seed, START)
  await world.chaos()
  await world.apart()
  // Twice: what one phone sent in the first round, another learns in the second, as with the next poll.
  const first = await world.quiet(() => true)
  // The rows of an unfinished visit stay with it; then the person lets it go.
  for (const phone of world.phones) phone.disk.drafts.clear()
  const quiet = first && (await world.quiet(() => true))
  if (quiet) world.found.push(...checkAll(await server.state(world.scheduler.time), world.phones))
  else world.found.push({ invariant: 'I9 no stuck queue', what: `never came to rest: ${world.unrest()}` })
  world.finish()
  return { violations: world.found, trace: world.scheduler.digest(), coverage: world.coverage }
}

class World {
  readonly rng: Rng
  readonly coverage = new Coverage()
  readonly scheduler: Scheduler
  readonly network: Network
  readonly phones: SimPhone[]
  readonly office: Office
  readonly found: Violation[] = []

  constructor(
    seed: number,
    private readonly server: Server,
  ) {
    this.rng = new Rng(seed)
    this.scheduler = new Scheduler(this.rng, START)
    this.network = new Network(
      server,
      this.scheduler,
      this.rng,
      this.coverage,
      (user, path, body) => this.watch(user, path, body),
      () => this.office.intrusion(),
    )
    // Now and then one person has two phones.
    const owners = this.rng.chance(0.25) ? [...USERS, USERS[0]!] : USERS
    this.phones = owners.map(
      (user, n) =>
        new SimPhone(
          `phone${n + 1}`,
          user,
          this.rng.pick(CLOCKS),
          this.scheduler,
          this.network,
          this.rng,
          this.coverage,
        ),
    )
    this.office = new Office(server, this.scheduler, this.rng, this.coverage, this.phones)
  }

  /** Phones, people, office and faults, one thing at a time. */
  async chaos(): Promise<void> {
    for (const phone of this.phones) phone.start()
    const length = 120 + this.rng.int(120)
    for (let n = 0; n < length; n++) {
      const what = this.rng.weighted({ op: 70, act: 7, office: 5, kill: 2.5, kick: 4, pass: 6 })
      if (what === 'act') this.rng.pick(this.phones).act()
      else if (what === 'office') await this.office.act()
      else if (what === 'kill') this.restartOne()
      else if (what === 'kick') this.rng.pick(this.phones).kick()
      else if (what === 'pass') await this.scheduler.pass(DAY)
      await this.scheduler.step()
      for (const phone of this.phones) phone.audit()
      if (this.rng.chance(0.15)) for (const phone of this.phones) if (!phone.alive) phone.start()
    }
  }

  private restartOne(): void {
    const phone = this.rng.pick(this.phones)
    if (!phone.alive) return phone.start()
    this.coverage.count('client_killed')
    phone.kill()
  }

  /** I9: one road or one record fails for a while; everything else must go on. */
  async apart(): Promise<void> {
    const phone = this.rng.pick(this.phones)
    const what = this.rng.pick(['pull_outage', 'push_outage', 'poison_record'] as const)
    const mine = this.phones.filter((p) => p.user === phone.user)
    this.coverage.count(what)
    const done =
      what === 'pull_outage'
        ? await this.pushesAlone(mine)
        : what === 'push_outage'
          ? await this.pullsAlone(mine)
          : await this.poisoned(phone, mine)
    if (!done) this.found.push({ invariant: 'I9 no stuck queue', what: `${what} of ${phone.name}: ${this.unrest()}` })
    this.network.outage = { user: '', path: '' }
    this.network.poison = ''
    this.network.faulty = true
  }

  /** With pulls cut, what is unsent goes out. */
  private pushesAlone(mine: SimPhone[]): Promise<boolean> {
    this.network.outage = { user: mine[0]!.user, path: '/sync/pull' }
    return this.quiet((p) => p.pending === 0, mine)
  }

  /** With pushes cut, news comes in. */
  private async pullsAlone(mine: SimPhone[]): Promise<boolean> {
    this.network.outage = { user: mine[0]!.user, path: '/sync/push' }
    for (const p of mine) p.act()
    const norm = `Norma ${this.rng.int(1e6)}`
    await this.server.exec(this.scheduler.time, [{ sql: `UPDATE parameters SET norm = '${norm}'` }])
    return this.quiet(
      (p) => p.rows('parameters').every((r) => r.data.norm === norm) && p.rows('parameters').length > 0,
      mine,
    )
  }

  /** With one record the server fails on, all that does not hang on it goes out. */
  private async poisoned(phone: SimPhone, mine: SimPhone[]): Promise<boolean> {
    this.network.outage = { user: phone.user, path: '/sync/push' }
    for (let n = 0; n < 3; n++) phone.act()
    await this.quiet(() => true, mine)
    const bad = phone.unsent()[0]
    if (!bad) return true
    this.network.poison = bad.mutation.record
    this.network.outage = { user: '', path: '' }
    return this.quiet(
      (p) => p.unsent().every((e) => p === phone && (e.group === bad.group || e.mutation.op === 'update')),
      mine,
    )
  }

  /** Ends the faults and lets everything come to rest: `excused` as `rested` says, the others in sync. */
  async quiet(rested: (p: SimPhone) => boolean, excused: readonly SimPhone[] = []): Promise<boolean> {
    this.network.faulty = false
    for (const phone of this.phones) if (!phone.alive) phone.start()
    await settle() // what has just started has asked for its first write or request
    for (const phone of this.phones) phone.kick()
    await settle()
    const atRest = (p: SimPhone): boolean =>
      excused.includes(p) ? rested(p) : p.status?.in_sync === true && p.pending === 0
    for (let n = 0; n < QUIET_STEPS; n++) {
      if (await this.scheduler.step()) continue
      if (this.phones.every(atRest)) return true
      if (!(await this.scheduler.pass(DAY))) return false
    }
    return false
  }

  unrest(): string {
    return this.phones
      .map(
        (p) =>
          `${p.name} ${p.pending} pending, ${p.status?.phase} ${p.status?.problem || 'no problem'}, in_sync ${p.status?.in_sync}`,
      )
      .join('; ')
  }

  finish(): void {
    for (const phone of this.phones) {
      for (const e of phone.disk.outbox.values()) this.coverage.count(`outcome_${e.state}`)
      phone.kill()
    }
  }

  /** I5 on every answer, I1 on every page: looked at as the server sent it. */
  private watch(user: string, path: string, body: string): void {
    if (path !== '/sync/pull' || body === '') return
    const page = JSON.parse(body) as {
      reset: boolean
      puts: { c: string; id: string; data: Record<string, unknown> }[]
    }
    if (page.reset)
      this.found.push({ invariant: 'I1 convergence', what: `the server did not know its own cursor (${user})` })
    for (const put of page.puts) {
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
