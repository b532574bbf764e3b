/**
 * The stores in memory: the reference the other stores are tested against, the
 * disk of a simulated phone, and what a file-backed store keeps at hand. `Disk`
 * outlives a killed client.
 */
import type { DeviceFile, Draft, OutboxEntry, OutboxState, RawFile, ReplicaRow } from '../sync/contract'
import { Ledger } from '../sync/ledger'
import type { Files } from '../sync/reader'
import type { Decided, WorkChange, WorkReader, WorkTables } from '../sync/tables'
import { emptyMeta, emptyWorkMeta, keyOf, unseen } from '../sync/ports'
import type { ReplicaBatch, ReplicaMeta, ReplicaStore, RowKey, WorkMeta } from '../sync/ports'

export interface Disk {
  rows: Map<string, ReplicaRow>
  meta: ReplicaMeta
  outbox: Map<number, OutboxEntry>
  drafts: Map<string, Draft>
  files: Map<string, DeviceFile>
  raws: Map<string, RawFile>
  /** By hash. */
  bytes: Map<string, ArrayBuffer>
  work: WorkMeta
}

export const emptyDisk = (): Disk => ({
  rows: new Map(),
  meta: emptyMeta(),
  outbox: new Map(),
  drafts: new Map(),
  files: new Map(),
  raws: new Map(),
  bytes: new Map(),
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

export function applyChange(disk: WorkDisk, change: WorkChange): void {
  const { clear, entries = [], drafts = [], files = [], raws = [], bytes = [], meta, ...gone } = structuredClone(change)
  if (clear) for (const table of [disk.outbox, disk.drafts, disk.files, disk.raws, disk.bytes]) table.clear()
  for (const counter of gone.gone ?? []) disk.outbox.delete(counter)
  for (const id of gone.goneDrafts ?? []) disk.drafts.delete(id)
  for (const id of gone.goneFiles ?? []) disk.files.delete(id)
  for (const id of gone.goneRaws ?? []) disk.raws.delete(id)
  for (const hash of gone.goneBytes ?? []) disk.bytes.delete(hash)
  for (const entry of entries) disk.outbox.set(entry.counter, entry)
  for (const draft of drafts) disk.drafts.set(draft.id, draft)
  for (const file of files) disk.files.set(file.id, file)
  for (const raw of raws) disk.raws.set(raw.id, raw)
  for (const { hash, data } of bytes) disk.bytes.set(hash, data)
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

type WorkDisk = Omit<Disk, 'rows' | 'meta'>

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
    files: (which) => Promise.resolve(structuredClone([...disk.files.values()].filter((f) => isOf(f, which)))),
    raws: (draft) => Promise.resolve([...disk.raws.values()].flatMap((x) => (x.draft === draft ? [x.id] : []))),
    bytes: (hash) => Promise.resolve(structuredClone(disk.bytes.get(hash))),
  }
}

function isOf(f: DeviceFile, which: Files): boolean {
  if (which === 'all') return true
  if ('ids' in which) return which.ids.includes(f.id)
  if ('draft' in which) return f.draft === which.draft
  if ('parent' in which) return f.parent === which.parent
  if ('states' in which) return which.states.includes(f.state)
  return which.hashes.includes(f.facts.sha256) || which.hashes.includes(f.facts.thumb ?? '')
}

export class MemoryWork extends Ledger {
  constructor(
    protected readonly disk: WorkDisk,
    protected readonly gate: WriteGate = open,
  ) {
    super(new MemoryTables(disk, gate))
  }
}
