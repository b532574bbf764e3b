/**
 * The sync engine as a tab sees it: the outbox is written here, at once and in
 * the person's sight; everything else is done by the host in its own thread.
 */
import type PocketBase from 'pocketbase'
import type { StorageNews } from '../domain/storage'
import { troubleOf } from '../domain/storage'
import type { Captured, CarriedFile, Draft, Forgotten, KeptFile, RawFile, SyncEngine, SyncStatus } from './contract'
import { initial } from './core'
import type { FromHost, Line, ToHost } from './host'
import { token, uuidV7 } from './ids'
import { emptyMeta, noCounts } from './ports'
import type { Work, WorkStore } from './ports'
import { statusOf } from './status'
import type { Gate } from './transport'
import { listen } from './triggers'

export interface EngineOptions {
  user: string
  work: WorkStore
  /** Signed in; its authStore holds the token, its baseURL the server. */
  pb: PocketBase
  gate: Gate
  appVersion: string
  /** A thread that runs `host`. */
  spawn(): Line & { terminate?(): void; close?(): void }
  /** Ordered by the server: erases what this tab keeps of the user outside the databases. */
  erase(): void
  /** What the thread heard of the work database. */
  heard(news: StorageNews): void
}

/** A tab waits this long for a round, also when another's host does it. */
const ROUND_MS = 120_000
/** A host that does not end in this time is ended. */
const STOP_MS = 2_000

export function createEngine(options: EngineOptions): SyncEngine {
  return new TabEngine(options)
}

class TabEngine implements SyncEngine {
  private readonly work: WorkStore
  private readonly listeners = new Set<(s: SyncStatus) => void>()
  private readonly rounds = new Map<string, () => void>()
  private readonly cleanups: (() => void)[] = []
  private thread: ReturnType<EngineOptions['spawn']> | undefined
  private stopped: () => void = () => undefined
  private latest: SyncStatus

  constructor(private readonly options: EngineOptions) {
    this.work = options.work
    this.latest = statusOf(initial({ registered: false }), emptyMeta(), noCounts(), { done: 0, total: 0 })
  }

  start(): Promise<void> {
    const { user, pb, gate, appVersion } = this.options
    this.thread = this.options.spawn()
    this.thread.onmessage = ({ data }: MessageEvent<FromHost>) => this.hear(data)
    const base = pb.baseURL.replace(/\/$/, '')
    const platform = navigator.userAgent.slice(0, 200)
    const visible = inSight()
    this.tell({ kind: 'start', user, base, token: this.token(), open: gate.open, appVersion, platform, visible })
    const seen = (): void => this.tell({ kind: 'seen', visible: inSight(), at: Date.now() })
    document.addEventListener('visibilitychange', seen)
    this.cleanups.push(
      () => document.removeEventListener('visibilitychange', seen),
      gate.subscribe((open) => this.tell({ kind: 'gate', open })),
      pb.authStore.onChange(() => this.token() && this.tell({ kind: 'token', token: this.token() })),
    )
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    const { thread } = this
    for (const end of this.cleanups.splice(0)) end()
    if (!thread) return
    const over = new Promise<void>((resolve) => {
      this.stopped = resolve
      setTimeout(resolve, STOP_MS)
    })
    this.tell({ kind: 'stop' })
    await over
    this.thread = undefined
    thread.terminate?.()
    thread.close?.()
  }

  private tell(message: ToHost): void {
    this.thread?.postMessage(message)
  }

  private hear(message: FromHost): void {
    switch (message.kind) {
      case 'status':
        return this.show(message.status)
      case 'synced':
        return this.rounds.get(message.ask)?.()
      case 'leads':
        return this.listen()
      case 'erase':
        this.options.erase()
        return this.tell({ kind: 'erased' })
      case 'storage':
        return this.options.heard(message.news)
      case 'stopped':
        return this.stopped()
    }
  }

