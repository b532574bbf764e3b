/**
 * What the sync engine needs from the outside. Each write method is ONE atomic
 * transaction: it happens entirely or not at all, and a crash may fall between
 * any two of them.
 */
import type {
  Captured,
  CarriedFile,
  DeviceFile,
  Draft,
  FilesStatus,
  Forgotten,
  KeptFile,
  NewMutation,
  OutboxEntry,
  Outcome,
  RawFile,
  ReplicaRow,
  Review,
} from './contract'
import { noLease } from './lease'
import type { components } from './wire.gen'

/** A commit of one history (protocol §4): no other history has this seq with this nonce. */
export type Mark = components['schemas']['Mark']

/** What every answer of push and pull says of the server's history. */
export interface Witness {
  mark: Mark
  /** One of the marks sent is not of this history. */
  rewound?: boolean
}

export type Cursor = components['schemas']['Cursor']
export type PullPage = components['schemas']['PullPage']
export type PullRequest = components['schemas']['PullRequest']
export type PushRequest = components['schemas']['PushRequest']
export type BucketCheck = components['schemas']['BucketCheck']
export type DeviceReport = components['schemas']['DeviceReport']

/** The replica schema this client understands; a bump rebuilds the replica. */
export const SCHEMA = 2
export const PROTOCOL = 1

export interface RowKey {
  c: string
  id: string
}

export const keyOf = (row: RowKey): string => `${row.c}/${row.id}`

/** A bucket held: its name, the rows in it and their sum (16 hex digits). */
export interface HeldBucket {
  name: string
  count: number
  sum: string
}

/** Where the replica stands; written in the same transaction as the rows. */
export interface ReplicaMeta {
  schema: number
  cursor?: Cursor
  /** By handle. */
  buckets: Record<number, HeldBucket>
  /** ISO device time of the last complete pull whose total matched, or ''. */
  synced_at: string
  /** Begun, for the first time or anew, and no pull that matched has filled it since. */
  incomplete: boolean
  business_date: string
  /** Server minus device, in ms, at the last page. */
  clock_offset_ms: number
  server_time: string
  /** The newest commit a complete pull has shown. */
  seen_seq: number
  durable_seq: number
  last_heal_at: string
  /** Handles of buckets whose content must be compared row by row: what the pages bring does not make them whole. */
  reconcile: number[]
  /** Handles entered by a page that was cut between two of its transactions; in no cursor yet. */
  half: number[]
  /** What was repaired last and may differ still; gone once everything matches. */
  uncured?: Uncured
}

export interface Uncured {
  /** What differs: see remedyFor. */
  of: string
  /** How often just this was repaired. */
  times: number
  /** ISO device time it was first found. */
  since: string
  /** When it was repaired last, device time in ms. */
  at: number
}

export const emptyMeta = (): ReplicaMeta => ({
  schema: SCHEMA,
  buckets: {},
  synced_at: '',
  incomplete: true,
  business_date: '',
  clock_offset_ms: 0,
  server_time: '',
  seen_seq: 0,
  durable_seq: 0,
  last_heal_at: '',
  reconcile: [],
  half: [],
})

/**
 * The server has gone back: nothing counts as seen or durable until a page says
 * so, and every bucket is compared. What the pages bring is not enough: a row that
 * moved in the lost future, of a bucket read in part, comes with none of them.
 */
export const unseen = (meta: ReplicaMeta): ReplicaMeta => ({
  ...meta,
  seen_seq: 0,
  durable_seq: 0,
  reconcile: Object.keys(meta.buckets).map(Number),
})

/** One transaction on the replica: first `clear`, then deletes, then puts. */
export interface ReplicaBatch {
  clear: boolean
  deletes: RowKey[]
  puts: ReplicaRow[]
  meta: ReplicaMeta
}

export interface ReplicaStore {
  meta(): Promise<ReplicaMeta>
  /** The rows that exist among these keys, in any order. */
  rows(keys: RowKey[]): Promise<ReplicaRow[]>
  /** Every row that is a member of at least one of these handles, once. */
  members(handles: number[]): Promise<ReplicaRow[]>
  /** Every row of a collection; for small ones. */
  collection(c: string): Promise<ReplicaRow[]>
  commit(batch: ReplicaBatch): Promise<void>
  /** `unseen` of what the meta is by then: a page may be stored at the same time. */
  unsee(): Promise<void>
}

