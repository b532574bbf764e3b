import { limaIso, type Day } from '../domain/day'
import { beginForm, changeOf, factsOf, isSameForm, RECORD_FORM_VERSION, sawIn, type RecordForm } from '../domain/record'
import { declared, ownerField, parentIn, workOf, type Fields, type RecordCollection } from '../domain/records'
import type { Problem } from '../sync/contract'
import { recordId } from '../sync/ids'
import { keyId } from '../sync/keyed'
import type { OpenDraft } from './draft.svelte'
import { allDrafts } from './drafts'
import { assignedIds } from './facts'
import { ofWork, one, wholeOf, type Kind, type Row } from './replica'
import { photosKept } from './photoline'
import { distinct, personOf } from './refused'
import { session } from './session.svelte'
import { sync } from './sync.svelte'

/** A record the server has, with what decides who may change it. */
export interface Held<K extends Kind> extends Circumstances {
  record: Row<K>
}

export type Listed = Row<RecordCollection> & { person: string }

export interface Circumstances {
  /** The day it is about, or the record it is a part of; '' where not known. */
  made_on: Day
  intervention_name: string
  /** His activity now: a change would be taken, not refused. */
  assigned: boolean
  /** He made it himself, or what it is a part of. */
  own: boolean
  /** Whom it is about, where that is another record; '' where it is nobody, or not known. */
  person: string
}

/** What a row is a part of, or the row itself; it may not be on this device. */
interface Head {
  kind: Kind
  row: Fields | undefined
}

const fieldsOf = async (kind: Kind, id: string): Promise<Fields | undefined> => {
  const row = await one(kind, id)
  return row && { ...row }
}

async function headOf(kind: Kind, row: Fields): Promise<Head> {
  const whole = wholeOf(kind)
  return whole ? { kind: whole, row: await fieldsOf(whole, parentIn(kind, row)) } : { kind, row }
}

const textOf = (v: unknown): string => (typeof v === 'string' ? v : '')

const dayOf = ({ kind, row }: Head): Day => textOf(row?.[declared(kind).day ?? ''])

/** What this phone made itself and has not pulled back yet names nobody. */
function isOwn({ kind, row }: Head): boolean {
  const { author } = declared(kind)
  return author !== undefined && row !== undefined && (row[author] ?? sync.user) === sync.user
}

/** Who is named by its title. */
async function personIn(kind: Kind, row: Fields): Promise<string> {
  const { title = [] } = declared(kind)
  const id = title.includes('participant') ? textOf(row['participant']) : ''
  const found = id !== '' ? await one('participants', id) : undefined
  return found ? `${found.surnames}, ${found.given_names}` : ''
}

export async function circumstances(kind: Kind, record: object, today: Day): Promise<Circumstances> {
  const row = record as Fields
  const work = workOf(kind, '', row)
  const [head, intervention, assigned] = await Promise.all([
    headOf(kind, row),
    one('interventions', work),
    assignedIds(today),
  ])
  return {
    made_on: dayOf(head),
    intervention_name: intervention?.name ?? '',
    // An executor's device holds the works of his own entity alone.
    assigned: assigned.has(work) || session.current?.role === 'executor',
    // Of a part that he made himself it does not matter whose the whole is.
    own: isOwn(declared(kind).ops?.delete?.by.relation === 'made' ? { kind, row } : head),
    person: await personIn(kind, row),
  }
}

export async function held<K extends RecordCollection>(kind: K, id: string, today: Day): Promise<Held<K> | null> {
  const record = await one(kind, id)
  return record ? { record, ...(await circumstances(kind, record, today)) } : null
}

/** Records of a work, the newest first, each with whom it is about. */
export async function recordsOf(kind: RecordCollection, work: string): Promise<Listed[]> {
  const { title = [], day = '' } = declared(kind)
  const [rows, people] = await Promise.all([
    ofWork(kind, work),
    title.includes('participant') ? ofWork('participants', work) : [],
  ])
  const names = new Map(people.map((p) => [p.id, `${p.surnames}, ${p.given_names}`]))
  const said = (row: object, field: string): string => textOf((row as Fields)[field])
  return rows
    .sort((a, b) => said(b, day).localeCompare(said(a, day)))
    .map((row) => ({ ...row, person: names.get(said(row, 'participant')) ?? '' }))
}

