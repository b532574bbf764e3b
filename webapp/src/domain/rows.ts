/** Rows of the replica as the rules and screens see them (protocol §10). Empty strings are no value. */
import type { Conflict } from './conflict'
import type { Contents } from './records.gen'

type Of<K extends keyof Contents> = Contents[K] & { id: string }

export type Participant = Of<'participants'>
export type InsurancePolicy = Of<'insurance_policies'>
export type InsuranceCertificate = Of<'insurance_certificates'>
export type InsuredPerson = Of<'insured_persons'>
export type Intervention = Of<'interventions'>
export type Cupo = Of<'cupos'>
export type Assignment = Of<'assignments'>
export type Finding = Of<'findings'>
export type Parameter = Of<'parameters'>
export type Checklist = Of<'checklists'> & { items: { key: string; label: string }[] }

/** The kinds of row that are read, and the shape of each: what is JSON has one of its own. */
export interface Rows extends Omit<{ [K in keyof Contents]: Of<K> }, 'checklists' | 'conflicts' | 'mutation_reviews'> {
  checklists: Checklist
  conflicts: Conflict
}
