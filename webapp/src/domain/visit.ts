/**
 * The visit's form: its shape, what is still missing, and its translation to
 * mutations and back. Pure; the screens and the tests use the same functions.
 */
import { countMarks, overHeadcount } from './attendance'
import type { Day } from './day'
import { isDay } from './day'
import { formFaults } from './forms'
import type { CoverageSeen } from './insurance'
import { entriesOf, entryOf, noParts, PART_NAMES, PARTS, setEntries, type PartLists } from './parts'
import { isDoubtful, judgePlace, type Place } from './place'
import { askedIn, RECORDS } from './records'
import { visible } from './text'

/** A creation as the outbox takes it. */
export interface Creation {
  collection: string
  record: string
  op: 'create'
  fields: Record<string, unknown>
  form: string
}

/** Just what is needed to read a creation back. */
export type Created = Pick<Creation, 'collection' | 'record' | 'fields'>

export const FORM = RECORDS.visits.form
export const FORM_VERSION = 1

export type Kind = 'in_situ' | 'unannounced'
export type Mark = 'presente' | 'ausente' | 'no_visto'
export type Answer = 'si' | 'no' | 'na'

export interface MarkEntry {
  id: string
  mark: Mark
  coverage_seen: CoverageSeen
}

export interface VisitForm extends PartLists {
  /** The visit's record id, made when it was started. */
  visit: string
  convenio_code: string
  kind: Kind | ''
  /** '' until the person confirmed the date. */
  visited_on: Day
  /** Device time with Lima's offset. */
  started_at: string
  place: Place | null
  location_reason: string
  /** How many people were at work; null until counted. */
  headcount: number | null
  /** When the roster on the phone was last complete, ISO; '' if never. */
  roster_as_of: string
  /** By participant; who is not here was not seen. */
  marks: Record<string, MarkEntry>
  checklist_key: string
  checklist_version: number
  answers: Record<string, Answer>
  /** What was noted beside items that were answered no, by item; it goes with the note. */
  notes?: Record<string, string>
  /** The findings that were begun from what the form offered (offer.ts), by offer. */
  offered?: Record<string, string>
  note: string
}

export function newForm(start: Pick<VisitForm, 'visit' | 'convenio_code' | 'started_at' | 'roster_as_of'>): VisitForm {
  return {
    ...start,
    ...noParts(),
    kind: '',
    visited_on: '',
    place: null,
    location_reason: '',
    headcount: null,
    marks: {},
    checklist_key: '',
    checklist_version: 0,
    answers: {},
    note: '',
  }
}

/** What the form is judged against. */
export interface VisitContext {
  /** Ids of who is on the roster on the day of the visit. */
  roster: readonly string[]
  checklist: { key: string; version: number; items: readonly { key: string; label: string }[] } | null
  /** The visit's day lies within these, as the server demands; '' where not known. */
  starts_on: Day
  ends_on: Day
  today: Day
  /** False for an intervention of the unit that is not the supervisor's: no roster here. */
  assigned: boolean
}

export type Task = 'datos' | 'ubicacion' | 'asistencia' | 'checklist' | 'hallazgos' | 'fotos' | 'cierre'
export type TaskState = 'todo' | 'doing' | 'done' | 'optional'

/** When a visit to an intervention may have been made. */
export type Term = Pick<VisitContext, 'starts_on' | 'ends_on' | 'today'>

/** Why the server would refuse this day; '' if it would not. */
export type DayProblem = '' | 'shape' | 'future' | 'before' | 'after'

export function dayProblem(day: Day, term: Term): DayProblem {
  if (!isDay(day)) return 'shape'
  if (day > term.today) return 'future'
  if (term.starts_on !== '' && day < term.starts_on) return 'before'
  if (term.ends_on !== '' && day > term.ends_on) return 'after'
  return ''
}

export type Missing =
  | {
      task: Task
      code: 'date' | 'date_outside' | 'kind' | 'place' | 'place_reason' | 'headcount' | 'open_unlisted' | 'open_finding'
    }
  /** What the server would refuse, by a field that the person filled in. */
  | { task: Task; code: 'refused'; field: string }
  | { task: Task; code: 'over_headcount'; present: number; unlisted: number; headcount: number }
  | { task: Task; code: 'checklist'; left: number }

/** The position, if it is one that may be kept. */
export function keptPlace(form: Pick<VisitForm, 'place'>): Place | null {
  return form.place && !['none', 'outside'].includes(judgePlace(form.place)) ? form.place : null
}

/** Whether the form asks why: there is no position, or a doubtful one. */
export function asksPlaceReason(form: Pick<VisitForm, 'place'>): boolean {
  const place = keptPlace(form)
  return !place || isDoubtful(place)
}

