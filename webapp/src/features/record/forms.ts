import type { Component } from 'svelte'
import type { RecordErrors, RecordForm } from '../../domain/record'
import type { RecordCollection } from '../../domain/records'
import { mayWait } from '../../domain/states'
import type { CoveredWorker } from '../../state/facts'

export interface FormProps {
  /** As it was begun. */
  begun: RecordForm
  /** What is typed. */
  entry: Record<string, string>
  errors: RecordErrors
  /** Who was on the roster on its day. */
  roster: readonly CoveredWorker[]
  /** Whom it is about; '' where nobody knows. */
  person: string
  /** Keeps what stands in it now, without waiting for a pause. */
  keep: () => void
  /** The work it is of. */
  work: string
}

type Load = () => Promise<{ default: Component<FormProps> }>

/** Where writing one is more than filling in its fields; each in a chunk of its own. */
const FORMS: Partial<Record<RecordCollection, Load>> = {
  accidents: () => import('./AccidentForm.svelte'),
  attendance_sheets: () => import('./SheetForm.svelte'),
  insurance_certificates: () => import('./CertificateForm.svelte'),
  visit_marks: () => import('./MarkForm.svelte'),
}

/** The form of the kind's own, or one for what is moved from state to state, or for what is not. */
export const formOf = (kind: RecordCollection): Load =>
  FORMS[kind] ?? (mayWait(kind) ? () => import('./MoveForm.svelte') : () => import('./PlainForm.svelte'))
