/** The Go server at the other end of a pipe. It can be killed and started again on the same data. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'

export interface HttpAnswer {
  status: number
  body: string
  retry_after: string
}

export interface Write {
  collection?: string
  id?: string
  fields?: Record<string, unknown>
  delete?: boolean
  sql?: string
}

export type TableRow = Record<string, unknown> & { id: string }

export interface ServerState {
  tables: Record<string, TableRow[]>
  mutations: {
    id: string
    device: string
    counter: string
    collection: string
    record: string
    status: string
    seq: string
    /** Fields that went to a conflict, as a JSON list. */
    lost: string
  }[]
  cells: { exercise: string; ao: string; month: string; quantity: string }[]
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

  async reset(seed: number, now: number): Promise<void> {
    this.seed = seed
    this.incarnation = 0
    await this.call({ op: 'reset', seed: seed * 1000, now })
  }

  async http(now: number, user: string, method: string, path: string, body: unknown): Promise<HttpAnswer> {
    return (await this.call({ op: 'http', now, user, method, path, body: body ?? null })) as unknown as HttpAnswer
  }

  /** The request is worked on and committed, then the process dies before it answers. */
  async httpThenDie(now: number, user: string, method: string, path: string, body: unknown): Promise<void> {
    await this.call({ op: 'http', now, user, method, path, body: body ?? null, hold: true })
    await this.restart(now)
  }

  /** SIGKILL, then a new process on the same directory. */
  async restart(now: number): Promise<void> {
    await this.kill()
    ;[this.child, this.reader, this.lines] = this.spawn()
    await this.call({ op: 'open', seed: this.seed * 1000 + ++this.incarnation, now })
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
