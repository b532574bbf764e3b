/**
 * The sync engine's own thread: one in each tab. The tabs' threads agree by a
 * lock on one that leads and runs the driver; the others pass on what their tab
 * asks and what the leader says. Here are the lock, the channel between the tabs
 * and the network; screens, token and hints are the tab's (engine.ts).
 */
import { deleteOlder, ReplicaDb, WorkDb } from '../db/dexie'
import { DexieReplica } from '../db/replica'
import { troubleOf } from '../domain/storage'
import type { StorageNews } from '../domain/storage'
import { DexieWork } from '../db/work'
import type { SyncStatus } from './contract'
import { initial } from './core'
import { Driver } from './driver'
import { token, uuidV7 } from './ids'
import { Tabs, whenLeader } from './locks'
import type { TabMessage } from './locks'
import { emptyMeta, noCounts } from './ports'
import type { Clock, DeviceReport, Reading } from './ports'
import { statusOf } from './status'
import { Gate, HttpTransport } from './transport'

export interface Start {
  kind: 'start'
  user: string
  /** Origin and path prefix of the server. */
  base: string
  token: string
  open: boolean
  appVersion: string
  platform: string
  visible: boolean
}

export type ToHost =
  | Start
  | { kind: 'token'; token: string }
  | { kind: 'gate'; open: boolean }
  | { kind: 'kick'; strong: boolean }
  /** Whether somebody has the tab in front of him, and when that changed by its clock. */
  | { kind: 'seen'; visible: boolean; at: number }
  /** The tab changed the outbox. */
  | { kind: 'changed' }
  | { kind: 'sync'; ask: string }
  /** What lies outside the databases is erased. */
  | { kind: 'erased' }
  | { kind: 'stop' }

export type FromHost =
  | { kind: 'status'; status: SyncStatus }
  /** This tab leads: it listens for news and renews the token. */
  | { kind: 'leads' }
  | { kind: 'synced'; ask: string }
  | { kind: 'erase' }
  /** Of the work database. */
  | { kind: 'storage'; news: StorageNews }
  | { kind: 'stopped' }

/** One end of a line between a tab and its host: a worker's own scope, or a port. */
export interface Line {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
}

/** Waits for a tab to start it. */
export function host(line: Line): void {
  let running: Host | undefined
  line.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if (data.kind === 'start') running = new Host(data, (m) => line.postMessage(m))
    else void running?.hear(data)
  }
}

const NOTHING = { done: 0, total: 0 }
/** How long until a database that does not open is tried again. */
const AGAIN_MS = 3_000
/** A message between a tab and its thread that took longer was held up. */
const LATE_MS = 5_000

class Host {
  private readonly replicaDb: ReplicaDb
  private readonly workDb: WorkDb
  private readonly replica: DexieReplica
  private readonly work: DexieWork
  private readonly tabs: Tabs
  private readonly gate = new Gate()
  private readonly ending = new AbortController()
  private readonly clock = new ThreadClock()
  /** Asked for and not done yet. */
  private readonly asks = new Set<string>()
  private driver: Driver | undefined
  private latest: SyncStatus = statusOf(initial({ registered: false }), emptyMeta(), noCounts(), NOTHING)
  private tabErased: (() => void) | undefined
  private readonly led: Promise<void>

  constructor(
    private readonly given: Start,
    private readonly tell: (message: FromHost) => void,
  ) {
    const { user, open, visible } = given
    this.clock.attend(visible)
    this.replicaDb = new ReplicaDb(user)
    this.workDb = new WorkDb(user)
    this.workDb.heard = (news) => this.tell({ kind: 'storage', news })
    this.replica = new DexieReplica(this.replicaDb)
    this.work = new DexieWork(this.workDb)
    this.gate.setOpen(open)
    const name = `chaski-sync-${user}`
    this.tabs = new Tabs(name, (m) => void this.hearTab(m))
    this.led = this.begin(name)
  }

  private async begin(name: string): Promise<void> {
    const { signal } = this.ending
    while (!signal.aborted) {
      try {
        const { standing, lease, device } = await this.work.meta()
        const kept = initial({ registered: device !== '', standing, lease })
        this.show(statusOf(kept, await this.replica.meta(), await this.work.counts(), NOTHING))
        this.tabs.post({ kind: 'hello' })
        return await whenLeader(name, signal, () => this.lead())
      } catch (error) {
        // The local database may not open: say so and try again, the outbox is where it was.
        this.show({ ...this.latest, phase: 'idle', in_sync: false, problem: troubleOf(error) })
        await Promise.race([aborted(signal), new Promise((resolve) => setTimeout(resolve, AGAIN_MS))])
      }
    }
  }

