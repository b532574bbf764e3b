/**
 * What a store of the work database offers the ledger, and what a transaction on it
 * comes to.
 */
import type { DeviceFile, Draft, OutboxEntry, OutboxState, RawFile } from './contract'
import { leaseOf } from './lease'
import { emptyWorkMeta } from './ports'
import type { WorkMeta } from './ports'
import type { Files } from './reader'

/** One transaction on the work database: first `gone`, then the rest. */
export interface WorkChange {
  /** Empties everything before the rest happens. */
  clear?: boolean
  gone?: number[]
  goneDrafts?: string[]
  goneFiles?: string[]
  goneRaws?: string[]
  /** By their hashes. */
  goneBytes?: string[]
  entries?: OutboxEntry[]
  drafts?: Draft[]
  files?: DeviceFile[]
  raws?: RawFile[]
  bytes?: Content[]
  meta?: WorkMeta
}

/** Bytes under their hash. An ArrayBuffer: WebKit has lost Blobs that were kept in a database. */
export interface Content {
  hash: string
  data: ArrayBuffer
}

/** What may be read inside a transaction. */
export interface WorkReader {
  /** Undefined before the first write; older versions may lack fields. */
  meta(): Promise<Partial<WorkMeta> | undefined>
  byState(...states: OutboxState[]): Promise<OutboxEntry[]>
  byGroup(group: string): Promise<OutboxEntry[]>
  byCounter(counters: number[]): Promise<(OutboxEntry | undefined)[]>
  drafts(): Promise<Draft[]>
  files(which: Files): PromiseLike<DeviceFile[]>
  /** Ids of what was stashed for a draft. */
  raws(draft: string): PromiseLike<string[]>
  bytes(hash: string): PromiseLike<ArrayBuffer | undefined>
}

/** What a decision inside a transaction comes to; a null change writes nothing. */
export interface Decided<T> {
  change: WorkChange | null
  answer: T
}

export interface WorkTables {
  read<T>(look: (r: WorkReader) => Promise<T>): Promise<T>
  /**
   * One write transaction, alone: nothing else is written between what `decide`
   * reads and its change. `decide` awaits nothing but the reader.
   */
  change<T>(what: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T>
}

/** Ordered to erase itself, this device keeps nothing more. */
export class Erased extends Error {
  override name = 'Erased'
}

/** A file needs a draft that sends it, and this one is not there. */
export class NoDraft extends Error {
  override name = 'NoDraft'
}

export const NOTHING = { change: null, answer: undefined }

export const metaOf = async (r: WorkReader): Promise<WorkMeta> => {
  const kept = await r.meta()
  return { ...emptyWorkMeta(), ...kept, lease: leaseOf(kept?.lease) }
}
