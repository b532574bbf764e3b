/**
 * One record by itself, outside its visit: a refused one written again, or one
 * the server has, changed. Pure. Invariants:
 *  - what was refused comes back with everything that was typed (I2);
 *  - a change sends only what the person changed, and fields that mean something
 *    together go together, as in the merge on the server (protocol §6, I4).
 */
import type { Day } from './day'
import { isDay } from './day'
import { broken, entryErrors, lacksAfter, unexplained, versionOf, type Around, type Wrong } from './forms'
import {
  declared,
  factsIn,
  fromText,
  isRecordCollection,
  namesPeople,
  ownerField,
  personKind,
  toText,
  type Fields,
  type RecordCollection,
} from './records'
import { policyNumber } from './papers'
import { actTo } from './states'
import { visible } from './text'

/** The form of a record: what was shown when it was begun, and what is typed. Text but for nothing. */
export interface RecordForm {
  collection: RecordCollection
  /** The record changed; '' for a new one, in the place of a refused one. */
  record: string
  /** The record it is a part of; its work, where it is a part of none. */
  parent?: string
  /** The same in a form that was begun with an older version of the app. */
  visit?: string
  /** The day of its parent: no deadline lies before it; '' where not known. */
  visited_on: Day
  /** The revision the change is made on; 0 for a new one. */
  base_rev: number
  /** This device's own mutation that was shown over it; none, or '', for none. A form of an older app does not say. */
  prev?: string
  /** The record as it was shown, see sawIn; a form begun with an older version of the app does not say. */
  saw?: Fields
  base: Record<string, string>
  typed: Record<string, string>
}

export const RECORD_FORM_VERSION = 1

/** The fields of a record's form, as text. */
export function factsOf(collection: RecordCollection, data: Fields): Record<string, string> {
  return Object.fromEntries(factsIn(collection).map((f) => [f, toText(collection, f, data[f])]))
}

/** What of a record as it is shown its author has seen: what the server fills in is not there before it came back. */
export function sawIn(collection: RecordCollection, data: Fields): Fields {
  const told = factsIn(collection).filter((f) => data[f] !== undefined)
  return Object.fromEntries(told.map((f) => [f, data[f]]))
}

/** A record as it is shown, with what a change of it builds on. */
export type ShownRecord = Fields & { id: string; rev: number; prev?: string }

/**
 * The form of a change, on the record as it is shown now.
 *
 * @param visited_on '' where not known
 * @param state its new state, where that is what is changed
 */
export function beginForm(collection: RecordCollection, row: ShownRecord, visited_on: Day, state?: string): RecordForm {
  const base = factsOf(collection, row)
  return {
    collection,
    record: row.id,
    parent: ownerOf([], collection, row),
    visited_on,
    base_rev: row.rev,
    ...(row.prev ? { prev: row.prev } : {}),
    saw: sawIn(collection, row),
    base,
    typed: state === undefined ? base : { ...base, state, state_reason: '' },
  }
}

/** Two forms of one record are the same when both are of its state, or neither is: the first is gone on with. */
export const isSameForm = (a: RecordForm, b: RecordForm): boolean => a.record === b.record && isMove(a) === isMove(b)

/** What was sent of a record, as far as its form needs it. */
export interface Sent {
  collection: RecordCollection
  op: 'create' | 'update'
  record: string
  fields: Fields
  /** The record it is a part of. */
  parent?: string
  base_rev?: number
  prev?: string
  saw?: Fields
}

interface AnySent extends Omit<Sent, 'collection' | 'op'> {
  collection: string
  op: Sent['op'] | 'delete'
}

/** Whether it was written in the form of a record: not a deletion, not a whole with its parts. */
export function hasForm<M extends AnySent>(sent: M): sent is M & Sent {
  return isRecordCollection(sent.collection) && sent.op !== 'delete'
}

/** Where a record belongs: what was sent of it says so, or what is shown. '' where neither does. */
export function ownerOf(
  sent: readonly Pick<Sent, 'fields' | 'parent'>[],
  collection: RecordCollection,
  shown: Fields | undefined,
): string {
  const field = ownerField(collection)
  const owner = sent.map((m) => m.parent || m.fields[field]).findLast(Boolean) ?? shown?.[field]
  return typeof owner === 'string' ? owner : ''
}