  private listen(): void {
    const { pb, gate } = this.options
    const hints = { kick: (strong: boolean) => this.tell({ kind: 'kick', strong }) }
    const { check, stop } = listen(pb, gate, hints, () => this.latest.standing === 'active')
    this.cleanups.push(stop)
    // Where a stream could not be had, the next answer says that there is a server again:
    // the browser's own word for it may never come.
    let { standing, server_time } = this.latest
    this.cleanups.push(
      this.subscribe((now) => {
        if (now.standing === standing && now.server_time === server_time) return
        ;({ standing, server_time } = now)
        check()
      }),
    )
  }

  /** Only this user's: another tab may have signed somebody else in. */
  private token(): string {
    const { authStore } = this.options.pb
    return authStore.record?.id === this.options.user ? authStore.token : ''
  }

  async syncNow(): Promise<void> {
    const ask = token()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ROUND_MS)
      this.rounds.set(ask, () => {
        clearTimeout(timer)
        resolve()
      })
      this.tell({ kind: 'sync', ask })
    })
    this.rounds.delete(ask)
  }

  saveDraft(draft: Draft): Promise<void> {
    return this.work.saveDraft(draft)
  }

  async enqueue(work: Work): Promise<boolean> {
    const ids = work.mutations.map(() => uuidV7(Date.now()))
    const done = await this.work.enqueue(work, { ids, more: () => uuidV7(Date.now()), at: localInstant(new Date()) })
    await this.announce()
    return done
  }

  async takeBack(group: string, draft: Draft | null): Promise<boolean> {
    const done = await this.work.takeBack(group, draft)
    await this.announce()
    return done
  }

  async redo(group: string, draft: Draft, only?: readonly string[], carry?: readonly CarriedFile[]): Promise<string> {
    const id = await this.work.redo(group, draft, only, carry)
    await this.announce()
    return id
  }

  async discard(id: string, only?: readonly string[]): Promise<Forgotten> {
    const gone = await this.work.discard(id, only)
    await this.announce()
    return gone
  }

  async putBack(forgotten: Forgotten): Promise<void> {
    await this.work.putBack(forgotten)
    await this.announce()
  }

  stash(raw: RawFile): Promise<void> {
    return this.work.stash(raw)
  }

  unstash(id: string): Promise<void> {
    return this.work.unstash(id)
  }

  async capture(file: Captured, bytes: ArrayBuffer, thumb: ArrayBuffer): Promise<void> {
    try {
      await this.work.capture(file, bytes, thumb)
    } catch (error) {
      if (troubleOf(error) !== 'storage_full' || (await this.work.freeSpace()) === 0) throw error
      await this.work.capture(file, bytes, thumb)
    }
  }

  async dropFile(id: string): Promise<KeptFile | undefined> {
    const kept = await this.work.dropFile(id)
    await this.announce()
    return kept
  }

  async putFileBack(kept: KeptFile): Promise<boolean> {
    const back = await this.work.putFileBack(kept)
    await this.announce()
    return back
  }

  async sendFileAgain(id: string): Promise<boolean> {
    const again = await this.work.sendFileAgain(id)
    await this.announce()
    return again
  }

  freeSpace(): Promise<number> {
    return this.work.freeSpace()
  }

  async setWifiOnly(on: boolean): Promise<void> {
    await this.work.setWifiOnly(on)
    await this.announce()
  }

  /** The outbox changed here: what this tab knows by itself is told at once (I8), the rest when the host has counted. */
  private async announce(): Promise<void> {
    const { pending, rejected, parked, resending, files } = await this.work.counts()
    const in_sync = this.latest.in_sync && pending === 0 && files.waiting === 0
    const told = { ...this.latest, pending, rejected, parked, resending, in_sync }
    this.show({ ...told, files: { ...this.latest.files, ...files } })
    this.tell({ kind: 'changed' })
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

const inSight = (): boolean => document.visibilityState === 'visible'

/** RFC 3339 with this device's offset: evidence of what its clock and zone said. */
export function localInstant(d: Date): string {
  const minutes = -d.getTimezoneOffset()
  const two = (n: number): string => String(Math.floor(Math.abs(n))).padStart(2, '0')
  const local = new Date(d.getTime() + minutes * 60_000).toISOString().slice(0, 19)
  return `${local}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
