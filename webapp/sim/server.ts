/** The Go server at the other end of a pipe. It can be killed and started again on the same data. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'

export interface HttpRequest {
  user: string
  /** The sign-in it belongs to; none is a desk's. */
  session?: string
  method: string
  path: string
  body?: unknown
  /** Instead of the body: what is left of it. */
  raw?: string
  /** The body of what carries bytes, as base64, and what it says of them. */
  binary?: string
  headers?: Readonly<Record<string, string>>
}

export interface HttpAnswer {
  status: number
  body: string
  retry_after: string
  headers: Record<string, string>
  /** The writes in its middle happened, and the newest sequence number then. */
  intruded: boolean
  intruded_head: { seq: string } | null
}

/** Where the machine stops: before which event (statement or commit) of the connection that writes. */
export interface Stop {
  at: number
  /** The power goes: what was not synced is gone. */
  power: boolean
}

export interface Write {
  collection?: string
  id?: string
  fields?: Record<string, unknown>
  delete?: boolean
  /** Nothing happens if the record is not there. */
  update?: boolean
  sql?: string
  /** The nightly task that drops old removals, half a year later. */
  forget?: boolean
}

export type TableRow = Record<string, unknown> & { id: string }

export interface ServerState {
  tables: Record<string, TableRow[]>
  mutations: {
    id: string
    device: string
    counter: string
    /** Grows in the order in which the server stored them; a review judges in it. */
    arrival: string
    collection: string
    record: string
    status: string
    seq: string
    /** Fields that went to a conflict, as a JSON list. */
    lost: string
    /** The record in `conflicts` that keeps them, or ''. */
    conflict: string
    /** Of the first error, or ''. */
    code: string
  }[]
  devices: { id: string; user: string; state: string; outbox: string }[]
  cells: { exercise: string; ao: string; month: string; quantity: string }[]
  /** What was presented of each rendición, as it was kept: `content` is JSON. */
  submissions: { rendicion: string; round: string; presented_by: string; content: string }[]
  /** What the contents in the storage come to, by the hash under which each is kept. */
  contents: Record<string, string>
}

export class Server {
  private child: ChildProcess
  private lines: AsyncIterator<string>
  private reader: Interface
  private incarnation = 0
  private seed = 0

  constructor(
    private readonly binary: string,
    private readonly seedDir: string,
    private readonly dataDir: string,
    private readonly plant: string,
  ) {
    ;[this.child, this.reader, this.lines] = this.spawn()
  }

  private spawn(): [ChildProcess, Interface, AsyncIterator<string>] {
    const child = spawn(this.binary, [this.seedDir, this.dataDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, CHASKI_PLANT: this.plant },
    })
    const reader = createInterface({ input: child.stdout, crlfDelay: Infinity })
    return [child, reader, reader[Symbol.asyncIterator]()]
  }

  private async call(request: Record<string, unknown>): Promise<Record<string, unknown>> {
    this.child.stdin!.write(JSON.stringify(request) + '\n')
    const line = await this.lines.next()
    if (line.done) throw new Error(`server ended during ${String(request.op)}`)
    const answer = JSON.parse(line.value) as Record<string, unknown>
    if (answer.error) throw new Error(`server, ${String(request.op)}: ${String(answer.error)}`)
    return answer
  }

  async buildSeed(now: number): Promise<void> {
    await this.call({ op: 'seed', now })
  }

  /** Another process in the place of this one, between two runs. */
  async renew(): Promise<void> {
    await this.stop()
    ;[this.child, this.reader, this.lines] = this.spawn()
  }

  async reset(seed: number, now: number): Promise<void> {
    this.seed = seed
    this.incarnation = 0
    await this.call({ op: 'reset', seed: seed * 1000, now })
  }

  async http(now: number, r: HttpRequest): Promise<HttpAnswer> {
    return (await this.call({ op: 'http', now, ...r, body: r.body ?? null })) as unknown as HttpAnswer
  }

  /** As http, with writes by somebody else before a statement of the request's read transaction. */
  async httpIntruded(now: number, r: HttpRequest, at: number, writes: Write[]): Promise<HttpAnswer> {
    return (await this.call({
      op: 'http',
      now,
      ...r,
      body: r.body ?? null,
      intrude_at: at,
      writes,
    })) as unknown as HttpAnswer
  }

  /** The machine stops somewhere in the middle of the request, or at its end; then it starts again. Nobody is answered. */
  async httpStopped(now: number, r: HttpRequest, crash: Stop): Promise<{ mid: boolean; commits: number }> {
    const request = { op: 'http', now, ...r, body: r.body ?? null, crash, seed: this.nextSeed() }
    return (await this.call(request)) as unknown as { mid: boolean; commits: number }
  }

  /** SIGKILL, then a new process on the same directory. */
  async restart(now: number): Promise<void> {
    await this.kill()
    ;[this.child, this.reader, this.lines] = this.spawn()
    await this.call({ op: 'open', seed: this.nextSeed(), now })
  }

  private nextSeed(): number {
    return this.seed * 1000 + ++this.incarnation
  }

  private async kill(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
    this.reader.close()
  }

  async exec(now: number, writes: Write[]): Promise<void> {
    await this.call({ op: 'exec', now, writes })
  }

  /** The machine stops among the writes; answers how many were committed. */
  async execStopped(now: number, writes: Write[], crash: Stop): Promise<number> {
    return Number((await this.call({ op: 'exec', now, writes, crash, seed: this.nextSeed() })).done)
  }

  /** Keeps a copy of the data directory as it is now. */
  async copy(now: number, name: string): Promise<void> {
    await this.call({ op: 'copy', now, name })
  }

  /** The copy takes the place of the data; nobody is told. */
  async restore(now: number, name: string): Promise<void> {
    await this.call({ op: 'restore', now, name, seed: this.nextSeed() })
  }

  /** The newest sequence number. */
  async head(now: number): Promise<number> {
    return Number((await this.call({ op: 'head', now })).seq)
  }

  async state(now: number): Promise<ServerState> {
    return (await this.call({ op: 'state', now })) as unknown as ServerState
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit')
    this.child.stdin!.end()
    await gone
    this.reader.close()
  }
}
