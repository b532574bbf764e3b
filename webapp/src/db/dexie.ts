/**
 * The two databases of a user on this device. The replica may be thrown away at
 * any time; the work database holds what exists nowhere else, so its commits
 * are flushed to disk before they count.
 */
import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import type { DeviceFile, Draft, OutboxEntry, RawFile, ReplicaRow } from '../sync/contract'
import type { Content } from '../sync/tables'
import type { ReplicaMeta, WorkMeta } from '../sync/ports'
import type { StorageNews } from '../domain/storage'

/** How long until a database that closed or did not open is opened anew. */
const AGAIN_MS = 2_000

/**
 * A database that says what happens to it, and that a failure to open shuts for a
 * moment and not for as long as the page lives.
 */
class KeptDb extends Dexie {
  heard: (news: StorageNews) => void = () => undefined
  private over = false
  private newest = 0

  constructor(...given: ConstructorParameters<typeof Dexie>) {
    super(...given)
    let known = false
    // Later: who hears it may use the database, and must not do so inside of what is happening to it.
    const say = (news: StorageNews): void => void setTimeout(() => this.heard(news))
    this.on(
      'ready',
      () => {
        // Dexie opens what a newer app left, and would write on in the older shape.
        if (Math.floor(this.backendDB().version / 10) > this.newest) {
          say('newer')
          throw new Dexie.VersionError('a newer version of the app has these data')
        }
        known = true
        say('open')
      },
      true,
    )
    this.on('populate', () => say(known ? 'gone' : 'created'))
    this.on('blocked', () => say('blocked'))
    this.on('versionchange', ({ newVersion }: IDBVersionChangeEvent) => {
      say(newVersion === null ? 'gone' : 'newer')
      if (newVersion === null) return
      this.close() // writing on in an older shape would spoil the newer one
      return false
    })
    this.on('close', () => setTimeout(() => this.again(), AGAIN_MS))
  }

  /** The stores that a version has or that are new in it; the newest that this app knows comes last. */
  protected shape(version: number, stores: Record<string, string>): void {
    this.newest = version
    this.version(version).stores(stores)
  }

  override close(options?: { disableAutoOpen: boolean }): void {
    if (options?.disableAutoOpen !== false) this.over = true
    super.close(options)
  }

  private again(): void {
    if (!this.over && !this.isOpen()) void this.open().catch(() => undefined)
  }
}

export class ReplicaDb extends KeptDb {
  rows!: Table<ReplicaRow, [string, string]>
  meta!: Table<ReplicaMeta & { k: 'replica' }, string>

  constructor(user: string) {
    super(`chaski-replica-${user}`)
    this.shape(1, { rows: '[c+id], [c+i], *b', meta: 'k' })
  }
}

export class WorkDb extends KeptDb {
  outbox!: Table<OutboxEntry, number>
  drafts!: Table<Draft, string>
  files!: Table<DeviceFile, string>
  raws!: Table<RawFile, string>
  bytes!: Table<Content, string>
  meta!: Table<WorkMeta & { k: 'work' }, string>

  constructor(user: string) {
    super(`chaski-work-${user}`, { chromeTransactionDurability: 'strict' })
    this.shape(1, { outbox: 'counter, id, state, group', drafts: 'id', meta: 'k' })
    this.shape(2, { files: 'id, draft, parent, state, facts.sha256, facts.thumb', raws: 'id, draft', bytes: 'hash' })
  }
}

/** Where an older app kept what was written about rendiciones; see rendicion.ts. */
export const olderName = (user: string): string => `chaski-rendicion-${user}`
export const deleteOlder = (user: string): Promise<void> => Dexie.delete(olderName(user))