/**
 * The form of a record again, from what was sent of it. A change is still one on
 * what its author saw when he began it: he has not seen what others wrote since.
 *
 * @param sent one record's mutations, oldest first, at least one
 * @param shown the record as it is shown without them; undefined where it is not there
 * @param visited_on the day of its parent, '' where not known
 */
export function formAgain(sent: readonly Sent[], shown: Fields | undefined, visited_on: Day): RecordForm {
  const [first] = sent as [Sent]
  const { collection } = first
  const fields = Object.assign({}, ...sent.map((m) => m.fields)) as Fields
  const about = { collection, parent: ownerOf(sent, collection, shown), visited_on }
  if (first.op === 'create') return { ...about, record: '', base_rev: 0, base: {}, typed: factsOf(collection, fields) }
  const saw = sawAgain(sent, shown)
  // A change of an older app does not say what he saw.
  const base = factsOf(collection, sent.every((m) => m.saw) ? saw : { ...shown, ...saw })
  return {
    ...about,
    record: first.record,
    base_rev: first.base_rev ?? 0,
    ...(first.prev ? { prev: first.prev } : {}),
    saw,
    base,
    typed: { ...base, ...Object.fromEntries(Object.entries(fields).map(([f, v]) => [f, toText(collection, f, v)])) },
  }
}

/**
 * What he saw of what he sent, when he began it: the first change of a field says
 * it. Of the rest he sees what the form shows: of a record that is not there, nothing.
 */
function sawAgain(sent: readonly Sent[], shown: Fields | undefined): Fields {
  const { collection } = sent[0] as Sent
  const now: Fields = shown ? sawIn(collection, shown) : factsOf(collection, {})
  const rest = Object.entries(now).filter(([field]) => !sent.some((m) => field in m.fields))
  return Object.assign(Object.fromEntries(rest), ...sent.map((m) => m.saw).reverse()) as Fields
}

/** The form of a refused mark of somebody who is not on the roster: he is written down by name instead. */
export function asUnlisted(mark: RecordForm, about: Fields = {}): RecordForm {
  const collection = personKind(declared(mark.collection).of) ?? mark.collection
  return { ...mark, collection, typed: factsOf(collection, about) }
}

/** To bring a record from one state to another is a decision of its own: the form asks for the reason alone. */
export function isMove(form: RecordForm): boolean {
  return form.record !== '' && form.typed['state'] !== form.base['state']
}

/** What is done to the record by such a form. */
export const actOf = (form: RecordForm): string => actTo(form.collection, form.typed['state'])

const clean = (typed: Record<string, string>, field: string): string => visible(typed[field] ?? '').trim()

/** The fields the person changed, in whole groups; trimmed. Empty where nothing changed. */
export function changedFields(form: RecordForm): Fields {
  const changed = (field: string) => clean(form.typed, field) !== (form.base[field] ?? '')
  const { units: grouped = [] } = declared(form.collection)
  const units = [
    ...grouped,
    ...factsIn(form.collection)
      .filter((f) => !grouped.flat().includes(f))
      .map((f) => [f]),
  ]
  const moved = units.filter((unit) => unit.some(changed)).flat()
  return Object.fromEntries(moved.map((field) => [field, fromText(form.collection, field, clean(form.typed, field))]))
}

/** What the person saw in these fields. */
export function seenIn(form: Pick<RecordForm, 'saw'>, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(form.saw ?? {}).filter(([f]) => f in fields))
}

/** The fields of a new record: those with a value. A new finding is open; the server says so. */
export function newFields(form: RecordForm): Fields {
  const { state: _, state_reason: __, ...typed } = form.typed
  const filled = Object.entries(typed).flatMap(([k, v]) =>
    visible(v).trim() === '' ? [] : [[k, fromText(form.collection, k, visible(v).trim())] as const],
  )
  const owner = form.parent ?? form.visit ?? ''
  return { [ownerField(form.collection)]: owner, ...Object.fromEntries(filled) }
}

/** What a form comes to, as it is sent. */
export interface RecordChange extends Sent {
  fields: Fields
  form: string
}

/**
 * What a form comes to; null when it changes nothing.
 *
 * @param id of the record, should it be a new one
 */
export function changeOf(form: RecordForm, id: string): RecordChange | null {
  const { collection, record, base_rev, prev } = form
  const { form: version = '', parent } = declared(collection)
  const owner = form.parent ?? form.visit
  const sent = { collection, form: version, ...(parent && owner ? { parent: owner } : {}) }
  if (record === '') return { ...sent, record: id, op: 'create', fields: newFields(form) }
  const fields = changedFields(form)
  if (Object.keys(fields).length === 0) return null
  const seen = { base_rev, ...(prev ? { prev } : {}), saw: seenIn(form, fields) }
  return { ...sent, record, op: 'update', fields, ...seen }
}