  private async lead(): Promise<void> {
    const { base, appVersion, platform } = this.given
    const { clock } = this
    const driver = new Driver({
      replica: this.replica,
      work: this.work,
      transport: new HttpTransport(base, () => this.given.token, this.gate),
      clock,
      random: { jitter: Math.random, mutationId: () => uuidV7(Date.now()), token },
      report: () => report(appVersion),
      unmetered: () => isUnmetered(connection()),
      describe: { name: '', platform, app_version: appVersion },
      erase: () => this.erase(),
      changed: (status) => {
        this.show(status)
        this.tabs.post({ kind: 'status', status })
      },
    })
    await driver.start()
    this.driver = driver
    const changed = (): void => driver.tell({ type: 'kick', strong: true })
    connection()?.addEventListener?.('change', changed, { signal: this.ending.signal })
    this.tell({ kind: 'leads' })
    // Who starts this has signed in, also on a device that had erased itself.
    if (driver.status().standing === 'erased') driver.tell({ type: 'signed_in' })
    // Asked for while nobody led.
    for (const ask of this.asks) void this.round(driver, ask)
    await aborted(this.ending.signal)
    driver.stop()
    clock.stop()
    this.driver = undefined
  }

  /** Everything of this user outside the engine's own databases, in every tab. */
  private async erase(): Promise<void> {
    await deleteOlder(this.given.user)
    this.tabs.post({ kind: 'erase' })
    await new Promise<void>((done) => {
      this.tabErased = done
      this.tell({ kind: 'erase' })
    })
  }

  async hear(message: Exclude<ToHost, Start>): Promise<void> {
    const { driver } = this
    switch (message.kind) {
      case 'token':
        this.given.token = message.token
        return driver?.tell({ type: 'signed_in' })
      case 'gate':
        return this.gate.setOpen(message.open)
      case 'kick':
        return driver?.tell({ type: 'kick', strong: message.strong })
      case 'seen':
        return this.seen(message.visible, message.at)
      case 'changed':
        return driver ? this.recount(driver) : this.tabs.post({ kind: 'enqueued' })
      case 'sync':
        this.asks.add(message.ask)
        return driver ? this.round(driver, message.ask) : this.tabs.post({ kind: 'sync', ask: message.ask })
      case 'erased':
        return this.tabErased?.()
      case 'stop':
        return this.stop()
    }
  }

  /** What was in sight until now ends here; but what is heard late may be heard after a sleep. */
  private seen(visible: boolean, at: number): void {
    if (Math.abs(Date.now() - at) > LATE_MS) this.clock.attend(false)
    this.driver?.tell({ type: 'looked' })
    this.clock.attend(visible)
  }

  private async hearTab(message: TabMessage): Promise<void> {
    const { driver } = this
    if (message.kind === 'erase') this.tell({ kind: 'erase' })
    if (message.kind === 'status' && !driver) this.show(message.status)
    if (message.kind === 'synced') this.done(message.ask)
    if (!driver) return
    if (message.kind === 'hello') this.tabs.post({ kind: 'status', status: driver.status() })
    if (message.kind === 'enqueued') await this.recount(driver)
    if (message.kind === 'sync') {
      await round(driver)
      this.tabs.post({ kind: 'synced', ask: message.ask })
    }
  }

  private async recount(driver: Driver): Promise<void> {
    await driver.recount()
    driver.tell({ type: 'enqueued' })
  }

  private async round(driver: Driver, ask: string): Promise<void> {
    await round(driver)
    this.done(ask)
  }

  private done(ask: string): void {
    if (this.asks.delete(ask)) this.tell({ kind: 'synced', ask })
  }

  private show(status: SyncStatus): void {
    this.latest = status
    this.tell({ kind: 'status', status })
  }

  private async stop(): Promise<void> {
    this.ending.abort()
    await this.led
    this.tabs.close()
    this.replicaDb.close()
    this.workDb.close()
    this.tell({ kind: 'stopped' })
  }
}

/** Where the browser says by what it is connected. */
interface Connection {
  type?: string
  addEventListener?: EventTarget['addEventListener']
}
const connection = (): Connection | undefined =>
  (globalThis.navigator as { connection?: Connection } | undefined)?.connection

/** What it does not say counts as costing: then the person decides. */
const isUnmetered = (by: Connection | undefined): boolean => by?.type === 'wifi' || by?.type === 'ethernet'

async function round(driver: Driver): Promise<void> {
  driver.tell({ type: 'kick', strong: true })
  await driver.idle(false)
}

class ThreadClock implements Clock {
  private timer: ReturnType<typeof setTimeout> | undefined
  private visible = false
  /** All the time since the last reading. */
  private attended = false

  now(): number {
    return Date.now()
  }

  read(): Reading {
    const { attended } = this
    this.attended = this.visible
    return { wall: Date.now(), steady: performance.now(), attended }
  }

  /** From here on; what was before is read first. */
  attend(visible: boolean): void {
    this.visible = this.attended = visible
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
