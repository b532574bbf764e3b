/** Words of conflicts and of what a change says. */
import { isDay } from '../domain/day'
import { dayFull } from './format'
import { findingState, markWord, severityWord } from './labels'
import { m } from './index'

const FIELDS: Record<string, () => string> = {
  severity: m.field_severity,
  description: m.field_description,
  corrective_measure: m.finding_measure,
  responsible: m.field_responsible,
  due_on: m.field_due,
  state: m.person_state,
  state_reason: m.field_state_reason,
  dni: m.field_dni,
  given_names: m.field_given_names,
  surnames: m.field_surnames,
  note: m.field_note,
  mark: m.task_asistencia,
  visited_on: m.data_date_field,
  location_reason: m.place_reason_word,
  lat_e6: m.task_ubicacion,
  lon_e6: m.task_ubicacion,
  accuracy_m: m.task_ubicacion,
  headcount: m.headcount_word,
  answers: m.task_checklist,
}
const VALUES: Record<string, (code: string) => string> = {
  severity: severityWord,
  state: findingState,
  mark: markWord,
}
const WHAT: Record<string, () => string> = {
  findings: m.refused_finding,
  unlisted_workers: m.refused_unlisted,
}

export const fieldWord = (field: string): string => FIELDS[field]?.() ?? field

/** A value of a record's field, for people; an empty one says so. */
export function fieldValue(field: string, value: unknown): string {
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)
  if (text === '') return m.value_empty()
  return VALUES[field]?.(text) ?? (isDay(text) ? dayFull(text) : text)
}

export const conflictWhat = (collection: string): string => WHAT[collection]?.() ?? m.refused_other()

/** What happened and the rule that chose, in one breath. */
export function conflictRule(kind: string, names: { author: string; other: string }): string {
  if (kind === 'delete_edited') return m.conflict_rule_delete_edited(names)
  return kind === 'edit_deleted' ? m.conflict_rule_edit_deleted(names) : m.conflict_rule_edit(names)
}