/**
 * What the server said of this device, and how far we have acted on it:
 * `revoked` is flushing, `evicted` holds no replica any more; `wiped` must hold
 * nothing and has not told the server so, `erased` has.
 */
export type Standing = 'active' | 'revoked' | 'evicted' | 'wiped' | 'erased'

/** How long the device may work without a word from the server: see lease.ts. */
export interface Lease {
  days: number
  /** The newest time this device's clock is believed to have shown, ms; 0 before the first answer. */
  seen: number
  /** How long the server has been silent, ms. */
  silent: number
}

export interface WorkMeta {
  /** Random, kept by this installation; '' before the first start. */
  install: string
  /** '' until registered. */
  device: string
  /** The highest counter ever given to a mutation here. */
  last_counter: number
  /** Commits we were told of and the server has not confirmed to be of its history since. */
  marks: Mark[]
  standing: Standing
  lease: Lease
  /** Files are sent over Wi-Fi alone. */
  wifiOnly: boolean
}

export const emptyWorkMeta = (): WorkMeta => ({
  install: '',
  device: '',
  last_counter: 0,
  marks: [],
  standing: 'active',
  lease: noLease(),
  wifiOnly: false,
})

/** The marks a request carried and what its answer said to them. */
export interface Told extends Witness {
  sent: readonly Mark[]
}

/** How many marks one request may carry. */
export const MAX_MARKS = 32

export interface Answered {
  counter: number
  id: string
  outcome: Outcome
  acked_at: string
  server_time: string
}

export interface OutboxCounts {
  pending: number
  /**
   * Those as a person counts them, by kind: wholes (visits) of which anything waits,
   * each once; under '' the changes of what was sent before.
   */
  work: Readonly<Record<string, number>>
  rejected: number
  parked: number
  /** Of the pending ones, those the server had answered before it went back. */
  resending: number
  oldest_pending_at: string
  files: FileCounts
}

export type FileCounts = Pick<FilesStatus, 'waiting' | 'bytes' | 'refused' | 'wifiOnly'>

export const noCounts = (): OutboxCounts => ({
  pending: 0,
  work: {},
  rejected: 0,
  parked: 0,
  resending: 0,
  oldest_pending_at: '',
  files: { waiting: 0, bytes: 0, refused: 0, wifiOnly: false },
})

export interface Work {
  group: string
  label: string
  intervention: string
  mutations: NewMutation[]
  draft?: string
  /** Groups whose place this takes: they go in the same transaction. */
  instead?: readonly string[]
}

/** Given by the caller so that a transaction makes nothing up by itself. */
export interface Stamp {
  ids: string[]
  /** For the records of the draft's files, as many as there turn out to be. */
  more?: () => string
  at: string
}

/** What is known of the files' records after a complete pull. */
export interface Seen {
  rows: readonly ReplicaRow[]
  /** Ids whose records the server did not know when their bytes came. */
  missing: ReadonlySet<string>
  seen_seq: number
  durable_seq: number
  server_time: string
  /** Nothing happened since the pull began: what it does not say is not so. */
  fresh: boolean
}

/** What is noted of a file while it is sent. */
export type FileNote = Partial<Pick<DeviceFile, 'state' | 'upload' | 'sent' | 'thumbSent' | 'refusal'>>

/** What was decided about a mutation after it was answered: by a reviewer, or because a record came that it waited for. */
export interface Verdict {
  mutation: string
  outcome: Outcome
  /** What the reviewer said; none where nobody decided. */
  review?: Review
}

