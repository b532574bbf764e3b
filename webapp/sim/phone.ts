/**
 * A simulated phone: the product's driver on a disk that survives being killed.
 * Its app may be open in several tabs; one of them leads, as by the Web Lock.
 */
import type { NewMutation, OutboxEntry, ReplicaRow, SyncStatus } from '../src/sync/contract'
import { Driver } from '../src/sync/driver'
import { untyped } from './account'
import type { Coverage } from './coverage'
import type { Held } from './held'
import type { Violation } from './invariants'
import { emptyDisk, MemoryReplica, MemoryWork } from './memory'
import type { Disk, WriteGate } from './memory'
import type { Network } from './network'
import { missing } from './photos'
import type { Photo } from './photos'
import { planted, workStore } from './plants'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'

/** What a full store says. */
export class NoRoom extends Error {
  override name = 'QuotaExceededError'
}

/** One tab: what it has in memory goes with it. */
interface Tab {
  driver: Driver | undefined
}

/** A form open in one tab, and in no other. */
export interface Sitting {
  draft: string
  tab: object
}

export class SimPhone {
  disk: Disk = emptyDisk()
  /** Every mutation whose enqueue was committed and that was not taken back. */
  readonly promised = new Map<string, NewMutation>()
  readonly takenBack = new Set<string>()
  /** Refused, and then something else took their place: promised, sent, and without effect for ever. */
  readonly replaced = new Set<string>()
  /** What its person saw of a record when he changed it, by mutation (I4). */
  readonly saw = new Map<string, Readonly<Record<string, unknown>>>()
  /** The forms he has begun and not finished, by draft. */
  readonly held = new Map<string, Held>()
  /** What he photographed and has not dropped, by the id of its record. */
  readonly photos = new Map<string, Photo>()
  /** What he typed of a rendición and was told is kept, until it is work: by record. */
  readonly typed = new Map<string, { work: string; value: string | number }>()
  /** Which installation each device was, by the device's name. */
  private readonly installs = new Map<string, string>()
  private sittings: Sitting[] = []
  /** Drafts that became work. */
  readonly finished = new Set<string>()
  /** What the server had applied by its own word when the phone was wiped. */
  readonly acknowledged = new Set<string>()
  /** Mutations made on an intervention whose roster the phone held. */
  private readonly onRoster = new Set<string>()
  /** What was wrong while it ran. */
  readonly seen: Violation[] = []
  status: SyncStatus | undefined
  /** Some writes find no room. */
  full = false
  /** Its pulls speak a schema that the server does not serve. */
  outdated = false
  /** Opened in two tabs. */
  tabbed = false
  /** A page's transaction is decided and not yet written: work finished just now comes too late for it. */
  private planned = false
  private tabs: Tab[] = []
  private lead: Tab | undefined
  /** Left in order: answers they had asked for still come. */
  private left: Tab[] = []

  constructor(
    readonly name: string,
    readonly user: string,
    /** How wrong its clock is, ms (I7). */
    public clockOff: number,
    private readonly scheduler: Scheduler,
    private readonly network: Network,
    readonly rng: Rng,
    readonly coverage: Coverage,
  ) {}

  /** A copy with all it holds, which goes on by itself. */
  clone(name: string): SimPhone {
    const copy = new SimPhone(name, this.user, this.clockOff, this.scheduler, this.network, this.rng, this.coverage)
    copy.disk = structuredClone(this.disk)
    for (const [id, m] of this.promised) copy.promised.set(id, m)
    for (const id of this.takenBack) copy.takenBack.add(id)
    for (const id of this.replaced) copy.replaced.add(id)
    for (const [id, row] of this.saw) copy.saw.set(id, row)
    for (const id of this.finished) copy.finished.add(id)
    for (const [id, held] of this.held) copy.held.set(id, held)
    for (const [id, photo] of this.photos) copy.photos.set(id, photo)
    return copy
  }

  get alive(): boolean {
    return this.tabs.length > 0
  }

  /** Ordered to hold nothing: nobody works on it any more. */
  get wiped(): boolean {
    return this.disk.work.standing === 'wiped' || this.disk.work.standing === 'erased'
  }

  now(): number {
    return this.scheduler.time + this.clockOff
  }

