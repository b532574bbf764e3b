import { limaIso, type Day } from '../domain/day'
import {
  asUnlisted,
  beginForm,
  formAgain,
  hasForm,
  ownerOf,
  RECORD_FORM_VERSION,
  remedyOf,
  type RecordForm,
  type Remedy,
} from '../domain/record'
import { declared, isRecordCollection, type Fields, type RecordCollection } from '../domain/records'
import type { About, CarriedFile, OutboxEntry, Problem } from '../sync/contract'
import { isReplaced, parentOf } from '../sync/entries'
import { recordId } from '../sync/ids'
import { waits } from '../sync/push'
import { one, wholeOf } from './replica'
import { sync } from './sync.svelte'

/** What else is on the device: it tells whether something refused was replaced. */
export interface Around {
  /** Groups with something the server has not answered. */
  pending: ReadonlySet<string>
  drafts: ReadonlySet<string>
}

/** One record of which the server refused something, as the sync centre shows it. */
export interface RefusedRecord {
  key: string
  group: string
  /** The refused mutations of it, oldest first. */
  ids: string[]
  collection: string
  op: 'create' | 'update' | 'delete'
  /** All that was typed, the newest over the older. */
  fields: Record<string, unknown>
  /** Whom a mark is about; '' where the phone never knew. */
  person: string
  problems: Problem[]
  remedy: Remedy
  /** For a record that is not at the server yet: it is received when that comes. */
  waits: boolean
  /** The draft, or later the group, that carries it again; '' while there is none. */
  redone_as: string
  /** 'writing': `redone_as` is a draft; 'sent': not answered yet; 'replaced': answered. */
  state: 'open' | 'writing' | 'sent' | 'replaced'
}

/** Two problems are the same when they say the same of the same field. */
export function problemKey(p: Problem): string {
  return [p.field, p.code, p.message].join('|')
}

export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((p) => [problemKey(p), p])).values()]
}

export const personOf = (about: About | undefined): string => (about ? `${about.surnames}, ${about.given_names}` : '')

export function refusedRecords(entries: readonly OutboxEntry[], around: Around): RefusedRecord[] {
  const byRecord = new Map<string, OutboxEntry[]>()
  for (const e of entries) {
    if (e.state !== 'rejected') continue
    const key = `${e.mutation.collection}/${e.mutation.record}`
    byRecord.set(key, [...(byRecord.get(key) ?? []), e])
  }
  return [...byRecord].map(([key, refused]) => refusedRecord(key, refused, around))
}

function refusedRecord(key: string, refused: readonly OutboxEntry[], around: Around): RefusedRecord {
  const first = refused[0] as OutboxEntry
  const { collection, op } = first.mutation
  const fields = typedIn(refused)
  const problems = distinct(refused.flatMap((e) => e.outcome?.errors ?? []))
  const redone_as = first.redone_as ?? ''
  const state = !redone_as
    ? 'open'
    : around.drafts.has(redone_as)
      ? 'writing'
      : isReplaced(first, around.pending, around.drafts)
        ? 'replaced'
        : 'sent'
  return {
    key,
    group: first.group,
    ids: refused.map((e) => e.id),
    collection,
    op,
    fields,
    person: personOf(first.about),
    problems,
    remedy: remedyOf(
      collection,
      op,
      problems.map((p) => p.code),
    ),
    waits: refused.some(waits),
    redone_as,
    state,
  }
}

function typedIn(refused: readonly OutboxEntry[]): Record<string, unknown> {
  return Object.assign({}, ...refused.map((e) => e.mutation.fields)) as Record<string, unknown>
}

/**
 * Begins to write a refused record again: a draft with all that was typed, and the
 * refused one remembers it. Made once: a second tap answers the same id, be it a
 * draft still or finished already. '' if there is nothing to correct.
 *
 * @param unlisted a mark of somebody who is not on the roster becomes a person written down by name
 */
export async function correct(item: RefusedRecord, unlisted = false): Promise<string> {
  const entries = await copyOf(item.ids)
  const first = entries[0]
  if (!first) return ''
  const form = await recordFormOf(unlisted ? [first] : entries)
  if (!form) return ''
  const draft = {
    id: recordId(),
    kind: 'record' as const,
    intervention: first.intervention,
    version: RECORD_FORM_VERSION,
    saved_at: limaIso(Date.now()),
    body: unlisted ? asUnlisted(form, { ...first.about }) : form,
  }
  // What is made of it goes under the draft's id: see finishRecord.
  const along = await filesAlong(new Map([[first.mutation.record, draft.id]]))
  return sync.engine.redo(item.group, draft, item.ids, along)
}

/** The files on records that were refused, each on what takes the place of its record. */
export async function filesAlong(records: ReadonlyMap<string, string>): Promise<CarriedFile[]> {
  const files = await Promise.all([...records.keys()].map((parent) => sync.read.files({ parent })))
  return files.flat().flatMap((f) => {
    const parent = records.get(f.parent)
    return f.state === 'queued' && parent ? [{ from: f.id, id: recordId(), parent }] : []
  })
}

/**
 * The form of a record again from what was sent of it; null for what has no form.
 *
 * @param entries of one record, oldest first, at least one; what the form is to take the place of
 */
export async function recordFormOf(entries: readonly OutboxEntry[]): Promise<RecordForm | null> {
  const sent = entries.map((e) => ({ ...e.mutation, parent: parentOf(e) })).filter(hasForm)
  const [first] = sent
  if (!first) return null
  const ids = entries.map((e) => e.id)
  const row = first.op === 'create' ? undefined : await one(first.collection, first.record, ids)
  const shown = row as Fields | undefined
  return formAgain(sent, shown, await dayOfParent(first.collection, ownerOf(sent, first.collection, shown)))
}

/** The form of a record that nothing was sent of but its photographs; null where it is another sort of work. */
export async function formOfPhotographed(photo: OutboxEntry): Promise<RecordForm | null> {
  const of = declared(photo.mutation.collection).of ?? ''
  const row = photo.mutation.op === 'create' && isRecordCollection(of) ? await one(of, parentOf(photo)) : undefined
  if (!row || !isRecordCollection(of)) return null
  return beginForm(of, { ...row }, await dayOfParent(of, ownerOf([], of, { ...row })))
}

/** The day of the record that one is a part of, as the server has it or as it was sent; '' where not known. */
async function dayOfParent(part: RecordCollection, parent: string): Promise<Day> {
  const of = wholeOf(part)
  const { day } = declared(of ?? '')
  if (!of || !day) return ''
  const row = (await one(of, parent)) as Fields | undefined
  const whole = row ? [] : await sync.read.entries({ group: parent })
  const said = (row ?? whole.find((e) => e.mutation.record === parent)?.mutation.fields)?.[day]
  return typeof said === 'string' ? said : ''
}

/** The refused mutations as the phone holds them, for a copy of the person's own. */
export async function copyOf(ids: readonly string[]): Promise<OutboxEntry[]> {
  return sync.read.entries({ ids })
}

/** Forgets a refused record at the person's confirmed wish; answers the way back. */
export async function discardRecord(item: RefusedRecord): Promise<() => Promise<void>> {
  const gone = await sync.engine.discard(item.group, item.ids)
  return () => sync.engine.putBack(gone)
}
