/** Words of a record's fields: what a form asks, how it is called, its values, what is wrong with it. */
import { isDay } from '../domain/day'
import type { Wrong } from '../domain/forms'
import { REASONS } from '../domain/sheet'
import { dayFull, moment } from './format'
import { findingState, markWord, kindWord, severityWord, sexWord } from './labels'
import { m } from './index'

type Wrongs = Partial<Record<Wrong, (limits: { min: number }) => string>>
interface FieldWords {
  name: () => string
  /** What a form asks, where that is another word. */
  asks?: () => string
  hint?: () => string
  value?: (code: string) => string
  /** Where one of its choices asks for more. */
  more?: () => string
  /** Beside each of its choices. */
  hints?: Partial<Record<string, () => string>>
  wrong?: Wrongs
}

/** How many of what an object says are each of these; of JSON as text. */
function tally(json: string): (value: string) => number {
  const said = Object.values(JSON.parse(json) as object)
  return (value) => said.filter((x) => x === value).length
}

function marksWord(json: string): string {
  const of = tally(json)
  return m.sheet_counts({ present: of('presente'), absent: of('ausente') })
}

const REASON: Partial<Record<string, () => string>> = {
  sin_aviso: m.sheet_reason_sin_aviso,
  permiso: m.sheet_reason_permiso,
  salud: m.sheet_reason_salud,
  otro: m.sheet_reason_otro,
}

/** Why somebody was not at work. */
export const reasonWord = (why: string): string => REASON[why]?.() ?? why

function reasonsWord(json: string): string {
  const of = tally(json)
  const words = REASONS.flatMap((why) => (of(why) > 0 ? `${reasonWord(why)}: ${String(of(why))}` : []))
  return words.join(' · ') || m.value_empty()
}

const namesWord = (json: string): string => m.people_count({ count: Object.keys(JSON.parse(json) as object).length })

const FIELDS: Partial<Record<string, FieldWords>> = {
  severity: {
    name: m.field_severity,
    asks: m.finding_severity,
    value: severityWord,
    more: m.grave_needs,
    hints: { leve: m.severity_leve_hint, moderada: m.severity_moderada_hint, grave: m.severity_grave_hint },
    wrong: { required: m.finding_severity_error },
  },
  description: {
    name: m.field_description,
    asks: m.finding_description,
    wrong: { too_short: m.finding_description_error },
  },
  corrective_measure: { name: m.finding_measure, wrong: { required: m.grave_measure_error } },
  responsible: {
    name: m.field_responsible,
    asks: m.finding_responsible,
    wrong: { required: m.grave_responsible_error },
  },
  due_on: {
    name: m.field_due,
    asks: m.finding_due,
    wrong: { past: m.finding_due_error, required: m.grave_due_error },
  },
  state: { name: m.person_state, value: findingState },
  state_reason: { name: m.field_state_reason },
  dni: { name: m.field_dni, hint: m.field_dni_hint, wrong: { twice: m.dni_error_twice } },
  given_names: { name: m.field_given_names },
  surnames: { name: m.field_surnames },
  note: { name: m.field_note, asks: m.field_note_optional },
  mark: { name: m.task_asistencia, value: markWord },
  visited_on: { name: m.data_date_field },
  location_reason: { name: m.place_reason_word },
  lat_e6: { name: m.task_ubicacion },
  lon_e6: { name: m.task_ubicacion },
  accuracy_m: { name: m.task_ubicacion },
  headcount: { name: m.headcount_word },
  day: { name: m.data_date_field },
  marks: { name: m.sheet_marks, value: marksWord },
  reasons: { name: m.sheet_reasons, value: reasonsWord },
  answers: { name: m.task_checklist },
  'attendance_sheets/headcount': { name: m.sheet_counted },
  'accidents/description': { name: m.accident_what, wrong: { too_short: m.accident_what_error } },
  number: { name: m.field_number },
  insurer_ruc: { name: m.policy_ruc, wrong: { ruc: m.policy_ruc_error } },
  insurer_name: { name: m.policy_insurer },
  kind: { name: m.policy_kind, value: kindWord },
  valid_from: { name: m.policy_from },
  valid_to: { name: m.policy_to, wrong: { past: m.policy_to_error } },
  issued_on: { name: m.paper_issued },
  from_on: { name: m.certificate_from, wrong: { past: m.certificate_from_error } },
  names: { name: m.certificate_names, value: namesWord, wrong: { required: m.certificate_names_error } },
  'insurance_policies/number': { name: m.policy_number, wrong: { twice: m.policy_number_twice } },
  'insurance_certificates/number': { name: m.certificate_number, wrong: { twice: m.certificate_number_twice } },
  'insurance_certificates/state_reason': { name: m.certificate_again_why },
  effective_on: { name: m.move_day },
  leaves_on: { name: m.move_leaves_on },
  reason: { name: m.move_reason_word },
  sex: { name: m.field_sex, value: sexWord },
  birth_date: { name: m.field_birth_date, wrong: { minor: m.move_birth_error } },
  'movements/effective_on': { name: m.move_day, wrong: { past: m.move_order_error } },
  'movements/reason': { name: m.move_reason_word, asks: m.move_reason, wrong: { too_short: m.move_reason_error } },
  captured_at: { name: m.photo_taken_at, value: (at) => moment(Date.parse(at), Date.now()) },
  shot: { name: m.photo_shot },
  happened_on: { name: m.accident_day },
  place: { name: m.field_place },
  injury: { name: m.accident_injury },
  treated_by: { name: m.accident_treated },
  notified_on: { name: m.accident_notified_on },
  notified_by: { name: m.accident_notified_by },
}
/** Where a kind calls a field otherwise than the others do. */
const wordsIn = (field: string, kind: string): FieldWords | undefined => FIELDS[`${kind}/${field}`] ?? FIELDS[field]