export interface WorkStore {
  meta(): Promise<WorkMeta>
  counts(): Promise<OutboxCounts>
  /** Every unanswered entry, oldest first. */
  pending(): Promise<OutboxEntry[]>
  /** Interventions that have unanswered work, or files that are not stored. */
  waiting(): Promise<Set<string>>
  /**
   * Counts one more attempt on each that is still there and unanswered; answers
   * those. One that was never on the wire is lifted to the current form first.
   */
  claim(counters: number[]): Promise<OutboxEntry[]>
  /**
   * Stores outcomes of entries that are unanswered and carry that id, and what
   * the answer said of our marks: they are confirmed, or, if the server has gone
   * back, forgotten, and all acknowledged work waits again.
   */
  receive(answers: readonly Answered[], told?: Told): Promise<void>
  /** Gives entries whose outcome may change the one decided since; the same again changes nothing. */
  review(verdicts: readonly Verdict[]): Promise<void>
  /** Puts it down as it is now. This, enqueue, takeBack, redo, capture and the ways back throw Erased on a device so ordered. */
  saveDraft(draft: Draft): Promise<void>
  /**
   * A draft is finished once: where the one named is gone already (a second tap, another tab), nothing happens.
   * What this is `instead` of goes with it: what was never on the wire is taken back, what was refused is
   * forgotten. False, and nothing happened, where one of them has neither any more: it was sent meanwhile.
   */
  enqueue(work: Work, stamp: Stamp): Promise<boolean>
  /** False, and nothing happened, unless the group exists and none of it was ever on the wire. */
  takeBack(group: string, draft: Draft | null): Promise<boolean>
  /** See SyncEngine, as the next two. */
  redo(group: string, draft: Draft, only?: readonly string[], carry?: readonly CarriedFile[]): Promise<string>
  discard(id: string, only?: readonly string[]): Promise<Forgotten>
  putBack(forgotten: Forgotten): Promise<void>
  /** See SyncEngine, as the next seven. */
  stash(raw: RawFile): Promise<void>
  unstash(id: string): Promise<void>
  capture(file: Captured, bytes: ArrayBuffer, thumb: ArrayBuffer): Promise<void>
  dropFile(id: string): Promise<KeptFile | undefined>
  putFileBack(kept: KeptFile): Promise<boolean>
  sendFileAgain(id: string): Promise<boolean>
  freeSpace(): Promise<number>
  setWifiOnly(on: boolean): Promise<void>
  /** Files whose record was taken, applied or parked, and that are not stored, oldest first; of one id, that one. */
  sendable(id?: string): Promise<DeviceFile[]>
  /** Those whose records are to be looked at after a pull; all, or those with something still to come. */
  recorded(all: boolean): Promise<DeviceFile[]>
  bytes(hash: string): Promise<ArrayBuffer | undefined>
  /** Of a file that is still to be sent; of any other nothing is noted. */
  noteFile(id: string, note: FileNote): Promise<void>
  /** What a complete pull said of the files' records. */
  settle(seen: Seen): Promise<void>
  /** A name of this installation, if it has none: another tab may have begun. */
  beginInstall(install: string): Promise<void>
  /** Another name of this installation, to be registered anew. */
  saveInstall(install: string): Promise<void>
  saveDevice(device: string, lastCounter: number): Promise<void>
  note(change: Partial<Pick<WorkMeta, 'standing' | 'lease'>>): Promise<void>
  /** Forgets applied entries that are durable at the server and old enough. */
  prune(durableSeq: number, serverTime: string): Promise<void>
  /** Ordered by the server: forgets everything but which device this was, and that. */
  erase(): Promise<void>
}

/** What came back. `status` 0: no answer that can be believed (lost, cut, not JSON). */
export interface Answer {
  status: number
  body?: unknown
  /** Seconds, from Retry-After. */
  retryAfter?: number
}

/** An answer to bytes: what it says is in its headers, by their names in small letters. */
export interface BytesAnswer extends Answer {
  headers: Readonly<Record<string, string>>
}

export interface Transport {
  /** Never throws. `path` is below /api/chaski/v1. */
  send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>
  /** The same for the requests of an upload. */
  bytes(
    method: 'POST' | 'HEAD' | 'PATCH',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: ArrayBuffer,
  ): Promise<BytesAnswer>
}

/** What the device's clocks say at one moment. */
export interface Reading {
  /** Milliseconds since 1970. */
  wall: number
  /** ms of a clock that nobody sets; it may stand still while the device sleeps. */
  steady: number
  /** Somebody had the app in front of him all the time since the reading before. */
  attended: boolean
}

export interface Clock {
  /** Milliseconds since 1970 by this device. */
  now(): number
  read(): Reading
  /** Calls back at or after `at`; one timer at a time, a new one replaces the old. */
  wake(at: number, callback: () => void): void
}

export interface Random {
  /** In [0, 1): spreads retries. */
  jitter(): number
  /** A UUIDv7. */
  mutationId(): string
  /** A random token for `install`. */
  token(): string
}
