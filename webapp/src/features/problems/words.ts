/** Words of rows that raw SQL changed. */
import { isDay } from '../../domain/day'
import { isMadeHere } from '../../domain/records'
import { m } from '../../i18n'
import { fieldValue, fieldWord } from '../../i18n/fields'
import { dayFull } from '../../i18n/format'
import { interventionState, markWord } from '../../i18n/labels'
import { recordWhat } from '../../i18n/records'
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
  uts: m.row_uts,
}
const FIELDS: Record<string, () => string> = {
  accredited_on: m.row_field_accredited_on,
  accrued_on: m.row_field_accrued_on,
  alta_on: m.row_field_alta_on,
  ao: m.row_field_ao,
  approved_on: m.row_field_approved_on,
  as_of: m.row_field_as_of,
  attendees: m.row_field_attendees,
  baja_on: m.row_field_baja_on,
  budget_category: m.row_field_budget_category,
  channel: m.row_field_channel,
  code: m.row_field_code,
  condition: m.row_field_condition,
  convenio: m.row_field_convenio,
  convenio_code: m.row_field_convenio_code,
  coverage_seen: m.row_field_coverage_seen,
  cupo: m.row_field_cupo,
  decided_on: m.row_field_decided_on,
  district: m.row_field_district,
  effective_on: m.row_field_effective_on,
  ends_on: m.row_field_ends_on,
  entity: m.row_field_entity,
  executor: m.row_field_executor,
  exercise: m.row_field_exercise,
  financial_target: m.row_field_financial_target,
  from_on: m.row_field_from_on,
  funding_frame: m.row_field_funding_frame,
  funding_year: m.row_field_funding_year,
  held_on: m.row_field_held_on,
  insurance_policy: m.row_field_insurance_policy,
  insurer_name: m.row_field_insurer_name,
  insurer_ruc: m.row_field_insurer_ruc,
  intervention: m.row_field_intervention,
  issued_on: m.row_field_issued_on,
  kind: m.row_field_kind,
  lat_e6: m.row_field_lat_e6,
  lon_e6: m.row_field_lon_e6,
  measure: m.row_field_measure,
  modality: m.row_field_modality,
  number: m.row_field_number,
  participant: m.row_field_participant,
  period: m.row_field_period,
  physical_target: m.row_field_physical_target,
  presented_on: m.row_field_presented_on,
  proposer: m.row_field_proposer,
  published_on: m.row_field_published_on,
  quantity: m.row_field_quantity,
  replaces: m.row_field_replaces,
  resolution: m.row_field_resolution,
  ruc: m.row_field_ruc,
  scope: m.row_field_scope,
  sex: m.row_field_sex,
  source: m.row_field_source,
  starts_on: m.row_field_starts_on,
  supervisor: m.row_field_supervisor,
  to_on: m.row_field_to_on,
  topic: m.row_field_topic,
  ubigeo: m.row_field_ubigeo,
  user: m.row_field_user,
  ut: m.row_field_ut,
  valid_from: m.row_field_valid_from,
  valid_to: m.row_field_valid_to,
  visit: m.row_field_visit,
  visited_on: m.row_field_visited_on,
  year: m.row_field_year,
  rendicion: m.row_field_rendicion,
  key: m.row_field_key,
  unit: m.row_field_unit,
  unit_measure: m.row_field_unit_measure,
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

export const rowWord = (collection: string): string =>
  COLLECTIONS[collection]?.() ?? (isMadeHere(collection) ? recordWhat(collection) : collection)
export const rowField = (field: string): string => FIELDS[field]?.() ?? fieldWord(field)
export const outsideKind = (kind: OutsideChange['kind']): string => KINDS[kind]()

const CHOICES: Record<string, () => string> = {
  F: m.choice_f,
  M: m.choice_m,
  reunion: m.choice_reunion,
  capacitacion: m.choice_capacitacion,
  telefono: m.choice_telefono,
  en_rm: m.choice_en_rm,
  aii: m.choice_aii,
  pi: m.choice_pi,
  real: m.choice_real,
  demonstration: m.choice_demonstration,
  levantado: m.choice_levantado,
  line: m.choice_line,
  document: m.choice_document,
  missing: m.choice_missing,
  in_situ: m.kind_in_situ,
  unannounced: m.kind_unannounced,
  ordinary: m.frame_ordinary,
  ley_31728: m.frame_ley_31728,
  transfer: m.unit_transfer,
  technical_assistance: m.unit_technical_assistance,
  job: m.unit_job,
  management_report: m.unit_management_report,
}

/** A choice in words; those that need no more than a capital and spaces have none of their own. */
export function choiceWord(code: string): string {
  const word = CHOICES[code]?.() ?? interventionState(code)
  if (word !== code) return word
  const plain = code.replaceAll('_', ' ')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** A row by its kind, what tells it from others of the kind, and its work. */
export function rowName(row: ProblemRow): string {
  const kind = rowWord(row.collection)
  const name = row.which ? m.wrong_which({ kind, which: isDay(row.which) ? dayFull(row.which) : row.which }) : kind
  return row.work ? `${name}: ${row.work}` : name
}

/** A value in words: of a sheet's marks how many there are of each, not whose. */
export function valueWord(field: string, value: unknown): string {
  if (field !== 'marks' || typeof value !== 'object' || value === null) return fieldValue('', value)
  const counts = new Map<string, number>()
  for (const mark of Object.values(value)) counts.set(String(mark), (counts.get(String(mark)) ?? 0) + 1)
  return [...counts].map(([mark, count]) => `${markWord(mark)}: ${count}`).join(' · ') || m.value_empty()
}