  private gate(tab: Tab): WriteGate {
    return (label) =>
      new Promise((resolve, reject) => {
        if (label === 'replica') this.planned = true
        const run = (): void => {
          if (label === 'replica') this.planned = false
          if (!this.full || this.rng.chance(0.5)) return resolve()
          this.coverage.count('no_room')
          reject(new NoRoom())
        }
        this.scheduler.add({ owner: tab, label: `${this.name} writes ${label}`, run })
      })
  }

  start(): void {
    this.open()
    if (this.tabbed) this.open()
  }

  private open(): void {
    const tab: Tab = { driver: undefined }
    this.tabs.push(tab)
    if (this.lead && !planted('two-leaders')) return
    this.lead = tab
    this.follow(tab)
  }

  /** The tab holds the lock: it syncs. */
  private follow(tab: Tab): void {
    const gate = this.gate(tab)
    const driver = new Driver({
      replica: new MemoryReplica(this.disk, gate),
      work: workStore(this.disk, gate),
      transport: {
        send: (method, path, body) => this.send(tab, method, path, body),
        bytes: (method, path, headers, body) => {
          const binary = Buffer.from(body ?? new ArrayBuffer(0)).toString('base64')
          return this.network.bytes(tab, this.name, { ...this.asked(), method, path, headers, binary })
        },
      },
      piece: 600,
      clock: {
        now: () => this.now(),
        read: () => ({ wall: this.now(), steady: this.scheduler.time, attended: false }),
        wake: (at, call) => this.scheduler.wake(tab, at - this.clockOff, call),
      },
      random: {
        // A fraction that adds exactly to any clock: else times would differ in the last bit (I7).
        jitter: () => this.rng.int(1024) / 1024,
        mutationId: () => this.rng.uuidV7(this.now()),
        token: () => this.rng.hex(32),
      },
      report: () => Promise.resolve({ app_version: 'sim' }),
      describe: { name: '', platform: '', app_version: 'sim' },
      changed: (status) => (this.status = status),
    })
    tab.driver = driver
    // With no room at the very start the app shows that; its person opens it again.
    void driver.start().catch(() => this.end(tab))
  }

  private send(tab: Tab, method: 'GET' | 'POST', path: string, body: unknown): ReturnType<Network['send']> {
    const sent = this.outdated && path === '/sync/pull' ? { ...(body as object), schema: 99 } : body
    return this.network.send(tab, this.name, { ...this.asked(body), method, path, body: sent })
  }

  /**
   * Whoever begins anew on a device, or goes on with a copy of it, signs in for it:
   * what still speaks for the device of before does so in the session of before.
   */
  private asked(body?: unknown): { user: string; session: string } {
    const { install, device: mine } = this.disk.work
    const { device = '' } = (body ?? {}) as { device?: string }
    if (device !== '' && device === mine) this.installs.set(device, install)
    return { user: this.user, session: `${this.name}/${this.installs.get(device) ?? install}` }
  }

  /** Between two writes, wherever it was. What it had in memory is gone. */
  kill(): void {
    for (const tab of [...this.tabs, ...this.left]) {
      tab.driver?.stop()
      this.scheduler.forget(tab)
    }
    if (this.held.size > 0) this.coverage.count('killed_with_a_form')
    this.tabs = []
    this.left = []
    this.sittings = []
    this.lead = undefined
    this.status = undefined
    this.planned = false
  }

  /** The leading tab goes, killed or in order; the lock goes to another, which begins at once. */
  handOver(killed: boolean): void {
    const tab = this.lead
    if (!tab || this.tabs.length < 2) return
    this.coverage.count(killed ? 'leader_killed' : 'leader_left')
    if (killed) return this.end(tab)
    tab.driver?.stop()
    // What it asked the database to write comes before what the next one reads. Answers still reach it.
    this.scheduler.flush(tab, 'writes')
    this.left.push(tab)
    this.leave(tab)
  }

  private end(tab: Tab): void {
    tab.driver?.stop()
    this.scheduler.forget(tab)
    this.planned = false
    this.leave(tab)
  }

