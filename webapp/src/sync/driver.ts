/**
 * Carries out the core's effects against the ports and tells it what happened.
 * The browser and the simulation run this same driver.
 *
 * Order of writes: an attempt is counted before the request leaves; outcomes and
 * what an answer says of our marks are stored, in one transaction, before
 * anything else is done with it; rows, cursor and sums are one transaction. A
 * crash between any two leaves work that is simply done again, since the server
 * answers a known mutation with its stored outcome.
 */
import { troubleOf } from '../domain/storage'
import { KEPT, needsOf, planAnew, planPage, STALE } from './apply'
import { initial, isBusy, step } from './core'
import type { ChannelName, CoreEvent, CoreState, Effect, Failure } from './core'
import type { OutboxEntry, SyncStatus } from './contract'
import { serverAnswered } from './lease'
import { emptyMeta, MAX_MARKS, noCounts, PROTOCOL, SCHEMA } from './ports'
import type { Answer, Mark, OutboxCounts, PullPage, PushRequest, Random, ReplicaMeta, Transport } from './ports'
import { Pages, UNNAMED } from './pages'
import type { PagePorts } from './pages'
import { chooseBatch, isCloned, judge, mayBePoison, sendable, tooLarge } from './push'
import { isUncured, remedyFor } from './reconcile'
import { Repair } from './repair'
import { Note } from './note'
import { Quiet } from './quiet'
import { leaseDays, PARAMETERS, REVIEWS, verdictsOf } from './rows'
import { Sender, type SenderPorts } from './sender'
import { statusOf } from './status'
import { faultCode, isSession, readDevice, readPage, readPush } from './wire'

export interface Ports extends PagePorts, SenderPorts {
  /** `closed`: nothing can leave just now; then nothing is claimed, and work can still be taken back. */
  transport: Transport & { closed?(): boolean }
  random: Random
  /** For POST /devices. */
  describe: { name: string; platform: string; app_version: string }
  /** Ordered by the server: erases what lies outside the two stores; the same again is harmless. */
  erase?(): Promise<void>
  changed(status: SyncStatus): void
}

type Untimed<E> = E extends unknown ? Omit<E, 'now' | 'read' | 'jitter'> : never
type Happening = Untimed<CoreEvent>

export class Driver {
  private state: CoreState = initial({ registered: false })
  private meta: ReplicaMeta = emptyMeta()
  private counts: OutboxCounts = noCounts()
  private progress = { done: 0, total: 0 }
  private readonly note: Note
  private readonly pages: Pages
  /** When the last change of the replica is over. */
  private turn: Promise<unknown> = Promise.resolve()
  /** Groups the server failed on when one of theirs came alone. */
  private readonly aside = new Set<string>()
  private swept = false
  private started = false
  private stopped = false
  private readonly quiet = new Quiet((files) => this.stopped || !isBusy(this.state, files))
  private readonly sender: Sender

  constructor(private readonly ports: Ports) {
    this.pages = new Pages(ports)
    this.sender = new Sender(ports)
    this.note = new Note(ports.work)
  }

  async start(): Promise<void> {
    const { replica, work, random, clock } = this.ports
    this.meta = await replica.meta()
    if (this.meta.schema !== SCHEMA) await this.anew()
    const kept = await work.meta()
    if (!kept.install) await work.beginInstall(random.token())
    this.note.is(kept)
    // A device from before there were leases begins its own now.
    const lease = kept.lease.seen || !this.meta.synced_at ? kept.lease : serverAnswered(kept.lease, clock.now())
    // Emptied, and not empty: stopped between storing a page and noting that it is in use again.
    const standing = kept.standing === 'evicted' && this.meta.cursor ? 'active' : kept.standing
    this.state = initial({ registered: kept.device !== '', standing, lease })
    this.counts = await work.counts()
    this.started = true
    this.tell({ type: 'kick', strong: true })
  }

