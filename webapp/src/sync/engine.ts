/** The sync engine of a signed-in user in this tab: the driver with a browser around it. */
import type PocketBase from 'pocketbase'
import type { ReplicaDb, WorkDb } from '../db/dexie'
import { DexieReplica } from '../db/replica'
import { DexieWork } from '../db/work'
import type { Draft, OutboxEntry, SyncEngine, SyncStatus } from './contract'
import { initial } from './core'
import { Driver } from './driver'
import { token, uuidV7 } from './ids'
import { Tabs, whenLeader } from './locks'
import type { TabMessage } from './locks'
import { emptyMeta, noCounts } from './ports'
import type { Clock, DeviceReport, Random, Work } from './ports'
import { statusOf } from './status'
import { HttpTransport } from './transport'
import type { Gate } from './transport'
import { listen } from './triggers'

export interface EngineOptions {
  user: string
  replica: ReplicaDb
  work: WorkDb
  /** Signed in; its authStore holds the token, its baseURL the server. */
  pb: PocketBase
  gate: Gate
  appVersion: string
}

const random: Random = { jitter: Math.random, mutationId: () => uuidV7(Date.now()), token }
/** A tab that does not lead waits this long for the leader's round. */
const ROUND_MS = 120_000

export function createEngine(options: EngineOptions): SyncEngine {
  return new BrowserEngine(options)
}

class BrowserEngine implements SyncEngine {
  private readonly replica: DexieReplica
  private readonly work: DexieWork
  private readonly listeners = new Set<(s: SyncStatus) => void>()
  private readonly rounds = new Map<string, () => void>()
  private readonly ending = new AbortController()
  private tabs: Tabs | undefined
  private driver: Driver | undefined
  private led: Promise<void> = Promise.resolve()
  private latest: SyncStatus

  constructor(private readonly options: EngineOptions) {
    this.replica = new DexieReplica(options.replica)
    this.work = new DexieWork(options.work)
    this.latest = statusOf(initial({ registered: false }), emptyMeta(), noCounts(), { done: 0, total: 0 })
  }

  async start(): Promise<void> {
    const name = `chaski-sync-${this.options.user}`
    this.tabs = new Tabs(name, (m) => void this.hear(m))
    // The local database may not open: say so, the outbox is where it was.
    const failed = () => this.show({ ...this.latest, phase: 'idle', in_sync: false, problem: 'storage_full' })
    try {
      this.show(
        statusOf(initial({ registered: false }), await this.replica.meta(), await this.work.counts(), {
          done: 0,
          total: 0,
        }),
      )
    } catch {
      return failed()
    }
    this.tabs.post({ kind: 'hello' })
    this.led = whenLeader(name, this.ending.signal, () => this.lead()).catch(failed)
  }

  async stop(): Promise<void> {
    this.ending.abort()
    await this.led
    this.tabs?.close()
    this.tabs = undefined
  }

  private async lead(): Promise<void> {
    const { pb, gate, appVersion } = this.options
    const clock = new BrowserClock()
    const driver = new Driver({
      replica: this.replica,
      work: this.work,
      transport: new HttpTransport(pb.baseURL.replace(/\/$/, ''), () => this.token(), gate),
      clock,
      random,
      report: () => report(appVersion),
      describe: { name: '', platform: navigator.userAgent.slice(0, 200), app_version: appVersion },
      changed: (status) => {
        this.show(status)
        this.tabs?.post({ kind: 'status', status })
      },
    })
    await driver.start()
    this.driver = driver
    // Asked for while nobody led.
    for (const done of this.rounds.values()) void this.round(driver).then(done)
    const unlisten = listen(pb, gate, { kick: (strong) => driver.tell({ type: 'kick', strong }) })
    const unauth = pb.authStore.onChange(() => this.token() && driver.tell({ type: 'signed_in' }))
    await aborted(this.ending.signal)
    unauth()
    unlisten()
    driver.stop()
    clock.stop()
    this.driver = undefined
  }

  /** Only this user's: another tab may have signed somebody else in. */
  private token(): string {
    const { authStore } = this.options.pb
    return authStore.record?.id === this.options.user ? authStore.token : ''
  }

  private async hear(message: TabMessage): Promise<void> {
    const { driver } = this
    if (message.kind === 'status' && !driver) this.show(message.status)
    if (message.kind === 'synced') this.rounds.get(message.ask)?.()
    if (!driver) return
    if (message.kind === 'hello') this.tabs?.post({ kind: 'status', status: driver.status() })
    if (message.kind === 'enqueued') await this.announce()
    if (message.kind === 'sync') {
      await this.round(driver)
      this.tabs?.post({ kind: 'synced', ask: message.ask })
    }
  }

  private async round(driver: Driver): Promise<void> {
    driver.tell({ type: 'kick', strong: true })
    await driver.settled()
  }

  async syncNow(): Promise<void> {
    if (this.driver) return this.round(this.driver)
    const ask = token()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ROUND_MS)
      this.rounds.set(ask, () => {
        clearTimeout(timer)
        resolve()
      })
      this.tabs?.post({ kind: 'sync', ask })
    })
    this.rounds.delete(ask)
  }

  async enqueue(work: Work): Promise<void> {
    const ids = work.mutations.map(() => random.mutationId())
    await this.work.enqueue(work, { ids, at: localInstant(new Date()) })
    await this.announce()
  }

  async takeBack(group: string, draft: Draft | null): Promise<boolean> {
    const done = await this.work.takeBack(group, draft)
    await this.announce()
    return done
  }

  async redo(group: string, draft: Draft, only?: readonly string[]): Promise<string> {
    const id = await this.work.redo(group, draft, only)
    await this.announce()
    return id
  }

  async discard(id: string, only?: readonly string[]): Promise<OutboxEntry[]> {
    const gone = await this.work.discard(id, only)
    await this.announce()
    return gone
  }

  async putBack(entries: readonly OutboxEntry[]): Promise<void> {
    await this.work.putBack(entries)
    await this.announce()
  }

  /** The outbox changed here: whoever leads counts again and sends. */
  private async announce(): Promise<void> {
    if (!this.driver) {
      // The leading tab may be asleep: what this tab knows by itself is told at once (I8).
      const { pending, rejected, parked } = await this.work.counts()
      this.show({ ...this.latest, pending, rejected, parked, in_sync: this.latest.in_sync && pending === 0 })
      return this.tabs?.post({ kind: 'enqueued' })
    }
    await this.driver.recount()
    this.driver.tell({ type: 'enqueued' })
  }

  private show(status: SyncStatus): void {
    this.latest = status
    for (const listener of this.listeners) listener(status)
  }

  status(): SyncStatus {
    return this.latest
  }

  subscribe(listener: (s: SyncStatus) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}

class BrowserClock implements Clock {
  private timer: ReturnType<typeof setTimeout> | undefined

  now(): number {
    return Date.now()
  }

  wake(at: number, callback: () => void): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(callback, Math.min(Math.max(at - Date.now(), 0), 2 ** 31 - 1))
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  )

async function report(appVersion: string): Promise<DeviceReport> {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {}
  const persisted = (await navigator.storage?.persisted?.()) ?? false
  return { app_version: appVersion, storage_used: Math.round(usage), storage_quota: Math.round(quota), persisted }
}

/** RFC 3339 with this device's offset: evidence of what its clock and zone said. */
export function localInstant(d: Date): string {
  const minutes = -d.getTimezoneOffset()
  const two = (n: number): string => String(Math.floor(Math.abs(n))).padStart(2, '0')
  const local = new Date(d.getTime() + minutes * 60_000).toISOString().slice(0, 19)
  return `${local}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
