/**
 * The two databases of a user on this device. The replica may be thrown away at
 * any time; the work database holds what exists nowhere else, so its commits
 * are flushed to disk before they count.
 */
import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import type { Draft, OutboxEntry, ReplicaRow } from '../sync/contract'
import type { ReplicaMeta, WorkMeta } from '../sync/ports'

export class ReplicaDb extends Dexie {
  rows!: Table<ReplicaRow, [string, string]>
  meta!: Table<ReplicaMeta & { k: 'replica' }, string>

  constructor(user: string) {
    super(`chaski-replica-${user}`)
    this.version(1).stores({ rows: '[c+id], [c+i], *b', meta: 'k' })
  }
}

export class WorkDb extends Dexie {
  outbox!: Table<OutboxEntry, number>
  drafts!: Table<Draft, string>
  meta!: Table<WorkMeta & { k: 'work' }, string>

  constructor(user: string) {
    super(`chaski-work-${user}`, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ outbox: 'counter, id, state, group', drafts: 'id', meta: 'k' })
  }
}
