/**
 * Asks for pages. The next one is asked for while the one before is written:
 * a phone spends as long on storing a page as on waiting for it.
 * Invariant: an answer that is handed out was asked for after the last thing
 * that happened to the engine (I8); so whatever happens, `forget` is called.
 */
import type {
  Answer,
  Clock,
  DeviceReport,
  Mark,
  PullRequest,
  ReplicaMeta,
  ReplicaStore,
  Transport,
  WorkStore,
} from './ports'
import { MAX_MARKS, PROTOCOL, SCHEMA } from './ports'
import { isUncured } from './reconcile'

export interface PagePorts {
  replica: ReplicaStore
  work: WorkStore
  transport: Transport
  clock: Clock
  /** What this device says of itself with each pull; the outbox's part is added here. */
  report(): Promise<DeviceReport>
}

/** A page as it came, with what was said to get it. */
export interface Asked {
  sent: Mark[]
  answer: Answer
  /** When it came, device time in ms. */
  at: number
}

/** As the server would say: the name of this device went with its database. */
export const UNNAMED: Answer = { status: 409, body: { error: { code: 'device_unknown', message: '' } } }

export class Pages {
  private ahead: Promise<Asked> | undefined

  constructor(private readonly ports: PagePorts) {}

  /** The page after what is stored. */
  async next(checksums: boolean): Promise<Asked> {
    const { ahead } = this
    this.ahead = undefined
    return ahead ?? this.ask(await this.ports.replica.meta(), checksums)
  }

  /** Asks for the page after the one that leaves `meta` and is being stored. */
  begin(meta: ReplicaMeta, checksums: boolean): void {
    this.ahead = this.ask(meta, checksums)
    this.ahead.catch(() => undefined) // told by next
  }

  /** What was asked for does not know of what happened since. */
  forget(): void {
    this.ahead = undefined
  }

  private async ask(meta: ReplicaMeta, checksums: boolean): Promise<Asked> {
    const { cursor, last_heal_at, uncured } = meta
    const { work, transport, clock } = this.ports
    const { device, marks } = await work.meta()
    const sent = marks.slice(0, MAX_MARKS)
    const { pending, rejected, parked, oldest_pending_at } = await work.counts()
    const outbox = { outbox: pending, rejected, parked, oldest_pending_at, last_heal_at }
    const differs = isUncured(meta) ? { differs_since: uncured?.since ?? '' } : {}
    const report = { ...(await this.ports.report()), ...outbox, ...differs }
    const request: PullRequest = { protocol: PROTOCOL, schema: SCHEMA, device, report }
    if (cursor) request.cursor = cursor
    if (sent.length > 0) request.marks = sent
    if (checksums) request.checksums = true
    const answer = device ? await transport.send('POST', '/sync/pull', request) : UNNAMED
    return { sent, answer, at: clock.now() }
  }
}
