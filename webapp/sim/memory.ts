/**
 * The stores in memory: the reference the Dexie stores are tested against, and
 * the disk of a simulated phone. `Disk` outlives a killed client.
 */
import type { Draft, OutboxEntry, ReplicaRow } from '../src/sync/contract'
import { canTakeBack, countsOf, entriesFor } from '../src/sync/entries'
import { emptyMeta, keyOf } from '../src/sync/ports'
import type {
  OutboxCounts,
  ReplicaBatch,
  ReplicaMeta,
  ReplicaStore,
  RowKey,
  Settlement,
  Stamp,
  Work,
  WorkMeta,
  WorkStore,
} from '../src/sync/ports'
import { prunable, settled } from '../src/sync/push'

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
  work: { install: '', device: '', last_counter: 0 },
})

/** Called before each write; what it does not let through never happens. */
export type WriteGate = (label: string) => Promise<void>
const open: WriteGate = () => Promise.resolve()

export class MemoryReplica implements ReplicaStore {
  constructor(
    private readonly disk: Disk,
    private readonly gate: WriteGate = open,
  ) {}

  meta(): Promise<ReplicaMeta> {
    return Promise.resolve(structuredClone(this.disk.meta))
  }

  rows(keys: RowKey[]): Promise<ReplicaRow[]> {
    return Promise.resolve(keys.flatMap((k) => structuredClone(this.disk.rows.get(keyOf(k)) ?? [])))
  }

  members(handles: number[]): Promise<ReplicaRow[]> {
    const held = [...this.disk.rows.values()].filter((r) => r.b.some((h) => handles.includes(h)))
    return Promise.resolve(structuredClone(held))
  }

  async commit(batch: ReplicaBatch): Promise<void> {
    await this.gate('replica')
    const { rows } = this.disk
    if (batch.clear) rows.clear()
    for (const key of batch.deletes) rows.delete(keyOf(key))
    for (const row of batch.puts) rows.set(keyOf(row), structuredClone(row))
    this.disk.meta = structuredClone(batch.meta)
  }
}

export class MemoryWork implements WorkStore {
  constructor(
    protected readonly disk: Disk,
    protected readonly gate: WriteGate = open,
  ) {}

  private entries(): OutboxEntry[] {
    return [...this.disk.outbox.values()].sort((a, b) => a.counter - b.counter)
  }

  private put(entry: OutboxEntry): void {
    this.disk.outbox.set(entry.counter, structuredClone(entry))
  }

  meta(): Promise<WorkMeta> {
    return Promise.resolve({ ...this.disk.work })
  }

  counts(): Promise<OutboxCounts> {
    return Promise.resolve(countsOf(this.entries()))
  }

  pending(): Promise<OutboxEntry[]> {
    return Promise.resolve(structuredClone(this.entries().filter((e) => e.state === 'pending')))
  }

  waiting(): Promise<Set<string>> {
    const pending = this.entries().filter((e) => e.state === 'pending')
    return Promise.resolve(new Set([...pending, ...this.disk.drafts.values()].map((w) => w.intervention)))
  }

  async claim(counters: number[]): Promise<OutboxEntry[]> {
    if (counters.length === 0) return []
    await this.gate('claim')
    const claimed: OutboxEntry[] = []
    for (const counter of counters) {
      const entry = this.disk.outbox.get(counter)
      if (entry?.state === 'pending') claimed.push({ ...entry, attempts: entry.attempts + 1 })
    }
    for (const entry of claimed) this.put(entry)
    return structuredClone(claimed)
  }

  async settle(settlements: Settlement[]): Promise<void> {
    await this.gate('settle')
    for (const s of settlements) {
      const entry = settled(this.disk.outbox.get(s.counter), s)
      if (entry) this.put(entry)
    }
  }

  async enqueue(work: Work, stamp: Stamp): Promise<void> {
    await this.gate('enqueue')
    if (work.draft && !this.disk.drafts.has(work.draft)) return
    const { entries, meta } = entriesFor(work, stamp, this.disk.work, this.entries())
    for (const entry of entries) this.put(entry)
    this.disk.work = meta
    if (work.draft) this.disk.drafts.delete(work.draft)
  }

  async takeBack(group: string, draft: Draft): Promise<boolean> {
    await this.gate('takeBack')
    const entries = this.entries().filter((e) => e.group === group)
    if (!canTakeBack(entries)) return false
    for (const entry of entries) this.disk.outbox.delete(entry.counter)
    this.disk.drafts.set(draft.id, structuredClone(draft))
    return true
  }

  async saveInstall(install: string): Promise<void> {
    await this.gate('install')
    this.disk.work = { ...this.disk.work, install, device: '' }
  }

  async saveDevice(device: string, lastCounter: number): Promise<void> {
    await this.gate('device')
    const last_counter = Math.max(this.disk.work.last_counter, lastCounter)
    this.disk.work = { ...this.disk.work, device, last_counter }
  }

  async prune(durableSeq: number, serverTime: string): Promise<void> {
    const old = this.entries().filter((e) => prunable(e, durableSeq, serverTime))
    if (old.length === 0) return
    await this.gate('prune')
    for (const entry of old) this.disk.outbox.delete(entry.counter)
  }
}