  /** Empties the replica, but for what unanswered work is shown on, and what was said of the time. */
  private async anew(healed_at?: string): Promise<void> {
    const { replica, work } = this.ports
    const before = await replica.meta()
    const { buckets, synced_at, business_date, server_time, clock_offset_ms, last_heal_at, uncured } = before
    const waiting = await work.waiting()
    const stored = waiting.size > 0 ? await replica.members([...Object.keys(buckets).map(Number), KEPT, STALE]) : []
    const time = { synced_at, business_date, server_time, clock_offset_ms }
    this.meta = { ...emptyMeta(), ...time, last_heal_at: healed_at ?? last_heal_at, ...(uncured && { uncured }) }
    await replica.commit(planAnew(this.meta, stored, waiting))
  }

  stop(): void {
    this.stopped = true
    this.quiet.look()
  }

  /** Before it has started it knows nothing to judge by; it begins with a look at everything. */
  tell(event: Happening): void {
    if (!this.started || this.stopped) return
    if (isNews(event)) this.pages.forget()
    const { clock, random } = this.ports
    const read = clock.read()
    const next = step(this.state, { ...event, now: read.wall, read, jitter: random.jitter() })
    this.state = next.state
    this.note.keep(this.state)
    for (const effect of next.effects) this.perform(effect)
    this.notify()
    this.quiet.look()
  }

  /** Resolves when nothing is under way, or nothing but files; what waits for a retry does not count. */
  idle(files = true): Promise<void> {
    return this.quiet.come(files)
  }

  /** The outbox was changed from outside: count again. */
  async recount(): Promise<void> {
    this.counts = await this.ports.work.counts()
    this.notify()
  }

