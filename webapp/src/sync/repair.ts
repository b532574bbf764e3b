/** Carries out the comparison of the buckets on the list: see reconcile.ts for what it promises. */
import type {
  Answer,
  Clock,
  Mark,
  ReplicaBatch,
  ReplicaMeta,
  ReplicaStore,
  RowKey,
  Transport,
  WorkStore,
} from './ports'
import { keyOf, PROTOCOL } from './ports'
import { compare, planFetched, planWhole } from './reconcile'
import { readListing, readRows } from './wire'

/** Keys asked for at once, and rows in one transaction. */
const ROWS = 500
/** What the server said cannot be used: as if it had not answered. */
const NONSENSE: Answer = { status: 0 }

export class Repair {
  private device = ''

  constructor(
    private readonly replica: ReplicaStore,
    private readonly work: WorkStore,
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly stored: (rows: number) => void,
    private readonly stopped: () => boolean,
    private readonly alone: <T>(change: () => Promise<T>) => Promise<T>,
  ) {}

  /**
   * Every bucket on the list, one after the other; one that is not held any more
   * stops no other: the next pull drops it.
   * @returns the answer that stopped it, or null
   */
  async run(): Promise<Answer | null> {
    this.device = (await this.work.meta()).device
    let unheld: Answer | null = null
    for (const handle of (await this.replica.meta()).reconcile) {
      if (this.stopped()) return NONSENSE
      const failure = await this.bucket(handle)
      if (failure?.status === 404) unheld = failure
      else if (failure) return failure
    }
    return unheld
  }

  private async bucket(handle: number): Promise<Answer | null> {
    const listed = new Set<string>()
    let first: Mark | undefined
    let after = ''
    do {
      const answer = await this.ask('/sync/digests', { bucket: handle, after })
      if (answer.status !== 200) return answer
      const page = readListing(answer.body)
      // A handle of a lost future may mean another bucket here: the next pull says so.
      if (page?.name !== (await this.replica.meta()).buckets[handle]?.name) return NONSENSE
      if (!page || (page.next !== '' && page.next === after)) return NONSENSE
      first ??= page.at
      for (const row of page.rows) listed.add(keyOf(row))
      const { missing, adopt } = compare(handle, page.rows, await this.replica.rows(page.rows))
      for (let n = 0; n < adopt.length; n += ROWS) {
        const some = adopt.slice(n, n + ROWS)
        await this.change((meta) => planFetched(meta, handle, [], some, []))
      }
      for (let n = 0; n < missing.length; n += ROWS) {
        const failure = await this.fetch(handle, missing.slice(n, n + ROWS))
        if (failure) return failure
      }
      after = page.next
    } while (after !== '')
    const at = first
    const whole = await this.change(async (meta) => {
      const members = await this.replica.members([handle])
      return planWhole(meta, handle, at, listed, members, await this.work.waiting(), this.clock.now())
    })
    return whole ? null : NONSENSE
  }

  /** False where there is nothing to be done. */
  private change(plan: (meta: ReplicaMeta) => ReplicaBatch | null | Promise<ReplicaBatch | null>): Promise<boolean> {
    return this.alone(async () => {
      const batch = await plan(await this.replica.meta())
      if (batch) await this.replica.commit(batch)
      return batch !== null
    })
  }

  private async fetch(handle: number, keys: RowKey[]): Promise<Answer | null> {
    const answer = await this.ask('/sync/rows', { bucket: handle, keys })
    if (answer.status !== 200) return answer
    const rows = readRows(answer.body)
    if (!rows) return NONSENSE
    await this.change(async (meta) => planFetched(meta, handle, rows, [], await this.replica.rows(rows)))
    this.stored(rows.length)
    return null
  }

  /** What comes after the lead was handed over must not be written over the next leader's replica. */
  private async ask(path: string, body: object): Promise<Answer> {
    const answer = await this.transport.send('POST', path, { protocol: PROTOCOL, device: this.device, ...body })
    return this.stopped() ? NONSENSE : answer
  }
}
