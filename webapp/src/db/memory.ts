/**
 * The stores in memory: the reference the other stores are tested against, the
 * disk of a simulated phone, and what a file-backed store keeps at hand. `Disk`
 * outlives a killed client.
 */
import type { Draft, OutboxEntry, OutboxState, ReplicaRow } from '../sync/contract'
import { Ledger } from '../sync/ledger'
import type { Decided, WorkChange, WorkReader, WorkTables } from '../sync/ledger'
import { emptyMeta, emptyWorkMeta, keyOf, unseen } from '../sync/ports'
import type { ReplicaBatch, ReplicaMeta, ReplicaStore, RowKey, WorkMeta } from '../sync/ports'

export interface Disk {
  rows: Map<string, ReplicaRow>
  meta: ReplicaMeta
  outbox: Map<number, OutboxEntry>
  drafts: Map<string, Draft>
  work: WorkMeta
}

export const emptyDisk = (): Disk => ({
  rows: new Map(),
  meta: emptyMeta(),
  outbox: new Map(),
  drafts: new Map(),
  work: emptyWorkMeta(),
})

/** Called before each write; what it does not let through never happens. */
export type WriteGate = (label: string) => Promise<void>
const open: WriteGate = () => Promise.resolve()

export function applyBatch(disk: Pick<Disk, 'rows' | 'meta'>, batch: ReplicaBatch): void {
  const { rows } = disk
  if (batch.clear) rows.clear()
  for (const key of batch.deletes) rows.delete(keyOf(key))
  for (const row of batch.puts) rows.set(keyOf(row), structuredClone(row))
  disk.meta = structuredClone(batch.meta)
}

export function applyChange(disk: Pick<Disk, 'outbox' | 'drafts' | 'work'>, change: WorkChange): void {
  const { clear, gone = [], goneDrafts = [], entries = [], drafts = [], meta } = structuredClone(change)
  if (clear) {
    disk.outbox.clear()
    disk.drafts.clear()
  }
  for (const counter of gone) disk.outbox.delete(counter)
  for (const id of goneDrafts) disk.drafts.delete(id)
  for (const entry of entries) disk.outbox.set(entry.counter, entry)
  for (const draft of drafts) disk.drafts.set(draft.id, draft)
  if (meta) disk.work = meta
}

export class MemoryReplica implements ReplicaStore {
  constructor(
    protected readonly disk: Pick<Disk, 'rows' | 'meta'>,
    private readonly gate: WriteGate = open,
  ) {}

  meta(): Promise<ReplicaMeta> {
    return Promise.resolve({ ...emptyMeta(), ...structuredClone(this.disk.meta) })
  }

  rows(keys: RowKey[]): Promise<ReplicaRow[]> {
    return Promise.resolve(keys.flatMap((k) => structuredClone(this.disk.rows.get(keyOf(k)) ?? [])))
  }

  private where(test: (row: ReplicaRow) => boolean): Promise<ReplicaRow[]> {
    return Promise.resolve(structuredClone([...this.disk.rows.values()].filter(test)))
  }

  members(handles: number[]): Promise<ReplicaRow[]> {
    return this.where((r) => r.b.some((h) => handles.includes(h)))
  }

  collection(c: string): Promise<ReplicaRow[]> {
    return this.where((r) => r.c === c)
  }

  async commit(batch: ReplicaBatch): Promise<void> {
    await this.gate('replica')
    applyBatch(this.disk, batch)
  }

  async unsee(): Promise<void> {
    await this.gate('unsee')
    this.disk.meta = unseen({ ...emptyMeta(), ...this.disk.meta })
  }
}

type WorkDisk = Pick<Disk, 'outbox' | 'drafts' | 'work'>

/** When the last transaction on a disk is over: also of another tab's tables. */
const turns = new WeakMap<WorkDisk, Promise<unknown>>()

/** One transaction at a time; `commit` makes a change last before it is seen. */
export class MemoryTables implements WorkTables {
  constructor(
    private readonly disk: WorkDisk,
    private readonly gate: WriteGate = open,
    private readonly commit: (change: WorkChange) => Promise<void> = () => Promise.resolve(),
  ) {}

  read<T>(look: (r: WorkReader) => Promise<T>): Promise<T> {
    return look(readerOf(this.disk))
  }

  async change<T>(what: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T> {
    await this.gate(what)
    const mine = (turns.get(this.disk) ?? Promise.resolve()).then(async () => {
      const { change, answer } = await decide(readerOf(this.disk))
      if (change) {
        await this.commit(change)
        applyChange(this.disk, change)
      }
      return answer
    })
    turns.set(
      this.disk,
      mine.catch(() => undefined),
    )
    return mine
  }
}

function readerOf(disk: WorkDisk): WorkReader {
  const entries = (test: (e: OutboxEntry) => boolean): Promise<OutboxEntry[]> =>
    Promise.resolve(structuredClone([...disk.outbox.values()].filter(test).sort((a, b) => a.counter - b.counter)))
  return {
    meta: () => Promise.resolve(structuredClone(disk.work)),
    byState: (...states: OutboxState[]) => entries((e) => states.includes(e.state)),
    byGroup: (group) => entries((e) => e.group === group),
    byCounter: (counters) => Promise.resolve(counters.map((c) => structuredClone(disk.outbox.get(c)))),
    drafts: () => Promise.resolve(structuredClone([...disk.drafts.values()])),
  }
}

export class MemoryWork extends Ledger {
  constructor(
    protected readonly disk: WorkDisk,
    protected readonly gate: WriteGate = open,
  ) {
    super(new MemoryTables(disk, gate))
  }
}