  private leave(tab: Tab): void {
    this.tabs = this.tabs.filter((t) => t !== tab)
    this.sittings = this.sittings.filter((s) => s.tab !== tab)
    if (this.lead !== tab) return
    this.lead = this.tabs[0]
    this.status = undefined
    if (this.lead) this.follow(this.lead)
  }

  kick(): void {
    this.lead?.driver?.tell({ type: 'kick', strong: true })
  }

  /** He sits down to a form in some tab; undefined if none is open, or one has it open already. */
  sit(draft: string): Sitting | undefined {
    if (this.tabs.length === 0 || this.wiped || this.sittings.some((s) => s.draft === draft)) return undefined
    const sitting = { draft, tab: this.rng.pick(this.tabs) }
    this.sittings.push(sitting)
    return sitting
  }

  stand(sitting: Sitting): void {
    this.sittings = this.sittings.filter((s) => s !== sitting)
  }

  /** The stores as some tab has them, or the one he sits at; undefined if it is not open. */
  hand(sitting?: Sitting): MemoryWork | undefined {
    if (this.tabs.length === 0 || this.wiped || (sitting && !this.sittings.includes(sitting))) return undefined
    return workStore(this.disk, this.gate(this.tabs.find((t) => t === sitting?.tab) ?? this.rng.pick(this.tabs)))
  }

  /** The outbox was changed: the leading tab is told. */
  async announce(): Promise<void> {
    await this.lead?.driver?.recount()
    this.lead?.driver?.tell({ type: 'enqueued' })
  }

  /** The enqueue of these was committed. */
  promise(ids: readonly string[], mutations: readonly NewMutation[], intervention: string): void {
    for (const [n, id] of ids.entries()) this.promised.set(id, mutations[n]!)
    if (!this.planned && this.rows('cupos').some((r) => r.data['intervention'] === intervention))
      for (const id of ids) this.onRoster.add(id)
  }

  /** Promised once, and in a draft again. */
  unfinishedFiles(): NewMutation[] {
    return [...this.promised.values()].filter((m) => this.disk.files.get(m.record)?.state === 'draft')
  }

  forgetGroup(mutations: readonly NewMutation[]): void {
    for (const [id, m] of this.promised) {
      if (!mutations.includes(m)) continue
      this.promised.delete(id)
      this.takenBack.add(id)
    }
  }

  /** Something took the place of these. What was neither unsent nor refused then must still be in the outbox. */
  replace(entries: readonly OutboxEntry[]): void {
    for (const { id, state, attempts } of entries) {
      if (state === 'rejected') {
        this.replaced.add(id)
        this.coverage.count('refused_replaced')
      } else if (state === 'pending' && attempts === 0 && this.promised.delete(id)) this.takenBack.add(id)
    }
  }

  /** I8 and §9 of the protocol, between any two things that happen. */
  audit(): void {
    if (this.wiped) return
    for (const id of this.held.keys())
      if (!this.disk.drafts.has(id) && this.held.delete(id)) this.note('I2 nothing lost', 'lost a form that was begun')
    for (const wrong of missing(this)) this.note('F files', wrong)
    for (const wrong of untyped(this)) this.note('I2 nothing lost', wrong)
    const rosters = new Set(this.rows('cupos').map((r) => r.data['intervention']))
    for (const e of this.entries()) {
      if (e.state === 'applied') this.acknowledged.add(e.id)
      // Answered, its roster may go; if it has to be sent again, what is still there stays.
      if (e.state !== 'pending') this.onRoster.delete(e.id)
      else if (e.was && !this.planned && rosters.has(e.intervention)) this.onRoster.add(e.id)
      else if (this.onRoster.has(e.id) && !rosters.has(e.intervention))
        this.note('I2 nothing lost', `lost the roster of ${e.intervention} with unsent work on it`)
    }
    if (this.alive && this.status?.in_sync && this.pending > 0)
      this.note('I8 honest state', 'said sincronizado with unsent work')
  }

  note(invariant: string, what: string): void {
    this.scheduler.trace(`BROKEN ${invariant}: ${this.name} ${what}`)
    this.seen.push({ invariant, what: `${this.name} ${what}` })
  }

  entries(): OutboxEntry[] {
    return [...this.disk.outbox.values()]
  }

  unsent(): OutboxEntry[] {
    return this.entries().filter((e) => e.state === 'pending')
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
}
