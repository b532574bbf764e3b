import type { Component } from 'svelte'
import type { RecordErrors, RecordForm } from '../../domain/record'
import type { RecordCollection } from '../../domain/records'
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

/** The fields of a kind where writing it is more than filling them in. */
const FORMS: Partial<Record<RecordCollection, Component<FormProps>>> = {
  accidents: AccidentForm,
  findings: FindingForm,
  unlisted_workers: UnlistedForm,
  visit_marks: MarkForm,
}

export const formOf = (kind: RecordCollection): Component<FormProps> => FORMS[kind] ?? PlainForm