const WRONG: Wrongs = { dni: m.dni_error, ruc: m.policy_ruc_error, date: m.date_error_shape, refused: m.text_refused }

export const fieldWord = (field: string, kind = ''): string => wordsIn(field, kind)?.name() ?? field
export const fieldAsks = (field: string, kind = ''): string => wordsIn(field, kind)?.asks?.() ?? fieldWord(field, kind)
export const fieldHint = (field: string): string | undefined => FIELDS[field]?.hint?.()

/** What is said where its choice asks for more. */
export const fieldMore = (field: string): string => FIELDS[field]?.more?.() ?? ''

/** What a field may say, for who chooses. */
export const fieldChoices = (field: string, values: readonly string[]) =>
  values.map((value) => ({ value, text: fieldValue(field, value), hint: FIELDS[field]?.hints?.[value]?.() }))

/** What is wrong with what was typed; '' for nothing. */
export function fieldWrong(field: string, wrong: Wrong | undefined, limits: { min?: number }, kind = ''): string {
  if (!wrong) return ''
  const words = wordsIn(field, kind)?.wrong?.[wrong] ?? WRONG[wrong] ?? m.required_error
  return words({ min: limits.min ?? 0 })
}

/** A value of a record's field, for people; an empty one says so. */
export function fieldValue(field: string, value: unknown): string {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)
  if (text === '') return m.value_empty()
  return FIELDS[field]?.value?.(text) ?? (isDay(text) ? dayFull(text) : text)
}

/** A field with its value: a choice says enough by itself. */
export const fieldSaid = (field: string, value: unknown, kind = ''): string =>
  FIELDS[field]?.value ? fieldValue(field, value) : `${fieldWord(field, kind)}: ${fieldValue(field, value)}`

/** Whether a person knows of the field: it has a name. */
export const isWorded = (field: string): boolean => Object.hasOwn(FIELDS, field)
