/**
 * What may be asked of what is on this device, by whoever shows it. Each answer is
 * one bounded range of an index, as it stood at one moment. Writing is the engine's
 * (contract.ts): nothing else changes rows, outbox or drafts.
 */
import type { DeviceFile, Draft, FileState, OutboxEntry, OutboxState, RawFile, ReplicaRow } from './contract'
import type { ReplicaMeta } from './ports'

/** Which entries of the outbox. */
export type Entries = { states: readonly OutboxState[] } | { group: string } | { ids: readonly string[] } | 'all'

/** A file is sent in two: its thumbnail, and itself. */
export type FilePart = 'file' | 'thumb'

/** Which files of this device. */
export type Files =
  | { ids: readonly string[] }
  | { draft: string }
  | { parent: string }
  | { states: readonly FileState[] }
  /** Those whose bytes, or whose thumbnail's, have one of these hashes. */
  | { hashes: readonly string[] }
  | 'all'

export interface Reader {
  /** Where the replica stands; undefined before the first page. */
  meta(): Promise<ReplicaMeta | undefined>
  row(c: string, id: string): Promise<ReplicaRow | undefined>
  /** Those of these that are there. */
  rows(c: string, ids: readonly string[]): Promise<ReplicaRow[]>
  ofKind(c: string): Promise<ReplicaRow[]>
  ofWork(c: string, work: string): Promise<ReplicaRow[]>
  /** Oldest first. */
  entries(which: Entries): Promise<OutboxEntry[]>
  drafts(): Promise<Draft[]>
  draft(id: string): Promise<Draft | undefined>
  /** Files captured here, oldest first; what other devices captured is in their records alone. */
  files(which: Files): Promise<DeviceFile[]>
  /** Ids of what was stashed for a draft. */
  raws(draft: string): Promise<string[]>
  raw(id: string): Promise<RawFile | undefined>
  /** Of a file captured here, as long as they lie here. */
  bytes(id: string, part: FilePart): Promise<ArrayBuffer | undefined>
}
