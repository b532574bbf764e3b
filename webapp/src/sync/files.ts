/**
 * The rules of the files that were captured here. Pure; the ledger decides by them
 * inside its transactions. Invariants:
 *  F1 a file and its bytes come and go in one transaction: never one without the other (I2);
 *  F2 the bytes of a file go only with the file, at the person's wish or by order, or once
 *     its record is seen to have it stored, and the commit that says so is durable (I2);
 *  F3 a file is on one record, its own; under another id it is another file (I3).
 */
import { declared } from '../domain/records'
import type { Captured, CarriedFile, DeviceFile, NewMutation, OutboxEntry, ReplicaRow } from './contract'
import type { FileCounts, FileNote, Seen } from './ports'
import { KEEP_MS } from './push'

const UNSENT = { state: 'queued', upload: '', sent: 0, thumbSent: false, refusal: '', shown: 0, proven: '' } as const

/** A file as it is put down. */
export const captured = (file: Captured): DeviceFile => ({ ...file, ...UNSENT, state: 'draft', counter: 0, held: true })

/** The mutation that makes its record. */
export function createOf({ id, collection, parent, facts }: DeviceFile): NewMutation {
  const { form = '', parent: field } = declared(collection)
  const said = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '')
  const fields = { ...(field ? { [field]: parent } : {}), ...Object.fromEntries(said) }
  return { collection, record: id, op: 'create', fields, form, parent }
}

/** Finished with its draft, by the entry that makes its record. */
export function finished(file: DeviceFile, entries: readonly OutboxEntry[]): DeviceFile {
  const entry = entries.find((e) => e.mutation.record === file.id)
  return { ...file, ...UNSENT, draft: '', counter: entry?.counter ?? 0 }
}

/** In a draft again, whose record was never sent. */
export const reopened = (file: DeviceFile, draft: string): DeviceFile => ({
  ...file,
  ...UNSENT,
  state: 'draft',
  draft,
  counter: 0,
})

/** Another file of the same content, on what takes the place of the record that was refused. */
export const carried = (file: DeviceFile, { id, parent }: CarriedFile, draft: string): DeviceFile => ({
  ...reopened(file, draft),
  id,
  parent,
})

/** Of those, whose records these entries make. */
export function madeBy(files: readonly DeviceFile[], entries: readonly OutboxEntry[]): DeviceFile[] {
  const by = new Map(entries.map((e) => [e.counter, e.mutation.record]))
  return files.filter((f) => f.counter > 0 && by.get(f.counter) === f.id)
}

/** Those that are not stored and whose record may still come to be, or is there: not of what was refused. */
export function unsent(queued: readonly DeviceFile[], entries: readonly (OutboxEntry | undefined)[]): DeviceFile[] {
  const refused = new Set(entries.flatMap((e) => (e?.state === 'rejected' ? [e.counter] : [])))
  return queued.filter((f) => f.state === 'queued' && f.held && !refused.has(f.counter))
}

/** Of those, whose record the server has taken; an entry that is no more was applied long ago. */
export function taken(queued: readonly DeviceFile[], entries: readonly (OutboxEntry | undefined)[]): DeviceFile[] {
  const waiting = new Set(entries.flatMap((e) => (e?.state === 'pending' ? [e.counter] : [])))
  return unsent(queued, entries).filter((f) => !waiting.has(f.counter))
}

export const oldestFirst = (a: DeviceFile, b: DeviceFile): number =>
  a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : a.id < b.id ? -1 : 1

export function countFiles(waiting: readonly DeviceFile[], refused: number, wifiOnly: boolean): FileCounts {
  const bytes = waiting.reduce((sum, f) => sum + f.facts.size - f.sent, 0)
  return { waiting: waiting.length, bytes, refused, wifiOnly }
}

/** What is noted of a file under way; null where it is not to be sent any more. */
export const noted = (file: DeviceFile | undefined, note: FileNote): DeviceFile | null =>
  file?.state === 'queued' ? { ...file, ...note } : null

/** A server that went back may have lost what it stored, and that it refused it: sent again, as far as the bytes are here. */
export const lost = (file: DeviceFile): DeviceFile => (file.held ? { ...file, ...UNSENT } : file)

const text = (row: ReplicaRow, field: string): string => {
  const value = row.data[field]
  return typeof value === 'string' ? value : ''
}

/** The server said of its bytes that they are stored, or why not, once its record said so. */
const judged = (file: DeviceFile): boolean =>
  file.state === 'stored' || (file.state === 'refused' && file.upload !== '')

/**
 * A file after a complete pull: as it is now, null where nothing is left of it to keep.
 *
 * @param row of its record, as a pull last said it: not one that is only kept to show unsent work
 * @param entry the one that makes its record; none where it was pruned
 * @param deleted its record, or what that is on, was deleted here
 */
export function settled(
  file: DeviceFile,
  row: ReplicaRow | undefined,
  entry: OutboxEntry | undefined,
  deleted: boolean,
  seen: Seen,
): DeviceFile | null {
  if (row && text(row, 'stored_at') !== '') return kept(file, seen)
  const refusal = row ? text(row, 'refusal') : ''
  if (refusal !== '') return file.refusal === refusal ? file : { ...file, ...UNSENT, state: 'refused', refusal }
  // It is there after all: what was said of it was said while it was not.
  const found = file.refusal === 'record_not_found'
  if (row) return found || (seen.fresh && judged(file)) ? lost(file) : file
  const applied = entry === undefined || (entry.state === 'applied' && (entry.outcome?.seq ?? 0) <= seen.seen_seq)
  if (!applied) return file
  // Its record is not there any more, or not for us. What was stored before a pull began was so at the commit it shows.
  if (deleted) return null
  if (file.state === 'stored') {
    const next = seen.fresh || file.shown > 0 ? kept(file, seen) : file
    return next.held ? next : null
  }
  const gone = seen.fresh && file.state === 'queued' && seen.missing.has(file.id)
  return gone ? { ...file, ...UNSENT, state: 'refused', refusal: 'record_not_found' } : file
}

/** Its record is seen to have it stored: durable and old enough, the bytes need not lie here (F2). By the server's clock alone (I7). */
function kept(file: DeviceFile, { seen_seq, durable_seq, server_time }: Seen): DeviceFile {
  const shown = file.shown || seen_seq
  const proven = durable_seq >= shown ? file.proven || server_time : file.proven
  const old = proven !== '' && Date.parse(server_time) - Date.parse(proven) >= KEEP_MS
  const stored = { state: 'stored', upload: '', sent: file.facts.size, thumbSent: true, refusal: '' } as const
  return { ...file, ...stored, shown, proven, held: file.held && !old }
}

/** Let go of before its time. */
export const isFree = (file: DeviceFile): boolean => file.held && file.state === 'stored' && file.proven !== ''

/**
 * The contents that no file needs any more.
 *
 * @param was files that are changed or go
 * @param is what becomes of each; one that is not among them goes
 * @param others every other file that has a hash of theirs
 */
export function loose(was: readonly DeviceFile[], is: readonly DeviceFile[], others: readonly DeviceFile[]): string[] {
  const changed = new Set(was.map((f) => f.id))
  const left = [...is, ...others.filter((f) => !changed.has(f.id))]
  const needed = new Set(left.flatMap((f) => [...(f.held ? [f.facts.sha256] : []), f.facts.thumb ?? '']))
  return [...new Set(hashesOf(was))].filter((hash) => !needed.has(hash))
}

export const hashesOf = (files: readonly DeviceFile[]): string[] =>
  files.flatMap(({ facts }) => [facts.sha256, ...(facts.thumb ? [facts.thumb] : [])])
