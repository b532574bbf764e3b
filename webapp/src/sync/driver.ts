/**
 * Carries out the core's effects against the ports and tells it what happened.
 * The browser and the simulation run this same driver.
 *
 * Order of writes: an attempt is counted before the request leaves; outcomes
 * are stored before anything else is done with an answer; rows, cursor and sums
 * are one transaction. A crash between any two leaves work that is simply done
 * again, since the server answers a known mutation with its stored outcome.
 */
import { needsOf, planPage } from './apply'
import { initial, isBusy, step } from './core'
import type { ChannelName, CoreEvent, CoreState, Effect, Failure } from './core'
import type { OutboxEntry, SyncStatus } from './contract'
import { differing, planHeal } from './heal'
import { emptyMeta, PROTOCOL, SCHEMA } from './ports'
import type {
  Answer,
  BucketCheck,
  Clock,
  DeviceReport,
  OutboxCounts,
  PullRequest,
  Random,
  ReplicaMeta,
  ReplicaStore,
  Transport,
  WorkStore,
} from './ports'
import { chooseBatch, isCloned, judge, mayBePoison, sendable, tooLarge } from './push'
import { statusOf } from './status'
import { faultCode, isSession, readDevice, readPage, readPush } from './wire'

export interface Ports {
  replica: ReplicaStore
  work: WorkStore
  /** `closed`: nothing can leave just now; then nothing is claimed, and work can still be taken back. */
  transport: Transport & { closed?(): boolean }
  clock: Clock
  random: Random
  /** What this device says of itself with each pull; the outbox's part is added here. */
  report(): Promise<DeviceReport>
  /** For POST /devices. */
  describe: { name: string; platform: string; app_version: string }
  changed(status: SyncStatus): void
}

type Untimed<E> = E extends unknown ? Omit<E, 'now' | 'jitter'> : never
type Happening = Untimed<CoreEvent>

export class Driver {
  private state: CoreState = initial(false)
  private meta: ReplicaMeta = emptyMeta()
  private counts: OutboxCounts = { pending: 0, rejected: 0, parked: 0, oldest_pending_at: '' }
  private progress = { done: 0, total: 0 }
  private checks: BucketCheck[] = []
  /** Groups the server failed on when one of theirs came alone. */
  private readonly aside = new Set<string>()
  private stopped = false
  private quiet: (() => void)[] = []

  constructor(private readonly ports: Ports) {}

  async start(): Promise<void> {
    const { replica, work, random } = this.ports
    this.meta = await replica.meta()
    if (this.meta.schema !== SCHEMA) {
      await replica.commit({ clear: true, deletes: [], puts: [], meta: emptyMeta() })
      this.meta = emptyMeta()
    }
    const kept = await work.meta()
    if (!kept.install) await work.saveInstall(random.token())
    this.state = initial(kept.device !== '')
    this.counts = await work.counts()
    this.tell({ type: 'kick', strong: true })
  }

  stop(): void {
    this.stopped = true
    this.release()
  }

  tell(event: Happening): void {
    if (this.stopped) return
    const { clock, random } = this.ports
    const next = step(this.state, { ...event, now: clock.now(), jitter: random.jitter() })
    this.state = next.state
    for (const effect of next.effects) this.perform(effect)
    this.notify()
    if (!isBusy(this.state)) this.release()
  }

  /** Resolves when nothing is under way; what waits for a retry does not count. */
  settled(): Promise<void> {
    if (this.stopped || !isBusy(this.state)) return Promise.resolve()
    return new Promise((resolve) => this.quiet.push(resolve))
  }

  /** The outbox was changed from outside: count again. */
  async recount(): Promise<void> {
    this.counts = await this.ports.work.counts()
    this.notify()
  }

  status(): SyncStatus {
    return statusOf(this.state, this.meta, this.counts, this.progress)
  }

  private release(): void {
    for (const resolve of this.quiet.splice(0)) resolve()
  }

  private notify(): void {
    if (!this.stopped) this.ports.changed(this.status())
  }

  private perform(effect: Effect): void {
    switch (effect.do) {
      case 'wake':
        return this.ports.clock.wake(effect.at, () => this.tell({ type: 'tick' }))
      case 'register':
        return this.guard('register', this.register())
      case 'session':
        return this.guard('session', this.session())
      case 'push':
        return this.guard('push', this.push(effect.limit))
      case 'pull':
        return this.guard('pull', this.pull(effect.checksums))
      case 'heal':
        return this.guard('pull', this.heal())
    }
  }

  /** What throws here is the local database (full, closed, evicted); the network never throws. */
  private guard(channel: ChannelName, work: Promise<void>): void {
    work.catch(() => this.tell({ type: 'failed', channel, failure: { kind: 'storage' } }))
  }

  private failed(channel: ChannelName, answer: Answer, sent?: number): void {
    const failure: Failure =
      answer.status === 0 || answer.status === 200
        ? { kind: 'no_answer' }
        : { kind: 'status', status: answer.status, code: faultCode(answer.body), retryAfter: answer.retryAfter, sent }
    this.tell({ type: 'failed', channel, failure })
  }