/**
 * Begins to change a record: a draft on what is shown now. Answers its id; the
 * one that was begun before, where there is one.
 *
 * @param state its new state, where that is what is changed
 */
export async function beginChange(collection: RecordCollection, id: string, state?: string): Promise<string> {
  const row = await one(collection, id)
  if (!row) return ''
  const made_on = dayOf(await headOf(collection, { ...row }))
  const form = beginForm(collection, { ...row }, made_on, state)
  const before = (await allDrafts()).find((d) => d.kind === 'record' && isSameForm(d.body as RecordForm, form))
  if (before) return before.id
  const draft = recordId()
  const saved_at = limaIso(Date.now())
  const version = RECORD_FORM_VERSION
  await sync.engine.saveDraft({
    id: draft,
    kind: 'record',
    intervention: row.intervention,
    version,
    saved_at,
    body: form,
  })
  return draft
}

/**
 * Begins a new record of a work, with what is said of it already: a draft. Answers its id.
 *
 * @param parent the record it is a part of; its work, where it is a part of none
 */
export async function beginNew(
  collection: RecordCollection,
  work: string,
  about: Fields,
  parent = work,
): Promise<string> {
  const draft = recordId()
  const facts = factsOf(collection, about)
  const body: RecordForm = { collection, record: '', parent, visited_on: '', base_rev: 0, base: {}, typed: facts }
  await sync.engine.saveDraft({
    id: draft,
    kind: 'record',
    intervention: work,
    version: RECORD_FORM_VERSION,
    saved_at: limaIso(Date.now()),
    body,
  })
  return draft
}

/**
 * Takes a record of one's own back that should never have been written: deleted at
 * the server too. Answers the way back, which works until it was sent.
 */
export async function withdraw(
  collection: RecordCollection,
  id: string,
  label: string,
): Promise<() => Promise<boolean>> {
  const row = await one(collection, id)
  if (!row) return () => Promise.resolve(false)
  const group = recordId()
  const fields = { ...row }
  const { form = '' } = declared(collection)
  const seen = {
    base_rev: row.rev,
    prev: row.prev,
    saw: sawIn(collection, fields),
    parent: parentIn(collection, fields),
  }
  await sync.engine.enqueue({
    group,
    label,
    intervention: row.intervention,
    mutations: [{ collection, record: id, op: 'delete', fields: {}, form, ...seen }],
  })
  return () => sync.engine.takeBack(group, null)
}

/** What the server said of what this draft is to replace, and of whom that was; '' of nobody. */
export async function objectionsTo(draft: string): Promise<{ problems: Problem[]; about: string }> {
  const rejected = await sync.read.entries({ states: ['rejected'] })
  const refused = rejected.filter((e) => e.redone_as === draft)
  return { problems: distinct(refused.flatMap((e) => e.outcome?.errors ?? [])), about: personOf(refused[0]?.about) }
}

/** Whether a draft has photographs, or one that nothing was made of yet. */
export async function hasPhotos(draft: string): Promise<boolean> {
  const [files, raws] = await Promise.all([sync.read.files({ draft }), sync.read.raws(draft)])
  return files.length + raws.length > 0
}

/** The id of a new record: its draft's, for files may be on it already; of what has a key it follows from that. */
async function idOf({ collection, parent = '', typed }: RecordForm, draft: string): Promise<string> {
  const { key } = declared(collection)
  if (!key) return draft
  return keyId(
    collection,
    key.map((field) => (field === ownerField(collection) ? parent : (typed[field] ?? ''))),
  )
}

/**
 * Puts a finished form in the outbox with its photographs; its draft goes in the same
 * transaction. False where nothing was changed: then nothing is sent, and the draft is given up.
 */
export async function finishRecord(draft: OpenDraft<RecordForm>, label: string): Promise<boolean> {
  await draft.written()
  await photosKept()
  const { id, intervention } = draft
  // What is put in a database is no proxy: marks, reasons and what was seen of them are objects.
  const form = draft.snapshot().body as RecordForm
  const mutation = changeOf(form, await idOf(form, id))
  const sends = !!mutation || (await hasPhotos(id))
  const mutations = mutation ? [mutation] : []
  if (sends) await sync.engine.enqueue({ group: id, label, intervention, mutations, draft: id })
  else await sync.engine.discard(id)
  draft.close()
  return sends
}
