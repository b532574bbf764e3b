import type { Component } from 'svelte'
import type { RecordErrors, RecordForm } from '../../domain/record'
import type { RecordCollection } from '../../domain/records'
import { mayWait } from '../../domain/states'
import type { CoveredWorker } from '../../state/facts'
import AccidentForm from './AccidentForm.svelte'
import CertificateForm from './CertificateForm.svelte'
import MarkForm from './MarkForm.svelte'
import MoveForm from './MoveForm.svelte'
import PlainForm from './PlainForm.svelte'
import SheetForm from './SheetForm.svelte'

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

/** Where writing one is more than filling in its fields. */
const FORMS: Partial<Record<RecordCollection, Component<FormProps>>> = {
  accidents: AccidentForm,
  attendance_sheets: SheetForm,
  insurance_certificates: CertificateForm,
  visit_marks: MarkForm,
}

/** The form of the kind's own, or one for what is moved from state to state, or for what is not. */
export const formOf = (kind: RecordCollection): Component<FormProps> =>
  FORMS[kind] ?? (mayWait(kind) ? MoveForm : PlainForm)