  private async register(): Promise<void> {
    const { work, transport, describe } = this.ports
    const { install } = await work.meta()
    const answer = await transport.send('POST', '/devices', { install, ...describe })
    const device = answer.status === 200 ? readDevice(answer.body) : null
    if (!device) return this.failed('register', answer)
    await work.saveDevice(device.device, device.last_counter)
    this.tell({ type: 'registered' })
  }

  private async session(): Promise<void> {
    const answer = await this.ports.transport.send('GET', '/session')
    // A hotspot's own page may say 200 or 401: only our server's word counts.
    const live = answer.status === 200 && isSession(answer.body)
    const over = answer.status === 401 && faultCode(answer.body) === 'session_expired'
    if (live || over) return this.tell({ type: 'session', live })
    this.failed('session', answer)
  }

  private async push(limit: number): Promise<void> {
    const { work, transport } = this.ports
    const { device } = await work.meta()
    if (transport.closed?.()) return this.failed('push', { status: 0 })
    const batch = await this.nextBatch(limit)
    if (batch.length === 0) return this.tell({ type: 'pushed', settled: 0, unanswered: 0, more: false, cloned: false })
    this.progress = { done: 0, total: Math.max(this.counts.pending, batch.length) }
    this.notify()
    const mutations = batch.map((e) => e.mutation)
    const answer = await transport.send('POST', '/sync/push', { protocol: PROTOCOL, device, mutations })
    await this.conclude(batch, answer)
  }

  private async nextBatch(limit: number): Promise<OutboxEntry[]> {
    const pending = await this.ports.work.pending()
    let ready = sendable(pending, this.aside)
    if (ready.length === 0) {
      this.aside.clear() // nothing else is left to do: try those again
      ready = pending
    }
    return this.ports.work.claim(chooseBatch(ready, limit).map((e) => e.counter))
  }

  private async conclude(batch: OutboxEntry[], answer: Answer): Promise<void> {
    const { work, clock, random } = this.ports
    const ids = batch.map((e) => e.id)
    const read = answer.status === 200 ? readPush(answer.body, ids) : null
    const alone = batch.length === 1 ? batch[0] : undefined
    if (alone && mayBePoison(answer.status)) this.aside.add(alone.group)
    const tooBig = answer.status === 413 && alone
    if (!read && !tooBig) return this.failed('push', answer, batch.length)
    const settlements = read ? judge(batch, read, clock.now()) : [tooLarge(batch[0]!, clock.now())]
    await work.settle(settlements)
    const cloned = read?.outcomes.some(isCloned) ?? false
    if (cloned) await work.saveInstall(random.token())
    this.counts = await work.counts()
    const unanswered = batch.length - settlements.length
    const more = this.counts.pending > unanswered
    this.tell({ type: 'pushed', settled: settlements.length, unanswered, more, cloned })
  }

  private async pull(checksums: boolean): Promise<void> {
    const { replica, work, transport, clock } = this.ports
    const { device } = await work.meta()
    const { cursor } = await replica.meta()
    const request: PullRequest = { protocol: PROTOCOL, schema: SCHEMA, device, report: await this.report() }
    if (cursor) request.cursor = cursor
    if (checksums) request.checksums = true
    const answer = await transport.send('POST', '/sync/pull', request)
    const page = answer.status === 200 ? readPage(answer.body) : null
    if (!page) return this.failed('pull', answer)

    const before = await replica.meta()
    const { keys, handles } = needsOf(page, before)
    const stored = [...(await replica.rows(keys)), ...(await replica.members(handles))]
    const plan = planPage(page, before, stored, await work.waiting(), clock.now())
    if (!plan) return this.failed('pull', { status: 0 })
    await replica.commit(plan.batch)
    this.meta = plan.batch.meta
    this.checks = page.trailer.buckets ?? []
    this.progress = { done: this.progress.done + page.puts.length, total: 0 }
    if (plan.complete) {
      this.progress = { done: 0, total: 0 }
      await work.prune(this.meta.durable_seq, this.meta.server_time)
    }
    this.tell({
      type: 'paged',
      complete: plan.complete,
      verified: plan.verified,
      checked: page.trailer.buckets !== undefined,
    })
  }

  private async heal(): Promise<void> {
    const { replica, clock } = this.ports
    const meta = await replica.meta()
    const rows = await replica.members(differing(meta, this.checks))
    const batch = planHeal(meta, this.checks, rows, clock.now())
    await replica.commit(batch)
    this.meta = batch.meta
    this.tell({ type: 'healed' })
  }

  private async report(): Promise<DeviceReport> {
    const counts = await this.ports.work.counts()
    return {
      ...(await this.ports.report()),
      outbox: counts.pending,
      rejected: counts.rejected,
      parked: counts.parked,
      oldest_pending_at: counts.oldest_pending_at,
      last_heal_at: this.meta.last_heal_at,
    }
  }
}
