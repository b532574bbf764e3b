/**
 * A run about the rendición of two works: two people of one municipality with a phone
 * each, out of sight of each other, and who reviews what they present. It has a world, a
 * road and a stream of randomness of its own, so that what a seed does beside it stays
 * the same.
 */
import { screenOf } from './account'
import { Coverage } from './coverage'
import { Desk } from './desk'
import { finish, render } from './executor'
import { checkAll } from './invariants'
import type { Violation } from './invariants'
import type { OfficeLog } from './merge'
import { Network } from './network'
import { seedId } from './office'
import { SimPhone } from './phone'
import { letGo, quiet, unrest } from './quiet'
import { Reviewer } from './reviewer'
import { Rng } from './rng'
import { OFFSETS, START } from './scene'
import { Scheduler } from './scheduler'
import type { Server, Write } from './server'
import { rendered } from './stated'
import type { Theme } from './theme'

const DAY = 86_400_000
/** As far from the stream of the run beside it as any. */
const STREAM = 0x5eed
/** Every so many seeds have one. */
const SHARE = 8

const WORKS = [seedId('aii', 1), seedId('aii', 2)]
const PEOPLE = [seedId('user', 1), seedId('user', 2)]
const REQUIRED_PAPERS = ['oficio', 'comprobantes']

const CALM: Theme = {
  restore: false,
  forget: false,
  order: '',
  full: false,
  tabs: false,
  clone: false,
  outdated: false,
  clocks: false,
}

/** Both people are of who carries out the works, which have ended; the office keeps nothing of them yet. */
function ended(): Write[] {
  const executor = { role: 'executor', ut: '', entity: seedId('entity', 1) }
  return [
    ...PEOPLE.map((id) => ({ collection: 'users', id, fields: executor, update: true })),
    {
      collection: 'parameters',
      id: seedId('parameter', 2),
      fields: {
        ...{ key: 'rendicion.required_documents', value: REQUIRED_PAPERS, unit: '' },
        ...{ valid_from: '2020-01-01', norm: 'Directiva', assumption: true },
      },
    },
    ...[1, 2].flatMap((n) => [
      { collection: 'rendicion_lines', id: seedId('line', n), fields: { amount: 0 }, update: true },
      {
        collection: 'rendicion_documents',
        id: seedId('doc', n),
        fields: { superseded_by: seedId('doc', n) },
        update: true,
      },
      { collection: 'rendicion_observations', id: seedId('obs', n), fields: { state: 'levantada' }, update: true },
      {
        collection: 'interventions',
        id: seedId('aii', n),
        fields: { state: 'terminada', ends_on: '2026-06-12' },
        update: true,
      },
    ]),
  ]
}

class Accounts {
  readonly rng: Rng
  readonly coverage = new Coverage()
  readonly scheduler: Scheduler
  readonly network: Network
  readonly phones: SimPhone[]
  readonly desk: Desk
  readonly reviewer: Reviewer
  readonly log: OfficeLog = { count: 0, edits: [], settlements: [], restored: 0 }
  readonly found: Violation[] = []

  constructor(
    seed: number,
    readonly server: Server,
  ) {
    const rng = (this.rng = new Rng(seed + STREAM * 65_537))
    const scheduler = (this.scheduler = new Scheduler(rng, START))
    const { coverage, log } = this
    const watch = (user: string, path: string, body: string, sent: unknown): void => this.watch(user, path, body, sent)
    const nobody = { writes: [], done: () => undefined }
    this.network = new Network(server, scheduler, rng, coverage, watch, () => nobody)
    this.phones = PEOPLE.map(
      (user, n) => new SimPhone(`phone${n + 1}`, user, rng.pick(OFFSETS), scheduler, this.network, rng, coverage),
    )
    this.desk = new Desk(server, scheduler, rng, coverage, this.phones, CALM, log)
    this.reviewer = new Reviewer(server, scheduler, rng, coverage)
  }

  atRest(p: SimPhone): boolean {
    return p.status?.in_sync === true && p.pending === 0
  }

  /** What a page must never say, as the server sent it. */
  private watch(user: string, path: string, body: string, sent: unknown): void {
    if (path !== '/sync/pull' || body === '') return
    const page = JSON.parse(body) as { reset: boolean; rewound?: boolean }
    if (page.rewound) this.coverage.count('rewound')
    if (page.rewound && this.log.restored === 0)
      this.found.push({ invariant: 'I2 nothing lost', what: 'the server lost commits that it had answered' })
    if (page.reset || (sent as { checksums?: boolean }).checksums)
      this.found.push({ invariant: 'I1 convergence', what: `the server and a phone of ${user} did not agree` })
  }

