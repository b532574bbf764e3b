/** A simulated phone: the product's driver on a disk that survives being killed, and a person who works on it. */
import type { Draft, NewMutation, OutboxEntry, ReplicaRow, SyncStatus } from '../src/sync/contract'
import { Driver } from '../src/sync/driver'
import { overlay } from '../src/sync/overlay'
import type { Work } from '../src/sync/ports'
import type { Coverage } from './coverage'
import type { Violation } from './invariants'
import { emptyDisk, MemoryReplica } from './memory'
import type { WriteGate } from './memory'
import type { Network } from './network'
import { workStore } from './plants'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'
import { BUSINESS_DATE, visitWork } from './work'

export class SimPhone {
  readonly disk = emptyDisk()
  /** Every mutation whose enqueue was committed and that was not taken back. */
  readonly promised = new Map<string, NewMutation>()
  readonly takenBack = new Set<string>()
  /** Mutations made on an intervention whose roster the phone held. */
  private readonly onRoster = new Set<string>()
  /** What was wrong while it ran. */
  readonly seen: Violation[] = []
  status: SyncStatus | undefined
  /** A page's transaction is decided and not yet written: work finished just now comes too late for it. */
  private planned = false
  private life: object | undefined
  private driver: Driver | undefined

  constructor(
    readonly name: string,
    readonly user: string,
    /** How wrong its clock is, ms (I7). */
    private readonly clockOff: number,
    private readonly scheduler: Scheduler,
    private readonly network: Network,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
  ) {}

  get alive(): boolean {
    return this.life !== undefined
  }

  private now(): number {
    return this.scheduler.time + this.clockOff
  }

  private gate(life: object): WriteGate {
    return (label) =>
      new Promise((resolve) => {
        if (label === 'replica') this.planned = true
        const run = (): void => {
          if (label === 'replica') this.planned = false
          resolve()
        }
        this.scheduler.add({ owner: life, label: `${this.name} writes ${label}`, run })
      })
  }

  start(): void {
    const life = {}
    const gate = this.gate(life)
    this.life = life
    this.driver = new Driver({
      replica: new MemoryReplica(this.disk, gate),
      work: workStore(this.disk, gate),
      transport: {
        send: (method, path, body) => this.network.send(life, this.name, { user: this.user, method, path, body }),
      },
      clock: { now: () => this.now(), wake: (at, call) => this.scheduler.wake(life, at - this.clockOff, call) },
      random: {
        jitter: () => this.rng.next(),
        mutationId: () => this.rng.uuidV7(this.now()),
        token: () => this.rng.hex(32),
      },
      report: () => Promise.resolve({ app_version: 'sim' }),
      describe: { name: '', platform: '', app_version: 'sim' },
      changed: (status) => (this.status = status),
    })
    void this.driver.start()
  }

  /** Between two writes, wherever it was. What it had in memory is gone. */
  kill(): void {
    if (!this.life) return
    this.driver?.stop()
    this.planned = false
    this.scheduler.forget(this.life)
    this.life = undefined
    this.driver = undefined
    this.status = undefined
  }

  kick(): void {
    this.driver?.tell({ type: 'kick', strong: true })
  }

  /** I8 and §9 of the protocol, between any two things that happen. */
  audit(): void {
    for (const e of this.unsent()) {
      if (this.onRoster.has(e.id) && !this.rows('cupos').some((r) => r.i === e.intervention))
        this.note('I2 nothing lost', `lost the roster of ${e.intervention} with unsent work on it`)
    }
    if (this.alive && this.status?.in_sync && this.pending > 0)
      this.note('I8 honest state', 'said sincronizado with unsent work')
  }

  private note(invariant: string, what: string): void {
    this.seen.push({ invariant, what: `${this.name} ${what}` })
  }

  unsent(): OutboxEntry[] {
    return [...this.disk.outbox.values()].filter((e) => e.state === 'pending')
  }

  get pending(): number {
    return this.unsent().length
  }

  hasUnsent(intervention: string): boolean {
    return this.unsent().some((e) => e.intervention === intervention)
  }

  rows(collection: string): ReplicaRow[] {
    return [...this.disk.rows.values()].filter((r) => r.c === collection)
  }

  /** The person does one thing. */
  act(): void {
    const { life } = this
    if (!life) return
    const doing = this.rng.chance(0.75) ? this.finishVisit(life) : this.updateFinding(life)
    void doing.catch((error: unknown) => this.note('I2 nothing lost', `failed: ${String(error)}`))
  }

  private async enqueue(life: object, work: Work): Promise<void> {
    const ids = work.mutations.map(() => this.rng.uuidV7(this.now()))
    await workStore(this.disk, this.gate(life)).enqueue(work, { ids, at: new Date(this.now()).toISOString() })
    // A draft that was finished already is not finished again.
    const done = [...this.disk.outbox.values()].some((e) => e.id === ids[0])
    this.coverage.count(done ? 'enqueued' : 'second_tap', ids.length)
    if (done) for (const [n, id] of ids.entries()) this.promised.set(id, work.mutations[n]!)
    if (!this.planned && this.rows('cupos').some((r) => r.i === work.intervention))
      for (const id of ids) this.onRoster.add(id)
    await this.driver?.recount()
    this.driver?.tell({ type: 'enqueued' })
  }

  private async finishVisit(life: object): Promise<void> {
    const work = visitWork(this.rng, this.user, (c) => this.rows(c), this.now(), this.coverage)
    if (!work) return
    const draft: Draft = {
      id: `draft-${work.group}`,
      kind: 'visit',
      intervention: work.intervention,
      version: 1,
      saved_at: '',
      body: {},
    }
    this.disk.drafts.set(draft.id, draft)
    const taps = this.rng.chance(0.1) ? 2 : 1
    await Promise.all(Array.from({ length: taps }, () => this.enqueue(life, { ...work, draft: draft.id })))
    if (!this.rng.chance(0.15)) return
    const undone = await workStore(this.disk, this.gate(life)).takeBack(work.group, draft)
    this.coverage.count(undone ? 'taken_back' : 'too_late_to_take_back')
    if (undone) this.forgetGroup(work.mutations)
    await this.driver?.recount()
  }

  private forgetGroup(mutations: readonly NewMutation[]): void {
    for (const [id, m] of this.promised) {
      if (!mutations.includes(m)) continue
      this.promised.delete(id)
      this.takenBack.add(id)
    }
  }

  private async updateFinding(life: object): Promise<void> {
    const outbox = [...this.disk.outbox.values()].filter((e) => e.mutation.collection === 'findings')
    const shown = overlay(this.rows('findings'), outbox, this.disk.meta.seen_seq)
    if (shown.length === 0) return
    const finding = this.rng.pick(shown)
    const fields = {
      state: this.rng.pick(['abierto', 'levantado']),
      corrective_measure: `Medida del ${BUSINESS_DATE}, ${this.rng.int(1000)}`,
    }
    const update: NewMutation = {
      collection: 'findings',
      record: finding.id,
      op: 'update',
      fields,
      form: 'finding/1',
      base_rev: finding.rev,
    }
    await this.enqueue(life, {
      group: this.rng.recordId(),
      label: 'Hallazgo',
      intervention: finding.i,
      mutations: [update],
    })
  }
}