export type RecordErrors = Partial<Record<string, Wrong>>

const valuesOf = ({ collection, typed }: RecordForm): Fields =>
  Object.fromEntries(Object.entries(typed).map(([field, text]) => [field, fromText(collection, field, text)]))

/** What a record demands beyond its fields by themselves. */
function demands(form: RecordForm, errors: RecordErrors, listed: readonly string[], around: Around): void {
  // Who is on the roster of that day is marked there.
  if (namesPeople(form.collection) && listed.includes(clean(form.typed, 'dni'))) errors['dni'] ??= 'listed'
  const due = form.typed['due_on'] ?? ''
  // A deadline that was there before is not this person's slip.
  const kept = form.record !== '' && due === form.base['due_on']
  if (isDay(due) && due < form.visited_on && !kept) errors['due_on'] ??= 'past'
  paperDemands(form, errors, around)
}

/** Of insurance papers: nothing ends before it begins, nobody is covered outside of his policy, no number is twice. */
function paperDemands({ collection, typed }: RecordForm, errors: RecordErrors, { others = [], whole }: Around): void {
  const day = (field: string): string => typed[field] ?? ''
  if (collection === 'insurance_policies') {
    if (isDay(day('valid_to')) && day('valid_to') < day('valid_from')) errors['valid_to'] ??= 'past'
    const same = (o: Fields) =>
      o['state'] !== 'anulada' &&
      o['insurer_ruc'] === clean(typed, 'insurer_ruc') &&
      policyNumber(String(o['number'])) === policyNumber(clean(typed, 'number'))
    if (others.some((o) => same(o as Fields))) errors['number'] ??= 'twice'
  }
  const { valid_from, valid_to } = (whole ?? {}) as Record<string, string | undefined>
  if (collection === 'insurance_certificates' && isDay(day('from_on')) && valid_from && valid_to)
    if (day('from_on') < valid_from || day('from_on') > valid_to) errors['from_on'] ??= 'past'
}

/** What a change demands of the whole record: an older gap, while nothing of that is touched, is nobody's slip. */
function changeDemands(form: RecordForm, errors: RecordErrors): void {
  const { collection, typed } = form
  const version = versionOf(declared(collection).form ?? '')
  const now = Object.fromEntries(Object.keys(typed).map((f) => [f, clean(typed, f)]))
  const lacks = (changed: readonly string[]) => lacksAfter(collection, now, changed, version).map((f) => f.field)
  const touched = lacks(Object.keys(changedFields(form)))
  for (const field of lacks(Object.keys(now)))
    if (errors[field] === 'required' && !touched.includes(field)) delete errors[field]
  for (const field of unexplained(collection, now)) errors[field] = 'required'
}

/**
 * @param listed the DNI of those on the roster of the visit's day: they are marked there
 * @param around the other rows that this device has of what the record belongs to
 */
export function recordErrors(form: RecordForm, listed: readonly string[], around: Around = {}): RecordErrors {
  const { collection, record } = form
  const errors = entryErrors(collection, valuesOf(form))
  if (record !== '') changeDemands(form, errors)
  demands(form, errors, listed, around)
  const now = newFields(form)
  const bad = broken(collection, now, Object.keys(record === '' ? now : changedFields(form)), around)
  if (bad) errors[bad.field] ??= bad.rule === 'unique_in' ? 'twice' : 'refused'
  return errors
}

/** What can be done about a refused record, from what the server said of it. */
export type Remedy = 'form' | 'as_unlisted' | 'none'

/** Nothing that could be typed changes the answer. */
const FINAL = new Set([
  'mark_exists',
  'record_exists',
  'record_not_found',
  'parent_not_found',
  'parent_rejected',
  'out_of_scope',
  'operation_not_allowed',
  'unknown_collection',
  'unknown_field',
  'conflict_settled',
  'conflict_moved',
])

export function remedyOf(collection: string, op: string, codes: readonly string[]): Remedy {
  if (!isRecordCollection(collection) || op === 'delete' || codes.some((code) => FINAL.has(code))) return 'none'
  return codes.includes('participant_not_in_intervention') ? 'as_unlisted' : 'form'
}