  /** An older copy takes the place of the data, and nobody is told. */
  private async restore(): Promise<void> {
    const { server, scheduler, log } = this
    await server.restore(scheduler.time, 'kept')
    const head = await server.head(scheduler.time)
    log.settlements = log.settlements.filter((s) => s.seq <= head)
    log.restored = head
    scheduler.trace(`restored to ${head}`)
    this.coverage.count('restored')
  }

  async chaos(): Promise<void> {
    const { rng, scheduler, phones } = this
    for (const phone of phones) phone.start()
    const length = 200 + rng.int(160)
    const copied = rng.int(length / 2)
    const restored = rng.chance(0.2) ? copied + 1 + rng.int(length - copied - 1) : -1
    const filled = rng.chance(0.2) ? rng.int(length) : -1
    for (let n = 0; n < length; n++) {
      if (restored > 0 && n === copied) await this.server.copy(scheduler.time, 'kept')
      if (n === restored) await this.restore()
      if (n === filled) rng.pick(phones).full = true
      await this.happen()
      await scheduler.step()
      for (const phone of phones) phone.audit()
      if (rng.chance(0.15)) for (const phone of phones) if (!phone.alive) phone.start()
    }
  }

  private async happen(): Promise<void> {
    const { rng, phones } = this
    const what = rng.weighted({ op: 58, render: 18, review: 5, settle: 1.5, kill: 2.5, kick: 4, pass: 6, away: 2 })
    const phone = rng.pick(phones)
    if (what === 'render') render(phone, rng.pick(WORKS))
    else if (what === 'review') await this.reviewer.act(rng.pick(WORKS))
    else if (what === 'settle') await this.desk.act()
    else if (what === 'away') this.goAway(phone)
    else if (what === 'kick') phone.kick()
    else if (what === 'pass') await this.scheduler.pass(DAY)
    else if (what === 'kill' && phone.alive) {
      this.coverage.count(phone.typed.size > 0 ? 'killed_with_amounts' : 'client_killed')
      phone.kill()
    }
  }

  /** One of them goes where there is no signal, or whoever is there comes back. */
  private goAway({ user }: SimPhone): void {
    const gone = this.network.outage.user !== ''
    this.network.outage = { user: gone ? '' : user, path: '' }
    if (!gone) this.coverage.count('without_signal')
  }

  /** All that was typed is said, all that was sent is answered, and reviewed. */
  async rest(): Promise<boolean> {
    this.network.outage = { user: '', path: '' }
    if (!(await quiet(this, () => true))) return false
    for (let round = 0; round < 3; round++) {
      for (const phone of this.phones) for (const work of WORKS) finish(phone, work)
      if (!(await quiet(this, () => true))) return false
      await this.desk.settleAll()
      for (const work of WORKS) await this.reviewer.act(work)
      if (!(await quiet(this, () => true))) return false
    }
    for (const phone of this.phones) letGo(phone)
    return quiet(this, () => true)
  }

  async reckon(): Promise<void> {
    const state = await this.server.state(this.scheduler.time)
    this.found.push(...this.reviewer.found, ...checkAll(state, this), ...rendered(state, this.phones, this.log))
    for (const work of WORKS) {
      const screen = this.phones[0] && screenOf(this.phones[0], work)
      this.coverage.count(`rendicion_${screen?.account.state ?? 'unknown'}`)
    }
    this.coverage.count('presented_and_taken', state.submissions.length)
    this.coverage.count('amounts_in_conflict', state.tables.conflicts?.length ?? 0)
  }

  finish(): void {
    for (const phone of this.phones) {
      for (const e of phone.entries()) this.coverage.count(`outcome_${e.state}`)
      for (const f of phone.disk.files.values()) this.coverage.count(`file_${f.state}`)
      phone.kill()
    }
  }
}

interface Rendered {
  violations: Violation[]
  trace: string
  coverage: Coverage
}

export const hasAccounts = (seed: number): boolean => seed % SHARE === 0

export async function runAccounts(seed: number, server: Server): Promise<Rendered> {
  await server.reset(seed, START)
  await server.exec(START, ended())
  const world = new Accounts(seed, server)
  await world.chaos()
  if (await world.rest()) await world.reckon()
  else world.found.push({ invariant: 'I9 no stuck queue', what: `never came to rest: ${unrest(world)}` })
  world.finish()
  return { violations: world.found, trace: world.scheduler.digest(), coverage: world.coverage }
}
