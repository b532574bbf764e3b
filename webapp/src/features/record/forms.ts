import type { Component } from 'svelte'
import type { RecordErrors, RecordForm } from '../../domain/record'
import { namesPeople, type RecordCollection } from '../../domain/records'
import { mayWait } from '../../domain/states'
import type { CoveredWorker } from '../../state/facts'
import AccidentForm from './AccidentForm.svelte'
import FindingForm from './FindingForm.svelte'
import MarkForm from './MarkForm.svelte'
import PlainForm from './PlainForm.svelte'
import UnlistedForm from './UnlistedForm.svelte'

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
}

/** Where writing one is more than filling in its fields. */
const FORMS: Partial<Record<RecordCollection, Component<FormProps>>> = {
  accidents: AccidentForm,
  visit_marks: MarkForm,
}

/** A form for who is on no roster, for what is moved from state to state, or of the kind's own. */
export function formOf(kind: RecordCollection): Component<FormProps> {
  if (namesPeople(kind)) return UnlistedForm
  return FORMS[kind] ?? (mayWait(kind) ? FindingForm : PlainForm)
}