const placeMissing = (form: VisitForm): Missing[] => {
  if (form.location_reason.trim() !== '' || !asksPlaceReason(form)) return []
  return [{ task: 'ubicacion', code: keptPlace(form) ? 'place_reason' : 'place' }]
}

/** What has to be done before the visit can be finished, in the order of the tasks. */
export function missing(form: VisitForm, context: VisitContext): Missing[] {
  const out: Missing[] = []
  const day = dayProblem(form.visited_on, context)
  if (day !== '') out.push({ task: 'datos', code: day === 'shape' ? 'date' : 'date_outside' })
  if (form.kind === '') out.push({ task: 'datos', code: 'kind' })
  out.push(...placeMissing(form))
  if (form.headcount === null) out.push({ task: 'asistencia', code: 'headcount' })
  const over = overHeadcount(form, context.roster)
  if (over) out.push({ task: 'asistencia', code: 'over_headcount', ...over })
  if (form.open_unlisted) out.push({ task: 'asistencia', code: 'open_unlisted' })
  const left = unanswered(form, context)
  if (left > 0) out.push({ task: 'checklist', code: 'checklist', left })
  if (form.open_finding) out.push({ task: 'hallazgos', code: 'open_finding' })
  for (const x of wouldBeRefused(form, context)) if (!out.some((o) => o.task === x.task)) out.push(x)
  return out
}

/** Which task asks for a field; those that nobody fills in by hand are of none. */
const TASK_OF: Record<string, Task> = {
  kind: 'datos',
  visited_on: 'datos',
  location_reason: 'ubicacion',
  lat_e6: 'ubicacion',
  lon_e6: 'ubicacion',
  accuracy_m: 'ubicacion',
  headcount: 'asistencia',
  mark: 'asistencia',
  answers: 'checklist',
  note: 'cierre',
}
/** Which task asks for an entry, by its kind. */
const ENTERED_IN: Partial<Record<string, Task>> = {
  [PARTS.finding.kind]: 'hallazgos',
  [PARTS.unlisted.kind]: 'asistencia',
}
/** Nobody is asked for what names another record. */
function taskOf(kind: string, field: string): Task | undefined {
  const entered = ENTERED_IN[kind]
  return entered ? (askedIn(kind).some((a) => a.field === field) ? entered : undefined) : TASK_OF[field]
}

/** Every rule of the server's forms, on what would be sent. */
function wouldBeRefused(form: VisitForm, context: VisitContext): Missing[] {
  const { today, starts_on, ends_on } = context
  const known = starts_on !== '' && ends_on !== ''
  const work = known ? { work: { starts_on, ends_on, convenio_code: form.convenio_code } } : {}
  return toMutations(form, context, '', form.started_at).flatMap((m) =>
    formFaults(m, { today, ...work }).flatMap(({ field }) => {
      const task = taskOf(m.collection, field)
      return task ? [{ task, code: 'refused' as const, field }] : []
    }),
  )
}

function unanswered(form: VisitForm, context: VisitContext): number {
  return context.checklist?.items.filter((i) => !form.answers[i.key]).length ?? 0
}

/** The state of a task in the list; that of the photographs is not in the form. */
export function taskState(task: Exclude<Task, 'fotos'>, form: VisitForm, context: VisitContext): TaskState {
  const open = missing(form, context).filter((x) => x.task === task)
  switch (task) {
    case 'datos':
      if (open.length === 0) return 'done'
      return form.visited_on === '' && form.kind === '' ? 'todo' : 'doing'
    case 'ubicacion':
      return open.length === 0 ? 'done' : 'todo'
    case 'asistencia':
      if (open.length > 0) return form.headcount === null ? 'todo' : 'doing'
      return countMarks(form, context.roster).no_visto < context.roster.length || context.roster.length === 0
        ? 'done'
        : 'doing'
    case 'checklist':
      if (!context.checklist) return 'optional'
      return open.length === 0 ? 'done' : Object.keys(form.answers).length > 0 ? 'doing' : 'todo'
    case 'hallazgos':
      if (open.length > 0) return 'doing'
      return entriesOf(form, 'finding').length > 0 ? 'done' : 'optional'
    case 'cierre':
      return 'todo'
  }
}

/** Only what has a value: the server takes an absent field as none. */
function filled(fields: Record<string, unknown>): Record<string, unknown> {
  const shown = Object.entries(fields).map(([k, v]) => [k, typeof v === 'string' ? visible(v).trim() : v] as const)
  return Object.fromEntries(shown.filter(([, v]) => v !== '' && v !== null && v !== undefined))
}

/** What was noted beside what was answered no, each after its question. */
export function itemNotes(form: VisitForm, items: readonly { key: string; label: string }[]): string[] {
  return Object.entries(form.notes ?? {}).flatMap(([key, note]) => {
    if (form.answers[key] !== 'no' || note.trim() === '') return []
    return [`${items.find((i) => i.key === key)?.label ?? key} No. ${note.trim()}`]
  })
}