  status(): SyncStatus {
    return statusOf(this.state, this.meta, this.counts, this.progress, this.sender.sending)
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
      case 'send':
        return this.guard('files', this.send())
      case 'pull':
        return this.guard('pull', this.pull(effect.checksums))
      case 'repair':
        return this.guard('pull', this.repair())
      case 'evict':
        return this.guard('pull', this.evict())
      case 'wipe':
        return this.guard('pull', this.wipe())
      case 'renew':
        return this.guard('register', this.renew())
    }
  }

  /** What throws here is the local database (full, closed, evicted); the network never throws. */
  private guard(channel: ChannelName, work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.tell({ type: 'failed', channel, failure: { kind: 'storage', trouble: troubleOf(error) } }),
    )
  }

  private failed(channel: ChannelName, answer: Answer, sent?: number): void {
    const failure: Failure =
      answer.status === 0 || answer.status === 200
        ? { kind: 'no_answer' }
        : { kind: 'status', status: answer.status, code: faultCode(answer.body), retryAfter: answer.retryAfter, sent }
    this.tell({ type: 'failed', channel, failure })
  }

  private async register(): Promise<void> {
    const { work, transport, random, describe } = this.ports
    // The browser may have erased the database while it was in use: then this is another installation.
    if (!(await work.meta()).install) await work.beginInstall(random.token())
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
    const { device, marks } = await work.meta()
    if (transport.closed?.()) return this.failed('push', { status: 0 })
    if (!device) return this.failed('push', UNNAMED)
    const batch = await this.nextBatch(limit)
    // Where pulls are refused, only a push tells that the server has gone back.
    const asks = this.state.standing !== 'active' && marks.length > 0
    if (batch.length === 0 && !asks) {
      // Answered meanwhile, by a tab that led before: what is shown as unsent must not stay so.
      this.counts = await work.counts()
      return this.tell({ type: 'pushed', answered: 0, unanswered: 0, more: false, cloned: false, rewound: false })
    }
    this.progress = { done: 0, total: Math.max(this.counts.pending, batch.length) }
    this.notify()
    const sent = marks.slice(0, MAX_MARKS)
    const request: PushRequest = { protocol: PROTOCOL, device, mutations: batch.map((e) => e.mutation) }
    if (sent.length > 0) request.marks = sent
    await this.conclude(batch, sent, await transport.send('POST', '/sync/push', request))
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

  private async conclude(batch: OutboxEntry[], sent: Mark[], answer: Answer): Promise<void> {
    const { work, replica, clock, random } = this.ports
    const ids = batch.map((e) => e.id)
    const read = answer.status === 200 ? readPush(answer.body, ids) : null
    const alone = batch.length === 1 ? batch[0] : undefined
    if (alone && mayBePoison(answer.status)) this.aside.add(alone.group)
    const tooBig = answer.status === 413 && alone
    if (!read && !tooBig) return this.failed('push', answer, batch.length)
    const answers = read ? judge(batch, read, clock.now()) : [tooLarge(batch[0]!, clock.now())]
    // What is received again has lower numbers than what was seen: it is shown until it is pulled.
    if (read?.rewound) await this.alone(() => replica.unsee())
    await work.receive(answers, read?.ours ? { sent, mark: read.mark, rewound: read.rewound } : undefined)
    // What was not there may be there now.
    if (answers.length > 0 || read?.rewound) this.sender.missing.clear()
    const cloned = read?.outcomes.some(isCloned) ?? false
    if (cloned) await work.saveInstall(random.token())
    this.counts = await work.counts()
    const unanswered = batch.length - answers.length
    const more = this.counts.pending > unanswered
    const rewound = read?.rewound ?? false
    this.tell({ type: 'pushed', answered: answers.length, unanswered, more, cloned, rewound })
  }

  private async send(): Promise<void> {
    const sent = await this.sender.step()
    if (this.stopped) return // what was noted of the file is true all the same
    if (this.sender.between || 'failed' in sent) this.counts = await this.ports.work.counts()
    if ('failed' in sent) this.failed('files', sent.failed)
    else this.tell({ type: 'sent', ...sent })
  }

  private async pull(checksums: boolean): Promise<void> {
    const { replica, work } = this.ports
    const { sent, answer, at } = await this.pages.next(checksums)
    const page = answer.status === 200 ? readPage(answer.body) : null
    if (!page) return this.failed('pull', answer)
    // Before the marks that prove it are forgotten: see L2.
    if (page.rewound) await this.alone(() => replica.unsee())
    // First: work that must be sent again keeps the rows it is shown on.
    await work.receive([], { sent, mark: page.mark, rewound: page.rewound })
    if (page.rewound) this.sender.missing.clear()
    if (page.rewound) await this.recount() // what waits again must not look received until the page is stored (I8)
    await this.alone(() => this.take(page, checksums, at))
  }

  /** Nothing else of this driver is written between what `change` reads of the replica and what it writes. */
  private readonly alone = <T>(change: () => Promise<T>): Promise<T> => {
    const mine = this.turn.then(change)
    this.turn = mine.catch(() => undefined)
    return mine
  }

  /** @param at when it came, device time in ms */
  private async take(page: PullPage, checksums: boolean, at: number): Promise<void> {
    const { replica, work, clock } = this.ports
    if (this.stopped) return
    if (page.reset) await this.anew()
    const before = await replica.meta()
    const { keys, handles } = needsOf(page, before)
    const stored = [...(await replica.rows(keys)), ...(await replica.members(handles))]
    const plan = planPage(page, before, stored, await work.waiting(), at)
    if (!plan) return this.failed('pull', { status: 0 })
    if (!plan.complete) this.pages.begin(plan.meta, checksums)
    const last = plan.batches.at(-1)!
    // Which buckets differ is written with the page that told it.
    const checks = plan.complete && !plan.verified && checksums ? page.trailer.buckets : undefined
    const { meta, rebuild } = checks ? remedyFor(plan.meta, checks, at) : { meta: plan.meta, rebuild: false }
    if (plan.verified) delete meta.uncured
    // Who leads no more must not write over the next leader's replica.
    for (const batch of [...plan.batches.slice(0, -1), { ...last, meta }]) {
      if (this.stopped) return
      await replica.commit(batch)
    }
    this.meta = meta
    if (rebuild) await this.anew(new Date(clock.now()).toISOString())
    this.progress = { done: this.progress.done + page.puts.length, total: 0 }
    if (plan.complete) await this.complete(plan.verified)
    this.tell({
      type: 'paged',
      complete: plan.complete && !rebuild,
      verified: plan.verified,
      compare: this.meta.reconcile.length,
      resting: checks !== undefined && isUncured(this.meta) && this.meta.reconcile.length === 0,
      rewound: page.rewound ?? false,
    })
  }

  /** What a whole replica tells beside its rows. */
  private async complete(verified: boolean): Promise<void> {
    const { replica, work } = this.ports
    this.progress = { done: 0, total: 0 }
    await work.prune(this.meta.durable_seq, this.meta.server_time)
    await this.settle()
    const days = leaseDays(await replica.collection(PARAMETERS), this.meta.business_date)
    if (days !== this.state.lease.days) this.tell({ type: 'leased', days })
    // A server that went back may have lost a decision whose row is still to be compared away.
    if (!verified) return
    await work.review(verdictsOf(await replica.collection(REVIEWS)))
    this.counts = await work.counts()
  }

  /** What the rows say of the files whose bytes are here; once in a run, of all that ever were. */
  private async settle(): Promise<void> {
    const { replica, work } = this.ports
    // Until a server that went back is compared with, its rows may say of files what it does not know any more.
    if (this.meta.reconcile.length > 0) return
    const these = await work.recorded(!this.swept)
    this.swept = true
    if (these.length === 0) return
    const found = await replica.rows(these.map(({ collection: c, id }) => ({ c, id })))
    const rows = found.filter(({ b }) => !b.includes(KEPT) && !b.includes(STALE))
    const { seen_seq, durable_seq, server_time } = this.meta
    const fresh = !this.state.channels.pull.want
    await work.settle({ rows, missing: this.sender.missing, seen_seq, durable_seq, server_time, fresh })
    if (fresh) this.sender.missing.clear()
    this.counts = await work.counts()
  }

  private async repair(): Promise<void> {
    const { replica, work, transport, clock } = this.ports
    const stored = (rows: number): void => {
      this.progress = { done: this.progress.done + rows, total: 0 }
      this.notify()
    }
    const failure = await new Repair(replica, work, transport, clock, stored, () => this.stopped, this.alone).run()
    this.progress = { done: 0, total: 0 }
    this.meta = await replica.meta()
    if (failure) return this.failed('pull', failure)
    this.tell({ type: 'repaired' })
  }

  /** Empties the replica of a revoked device, unless something is unsent after all. */
  private async evict(): Promise<void> {
    const { replica, work } = this.ports
    this.counts = await work.counts()
    if (this.stopped) return // another tab leads, and may hold rows again
    if (this.counts.pending === 0 && (this.counts.files.waiting === 0 || this.state.filesStay)) {
      await replica.commit({ clear: true, deletes: [], puts: [], meta: emptyMeta() })
      this.meta = emptyMeta()
      return this.tell({ type: 'evicted' })
    }
    this.failed('pull', { status: 403, body: { error: { code: 'device_revoked', message: '' } } })
  }

  /** The order first, what it leads to after: a crash in between leaves a device that goes on erasing itself. */
  private async wipe(): Promise<void> {
    const { replica, work, transport } = this.ports
    await this.note.written // an older word must not come after this one
    await work.note({ standing: 'wiped' })
    await replica.commit({ clear: true, deletes: [], puts: [], meta: emptyMeta() })
    await this.ports.erase?.()
    await work.erase()
    this.note.is(await work.meta())
    this.meta = emptyMeta()
    this.counts = await work.counts()
    this.notify()
    const { device, install } = await work.meta()
    // A copy that has taken another name and not registered it has nobody to tell of.
    if (device !== '') {
      const answer = await transport.send('POST', '/devices/wiped', { device, install })
      // Unknown to the server is as good as told.
      const told = (answer.status >= 200 && answer.status < 300) || [404, 409, 410].includes(answer.status)
      if (!told) return this.failed('pull', answer)
    }
    await work.note({ standing: 'erased' })
    this.tell({ type: 'erased' })
  }

  private async renew(): Promise<void> {
    const { work, random } = this.ports
    await work.saveInstall(random.token())
    await work.note({ standing: 'active' })
    this.tell({ type: 'renewed' })
  }
}

/** After which what a page says may be old: not after a piece of a file. */
const isNews = (event: Happening): boolean =>
  event.type === 'sent' ? event.pull : event.type !== 'paged' && event.type !== 'looked'
