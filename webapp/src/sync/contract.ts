/**
 * What the screens and the sync engine say to each other. The engine owns the
 * replica; screens own drafts; both see the outbox. Types only.
 */
import type { StorageTrouble } from '../domain/storage'
import type { Standing } from './ports'
import type { components } from './wire.gen'

export type Mutation = components['schemas']['Mutation']
export type Outcome = components['schemas']['Outcome']
export type Problem = components['schemas']['Problem']
export type Session = components['schemas']['Session']

/** A row as the server said it. Dexie table `rows` of the replica database, key `[c+id]`, indexes `[c+i]`, `*b`. */
export interface ReplicaRow {
  c: string
  id: string
  rev: number
  /** The work it is of, see workOf in domain/records; else ''. */
  i: string
  /** Handles of the buckets that hold it. -1 (KEPT): it left the user's scope and stays only to show unsent work. */
  b: number[]
  /** 16 hex digits over `data` as stored (protocol §5). */
  digest: string
  data: Record<string, unknown>
}

export type OutboxState = 'pending' | 'applied' | 'rejected' | 'parked'

/** What a reviewer said when he decided about parked work. */
export interface Review {
  reason: string
  decided_by: string
  decided_at: string
}

/** One mutation the user made. Dexie table `outbox` of the work database, key `counter`, indexes `id`, `state`, `group`. */
export interface OutboxEntry {
  counter: number
  id: string
  device: string
  mutation: Mutation
  /** What was done together, the unit shown in the sync centre: a whole with its parts under its own id, or a change. */
  group: string
  /** Spanish, e.g. "Visita a Limpieza del canal Qantu · 23 nov". */
  label: string
  intervention: string
  state: OutboxState
  /** How often it was put on the wire; 0 means it can still be taken back. */
  attempts: number
  outcome?: Outcome
  /** Device time the outcome arrived, ISO. */
  acked_at?: string
  /** The server's clock in that answer; what pruning counts from. */
  acked_server_time?: string
  created_at: string
  /**
   * What the server had answered before it went back to an older state: while
   * the entry is pending it is being sent once more, and can not be taken back.
   */
  was?: Outcome
  /** Who decided about it after it was parked. */
  review?: Review
  /** Whom it is about, kept beside what is sent: he may leave the device before the answer comes. */
  about?: About
  /** The record that its record is a part of; see parentOf. An entry of an older app does not say. */
  parent?: string
  /** The draft and later group that carries what was refused here, see `redo`. */
  redone_as?: string
}

/** A person as the device knew him when the work was done. */
export interface About {
  dni: string
  given_names: string
  surnames: string
}

/**
 * What is being written: a visit or a single record that somebody began and will finish; what is typed about a
 * rendición, and a review of one; a document on its way to the outbox. Dexie table `drafts` of the work database,
 * key `id`. Survives everything.
 */
export interface Draft {
  id: string
  kind: 'visit' | 'record' | 'rendicion' | 'review' | 'document'
  intervention: string
  version: number
  saved_at: string
  /** The form's own shape: domain/visit, domain/record or domain/writing. */
  body: unknown
}

/** What a record of a file says, but for the record it is on. */
export interface FileFacts {
  /** Of the bytes; 64 hex digits, as `thumb`, of its thumbnail. */
  sha256: string
  size: number
  mime: string
  name?: string
  thumb?: string
  thumb_size?: number
  width?: number
  height?: number
  source: 'camera' | 'gallery' | 'file'
  /** By this device's clock, and by the server's as the device knew it. */
  captured_at: string
  reckoned_at?: string
  lat_e6?: number
  lon_e6?: number
  accuracy_m?: number
  exif_at?: string
  exif_lat_e6?: number
  exif_lon_e6?: number
  shot?: string
  note?: string
  /** Of a document: what it is, and the one in force that it takes the place of. */
  kind?: string
  replaces?: string
}

/**
 * 'queued': its record is finished, its bytes are to be sent; 'stored': the server said
 * that it has them; 'refused': it will not take them, or they can not be sent.
 */
export type FileState = 'draft' | 'queued' | 'stored' | 'refused'

