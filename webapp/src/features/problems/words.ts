/** Words of rows that raw SQL changed. */
import { fieldWord } from '../../i18n/conflicts'
import { m } from '../../i18n'
import type { Schemas } from '../../state/api'

export type OutsideChange = Schemas['OutsideChange']
export type ProblemRow = Schemas['ProblemRow']

const COLLECTIONS: Record<string, () => string> = {
  ao_months: m.row_ao_months,
  ao_versions: m.row_ao_versions,
  checklists: m.row_checklists,
  conflicts: m.row_conflicts,
  insurance_certificates: m.row_insurance_certificates,
  management_reports: m.row_management_reports,
  movements: m.row_movements,
  mutation_reviews: m.row_mutation_reviews,
  participant_conditions: m.row_participant_conditions,
  poi_versions: m.row_poi_versions,
  rendicion_documents: m.row_rendicion_documents,
  rendicion_observations: m.row_rendicion_observations,
  aos: m.row_aos,
  assignments: m.row_assignments,
  attendance_sheets: m.row_attendance_sheets,
  budget_execution: m.row_budget_execution,
  convenios: m.row_convenios,
  cupos: m.row_cupos,
  districts: m.row_districts,
  entities: m.row_entities,
  exercises: m.row_exercises,
  findings: m.row_findings,
  holidays: m.row_holidays,
  insurance_policies: m.row_insurance_policies,
  insured_persons: m.row_insured_persons,
  interventions: m.row_interventions,
  jurisdictions: m.row_jurisdictions,
  month_closes: m.row_month_closes,
  opening_balances: m.row_opening_balances,
  parameters: m.row_parameters,
  participants: m.row_participants,
  rendiciones: m.row_rendiciones,
  rendicion_lines: m.row_rendicion_lines,
  resolutions: m.row_resolutions,
  technical_assistances: m.row_technical_assistances,
  transfers: m.row_transfers,
  unlisted_workers: m.row_unlisted_workers,
  uts: m.row_uts,
  visit_marks: m.row_visit_marks,
  visits: m.row_visits,
}
const FIELDS: Record<string, () => string> = {
  amount: m.row_field_amount,
  state: m.row_field_state,
  day: m.row_field_day,
  name: m.row_field_name,
  headcount: m.row_field_headcount,
  marks: m.row_field_marks,
  month: m.row_field_month,
}
const KINDS: Record<OutsideChange['kind'], () => string> = {
  changed: m.outside_changed,
  created: m.outside_created,
  deleted: m.outside_deleted,
  passing: m.outside_passing,
  unseen: m.outside_unseen,
}

export const rowWord = (collection: string): string => COLLECTIONS[collection]?.() ?? collection
export const rowField = (field: string): string => FIELDS[field]?.() ?? fieldWord(field)
export const outsideKind = (kind: OutsideChange['kind']): string => KINDS[kind]()

/** A value as a person edits it: text and numbers as they are, the rest as JSON. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  return JSON.stringify(value)
}

/**
 * What was typed and differs from what stands, each value of the kind that
 * stands there; undefined if one that has to be JSON is none.
 */
export function corrections(row: ProblemRow, typed: Record<string, string>): Record<string, unknown> | undefined {
  const out: Record<string, unknown> = {}
  for (const { field, value } of row.fields) {
    const text = typed[field]
    if (text === undefined || text === shown(value)) continue
    const json = (typeof value === 'object' && value !== null) || typeof value === 'number'
    if (!json || text === '') {
      out[field] = text.trim()
      continue
    }
    try {
      out[field] = JSON.parse(text)
    } catch {
      return undefined
    }
  }
  return out
}
