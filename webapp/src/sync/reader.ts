/**
 * What may be asked of what is on this device, by whoever shows it. Each answer is
 * one bounded range of an index, as it stood at one moment. Writing is the engine's
 * (contract.ts): nothing else changes rows, outbox or drafts.
 */
import type { Draft, OutboxEntry, OutboxState, ReplicaRow } from './contract'
import type { ReplicaMeta } from './ports'

/** Which entries of the outbox. */
export type Entries = { states: readonly OutboxState[] } | { group: string } | { ids: readonly string[] } | 'all'

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
}