/**
 * A file that was captured here. Dexie table `files` of the work database, key `id`,
 * indexes `draft`, `parent`, `state`, `facts.sha256`, `facts.thumb`. Its bytes lie in
 * `bytes`, key `hash`: each content once.
 */
export interface DeviceFile {
  /** The id of its record. */
  id: string
  collection: string
  /** The record it is on. */
  parent: string
  /** The draft that sends it; '' once finished. */
  draft: string
  intervention: string
  label: string
  facts: FileFacts
  state: FileState
  /** The upload under way at the server; '' before it began. Of a file that is refused, the one whose bytes the server judged. */
  upload: string
  /** How much of the file the server said it holds, bytes. */
  sent: number
  thumbSent: boolean
  /** A fault code; '' unless refused. */
  refusal: string
  created_at: string
  /** The counter of the entry that makes its record; 0 while a draft. What became of it is that entry's state. */
  counter: number
  /** The bytes of the file lie here; the thumbnail's do as long as this does. */
  held: boolean
  /** The commit that was seen to have it stored, and the server's time when that was first known to be durable; 0 and ''. */
  shown: number
  proven: string
}

/** What a screen says of a file that it captures. */
export type Captured = Pick<
  DeviceFile,
  'id' | 'collection' | 'parent' | 'draft' | 'intervention' | 'label' | 'facts' | 'created_at'
>

/**
 * A picture as a camera or the gallery gave it, until it is made ready and `capture` takes its place.
 * Table `raws` of the work database, key `id`, index `draft`.
 */
export interface RawFile {
  /** Of the file it becomes. */
  id: string
  draft: string
  /** The screen's own: of what, when and how it was taken. */
  about: unknown
  type: string
  data: ArrayBuffer
}

/** A file taken off the device, with its bytes: for the way back. */
export interface KeptFile {
  file: DeviceFile
  bytes?: ArrayBuffer
  thumb?: ArrayBuffer
}

/** A file of what was refused goes along to the record that takes the place of the one it is on. */
export interface CarriedFile {
  from: string
  id: string
  parent: string
}

/** What `discard` took away. */
export interface Forgotten {
  entries: OutboxEntry[]
  files: KeptFile[]
}

export interface FilesStatus {
  /** Files that are finished and not stored yet, and the bytes still to be sent of them. */
  waiting: number
  bytes: number
  /** The server will not take them, or they can not be sent: each says why. */
  refused: number
  /** The id of the one being sent, and how much of it is sent; '' and 0. */
  current: string
  sent: number
  /** What they wait for beside the network. */
  held: '' | 'wifi'
  /** The person wants them sent over Wi-Fi alone. */
  wifiOnly: boolean
}

export type SyncProblem =
  | ''
  | 'no_network'
  | 'session_expired'
  | 'server'
  | 'server_full'
  | 'server_damaged'
  | 'too_many_devices' // the account has as many as it may: this one has no name yet
  | 'pushed_enough' // for today
  | 'too_often'
  | 'client_outdated'
  | StorageTrouble // this device's
  | 'device_revoked'
  | 'differs' // what was received, and repair does not cure it

export type SyncPhase = 'idle' | 'pushing' | 'pulling' | 'waiting'

export interface SyncStatus {
  phase: SyncPhase
  /** Progress of the current phase, e.g. 3 of 6 mutations or rows so far. */
  done: number
  total: number
  /** Outbox counts. */
  pending: number
  /** The pending ones as a person counts them, see OutboxCounts. */
  work: Readonly<Record<string, number>>
  rejected: number
  parked: number
  /** Entries the server had answered, and is sent again because it went back to an older state. */
  resending: number
  files: FilesStatus
  /** ISO device time of the last pull that was complete and whose checksum matched; '' if never. */
  synced_at: string
  /** True only when nothing is unsent, the last pull was complete and its total matched (I8). */
  in_sync: boolean
  /** The server's business date at the last pull, and how far this device's clock is off (ms). */
  business_date: string
  /** The server's clock when it said that; '' before the first page. */
  server_time: string
  clock_offset_ms: number
  /** Last failure, for people. */
  problem: SyncProblem
  /** What the server ordered for this device: see Standing in ports. */
  standing: Standing
  /** No word from the server for too long: the screens stay shut until it answers; the queue goes on. */
  locked: boolean
  /** When it will try again (ISO) if phase is 'waiting'. */
  retry_at: string
}

