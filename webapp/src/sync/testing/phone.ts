/** A driver on given stores with a clock that only tests move, and a network they can spoil. */
import type { SyncStatus } from '../contract'
import { Driver } from '../driver'
import type { Answer, BytesAnswer, ReplicaStore, WorkStore } from '../ports'
import type { FakeServer } from './server'

export type Spoil = (path: string, deliver: () => Answer, body: unknown) => Answer | Promise<Answer>

export class Phone {
  now = Date.parse('2026-06-15T15:00:00Z')
  /** The clock nobody sets: apart from `now`, so that a test may set that one. */
  steady = 0
  attended = false
  wifi = false
  spoil: Spoil = (_, deliver) => deliver()
  /** What becomes of the requests of an upload. */
  cut: (deliver: () => BytesAnswer, what: string) => BytesAnswer | Promise<BytesAnswer> = (deliver) => deliver()
  /** The server fails on a push that has these records. */
  sendsPoison: (records: string[]) => boolean = () => false
  status: SyncStatus | undefined
  /** How often what lies outside the stores was erased. */
  erased = 0
  readonly driver: Driver
  private timer: { at: number; call: () => void } | undefined
  private minted = 0

  constructor(
    readonly replica: ReplicaStore,
    readonly work: WorkStore,
    server: FakeServer,
  ) {
    this.driver = new Driver({
      replica,
      work,
      transport: {
        send: (method, path, body) =>
          Promise.resolve(this.spoil(path, () => this.reach(server, method, path, body), body)),
        bytes: (method, path, headers, body) =>
          Promise.resolve(this.cut(() => server.bytes(method, path, headers, body), `${method} ${path}`)),
      },
      clock: {
        now: () => this.now,
        read: () => ({ wall: this.now, steady: this.steady, attended: this.attended }),
        wake: (at, call) => (this.timer = { at, call }),
      },
      random: { jitter: () => 0.5, mutationId: () => this.mintId(), token: () => `token${++this.minted}` },
      report: () => Promise.resolve({}),
      unmetered: () => this.wifi,
      describe: { name: '', platform: '', app_version: '' },
      erase: () => {
        this.erased++
        return Promise.resolve()
      },
      changed: (status) => (this.status = status),
    })
  }

  private reach(server: FakeServer, method: string, path: string, body: unknown): Answer {
    const answer = server.answer(method, path, this.poisonous(path, body) ? { mutations: [] } : body)
    return this.poisonous(path, body) ? { status: 500 } : answer
  }

  private poisonous(path: string, body: unknown): boolean {
    if (path !== '/sync/push') return false
    return this.sendsPoison((body as { mutations: { record: string }[] }).mutations.map((m) => m.record))
  }

  mintId(): string {
    return `id-${++this.minted}`
  }

  async start(): Promise<void> {
    await this.driver.start()
    await this.driver.idle()
  }

  /** One round now, as if the person pulled the list down. */
  async sync(): Promise<void> {
    this.driver.tell({ type: 'kick', strong: true })
    await this.driver.idle()
  }

  /** Lets the time pass until the next timer. */
  async pass(): Promise<void> {
    const { timer } = this
    if (!timer) return
    this.timer = undefined
    const passed = Math.max(0, timer.at - this.now)
    this.now += passed
    this.steady += passed
    timer.call()
    await this.driver.idle()
  }

  async record(group: string, intervention: string, ...records: string[]): Promise<void> {
    const mutations = records.map((record) => ({
      collection: 'visits',
      record,
      op: 'create' as const,
      fields: { intervention, note: record },
      form: 'visit/1',
    }))
    const ids = records.map(() => this.mintId())
    await this.work.enqueue(
      { group, label: group, intervention, mutations },
      { ids, at: new Date(this.now).toISOString() },
    )
    await this.driver.recount()
    this.driver.tell({ type: 'enqueued' })
    await this.driver.idle()
  }
}
