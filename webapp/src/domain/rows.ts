/** Rows of the replica as the rules see them (protocol §10). Empty strings are no value. */
import type { Conflict } from './conflict'
import type { Day } from './day'
import type { AccidentsRow } from './records.gen'

export interface Participant {
  id: string
  intervention: string
  cupo: string
  dni: string
  given_names: string
  surnames: string
  sex: string
  alta_on: Day
  /** Last day worked, inclusive; '' while active. */
  baja_on: Day
}

export interface InsurancePolicy {
  id: string
  intervention: string
  number: string
  insurer_name: string
  valid_from: Day
  valid_to: Day
  state: string
}

export interface InsuredPerson {
  insurance_policy: string
  dni: string
  from_on: Day
  /** Inclusive; '' when open. */
  to_on: Day
}

export interface Intervention {
  id: string
  kind: string
  name: string
  ut: string
  district: string
  state: string
  starts_on: Day
  ends_on: Day
  place: string
}

export interface Convenio {
  id: string
  code: string
  intervention: string
  proposer: string
  executor: string
}

export interface Cupo {
  id: string
  intervention: string
  number: number
  state: string
}

export interface Assignment {
  id: string
  user: string
  intervention: string
  from_on: Day
  to_on: Day
}

export interface District {
  id: string
  ubigeo: string
  name: string
  province: string
  department: string
}

export interface Visit {
  id: string
  intervention: string
  convenio_code: string
  kind: string
  state: string
  visited_on: Day
  headcount: number
  roster_size: number
  note: string
  /** The user who made it. */
  supervisor: string
}

export interface VisitMark {
  id: string
  visit: string
  intervention: string
  participant: string
  mark: string
  coverage_seen: string
}

/** A person at work who is not on the roster. */
export interface UnlistedWorker {
  id: string
  visit: string
  intervention: string
  dni: string
  given_names: string
  surnames: string
  note: string
}

export interface Finding {
  id: string
  visit: string
  intervention: string
  severity: string
  description: string
  corrective_measure: string
  responsible: string
  due_on: Day
  state: string
  /** Why it was lifted or opened again; absent in replicas of older schemas. */
  state_reason?: string
}

export interface AttendanceSheet {
  id: string
  intervention: string
  day: Day
  headcount: number
  state: string
}

export interface Parameter {
  id: string
  key: string
  value: unknown
  valid_from: Day
  valid_to: Day
}

export interface Checklist {
  id: string
  key: string
  version: number
  title: string
  items: { key: string; label: string }[]
  valid_from: Day
}

export interface Holiday {
  id: string
  day: Day
  name: string
  norm: string
  /** 'national', or the two digits of a department. */
  scope: string
}

export interface Rendicion {
  id: string
  intervention: string
  state: string
  /** When it was last observed, or ''; absent in replicas of older schemas. */
  observed_on?: Day
}

/** The kinds of row that are read, and the shape of each. */
export interface Rows {
  participants: Participant
  insurance_policies: InsurancePolicy & { id: string }
  insured_persons: InsuredPerson & { id: string }
  interventions: Intervention
  convenios: Convenio
  cupos: Cupo
  assignments: Assignment
  districts: District
  entities: { id: string; ruc: string; name: string }
  visits: Visit
  findings: Finding
  visit_marks: VisitMark
  unlisted_workers: UnlistedWorker
  attendance_sheets: AttendanceSheet
  parameters: Parameter
  checklists: Checklist
  holidays: Holiday
  rendiciones: Rendicion
  conflicts: Conflict
  accidents: AccidentsRow & { id: string }
}