function visitFields(form: VisitForm, context: VisitContext, intervention: string, ended_at: string) {
  // The list that was answered, whichever is on the phone by now.
  const { checklist_key, checklist_version, answers } = form
  const checklist = checklist_key ? { checklist_key, checklist_version, answers } : {}
  return filled({
    intervention,
    convenio_code: form.convenio_code,
    kind: form.kind,
    visited_on: form.visited_on,
    device_started_at: form.started_at,
    device_ended_at: ended_at,
    ...keptPlace(form),
    location_reason: asksPlaceReason(form) ? form.location_reason.trim() : '',
    headcount: form.headcount,
    roster_size: context.roster.length,
    roster_as_of: context.roster.length > 0 ? form.roster_as_of : '',
    ...checklist,
    note: [form.note.trim(), ...itemNotes(form, context.checklist?.items ?? [])].filter(Boolean).join('\n'),
  })
}

/**
 * The mutations of a finished visit, the visit first (what follows names it).
 * "No visto" is never sent: nobody saw it.
 */
export function toMutations(
  form: VisitForm,
  context: VisitContext,
  intervention: string,
  ended_at: string,
): Creation[] {
  const create = (collection: string, record: string, fields: Record<string, unknown>): Creation => ({
    collection,
    record,
    op: 'create',
    fields,
    form: FORM,
  })
  const visit = form.visit
  const out = [create('visits', visit, visitFields(form, context, intervention, ended_at))]
  // Every mark that was made goes out, also of who left the roster meanwhile.
  for (const [participant, m] of Object.entries(form.marks)) {
    if (m.mark === 'no_visto') continue
    out.push(create('visit_marks', m.id, { visit, participant, mark: m.mark, coverage_seen: m.coverage_seen }))
  }
  for (const part of PART_NAMES)
    for (const { id, ...typed } of entriesOf(form, part))
      out.push(create(PARTS[part].kind, id, filled({ visit, ...typed })))
  return out
}

const text = (v: unknown): string => (typeof v === 'string' ? v : '')
const int = (v: unknown): number => (typeof v === 'number' ? v : 0)

/** The form again from its mutations: how a finished visit is reopened while it was not sent. */
export function fromMutations(mutations: readonly Created[]): VisitForm {
  const head = mutations.find((x) => x.collection === 'visits')
  const v = head?.fields ?? {}
  const form = newForm({
    visit: head?.record ?? '',
    convenio_code: text(v['convenio_code']),
    started_at: text(v['device_started_at']),
    roster_as_of: text(v['roster_as_of']),
  })
  form.kind = text(v['kind']) as Kind
  form.visited_on = text(v['visited_on'])
  if (typeof v['lat_e6'] === 'number')
    form.place = {
      lat_e6: v['lat_e6'],
      lon_e6: int(v['lon_e6']),
      accuracy_m: int(v['accuracy_m']),
      ...(v['fix'] ? { fix: v['fix'] } : {}),
    }
  form.location_reason = text(v['location_reason'])
  form.headcount = typeof v['headcount'] === 'number' ? v['headcount'] : null
  form.checklist_key = text(v['checklist_key'])
  form.checklist_version = int(v['checklist_version'])
  form.answers = (v['answers'] ?? {}) as Record<string, Answer>
  form.note = text(v['note'])
  for (const x of mutations) restoreRow(form, x)
  return form
}

function restoreRow(form: VisitForm, x: Created): void {
  const f = x.fields
  const id = x.record
  if (x.collection === 'visit_marks')
    form.marks[text(f['participant'])] = {
      id,
      mark: f['mark'] as Mark,
      coverage_seen: f['coverage_seen'] as CoverageSeen,
    }
  for (const part of PART_NAMES) if (x.collection === PARTS[part].kind) entriesOf(form, part).push(entryOf(part, id, f))
}

/** The same answers under new record ids, for a visit the server refused. */
export function withNewIds(form: VisitForm, newId: () => string): VisitForm {
  const again = {
    ...form,
    visit: newId(),
    marks: Object.fromEntries(Object.entries(form.marks).map(([p, mark]) => [p, { ...mark, id: newId() }])),
  }
  for (const part of PART_NAMES)
    setEntries(
      again,
      part,
      entriesOf(form, part).map((x) => ({ ...x, id: newId() })),
    )
  return again
}

/** The new id of each record of it that others may be parts of, by its old one. */
export function renamed(form: VisitForm, again: VisitForm): Map<string, string> {
  const parts = PART_NAMES.flatMap((part) => {
    const now = entriesOf(again, part)
    return entriesOf(form, part).map((x, n): [string, string] => [x.id, now[n]?.id ?? ''])
  })
  return new Map([[form.visit, again.visit], ...parts])
}