export interface NewMutation {
  collection: string
  record: string
  /** An update carries whole merge groups: see changedFields in domain/record. A delete carries no fields. */
  op: 'create' | 'update' | 'delete'
  fields: Record<string, unknown>
  form: string
  /** What the person saw when he began: the revision of the row, and this device's own work shown over it. */
  base_rev?: number
  prev?: string
  saw?: Record<string, unknown>
  about?: About
  /** The record it is a part of, where its fields do not say so. */
  parent?: string
}

export interface SyncEngine {
  start(): Promise<void>
  stop(): Promise<void>
  /** Push and pull now; resolves when this round ended, well or not. */
  syncNow(): Promise<void>
  /** Puts a draft down; resolves once it is on disk (strict durability). */
  saveDraft(draft: Draft): Promise<void>
  /** Puts a picture down as it came, before anything is made of it. Its draft must be on disk. */
  stash(raw: RawFile): Promise<void>
  /** Lets go of one that nothing can be made of. */
  unstash(id: string): Promise<void>
  /**
   * Puts a file down with its bytes, in one strict transaction; what is stored and durable at the server makes
   * room where there is none. Its draft must be on disk. `thumb` is kept where the facts have its hash.
   * What was stashed of it goes.
   */
  capture(file: Captured, bytes: ArrayBuffer, thumb: ArrayBuffer): Promise<void>
  /** Takes away a file of a draft, or one that was refused; undefined, and nothing happened, for any other. */
  dropFile(id: string): Promise<KeptFile | undefined>
  /** The way back from `dropFile`; false, and nothing happened, where its draft is gone. */
  putFileBack(kept: KeptFile): Promise<boolean>
  /** Sends a file that was refused once more; false where it was not. What its record says of it may refuse it again. */
  sendFileAgain(id: string): Promise<boolean>
  /** Lets go of the bytes that are stored and durable at the server, before their time; answers how many that were. */
  freeSpace(): Promise<number>
  /** Files are sent over Wi-Fi alone. */
  setWifiOnly(on: boolean): Promise<void>
  /**
   * Put the mutations of one finished piece of work in the outbox and delete its draft, in one strict
   * transaction. The files of the draft go along, each as the record of a file, after the rest.
   *
   * What this is `instead` of goes in that transaction too: groups that were never on the wire are taken back,
   * what was refused of the others is forgotten. False, and nothing happened, where one was sent meanwhile.
   */
  enqueue(work: {
    group: string
    label: string
    intervention: string
    mutations: NewMutation[]
    draft?: string
    instead?: readonly string[]
  }): Promise<boolean>
  /**
   * Take a group back while none of it was ever put on the wire; puts `draft` back, if there is one, in the
   * same transaction, with the files it had. What has files is not taken back without a draft.
   */
  takeBack(group: string, draft: Draft | null): Promise<boolean>
  /**
   * Puts down a draft that carries what was refused of a group again, and remembers
   * it there, in one strict transaction. Once: with such a draft already made,
   * answers that one's id and keeps it as it is.
   *
   * @param only ids of the refused mutations it carries; without, all of the group
   * @param carry the files that go along, under new ids: the refused ones keep theirs
   */
  redo(group: string, draft: Draft, only?: readonly string[], carry?: readonly CarriedFile[]): Promise<string>
  /**
   * Forgets what the person said, and confirmed, is not wanted: the draft with this
   * id, and what the server refused of the group with this id. What it was to
   * replace is open again. Never touches what is pending, parked or applied. Their
   * files go along.
   *
   * @param only ids of the refused mutations to forget; without, all of the group
   * @returns what was forgotten, for `putBack`
   */
  discard(id: string, only?: readonly string[]): Promise<Forgotten>
  /** The way back from `discard` of what was refused. */
  putBack(forgotten: Forgotten): Promise<void>
  status(): SyncStatus
  subscribe(listener: (s: SyncStatus) => void): () => void
}
