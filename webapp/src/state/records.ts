import { changedFields, newFields, type RecordForm } from '../domain/record'
import { FORM } from '../domain/visit'
import type { NewMutation, Problem } from '../sync/contract'
import { recordId } from '../sync/ids'
import type { OpenDraft } from './draft.svelte'
import { distinct, personOf } from './refused'
import { sync } from './sync.svelte'

/** What the server said of what this draft is to replace, and of whom that was; '' of nobody. */
export async function objectionsTo(draft: string): Promise<{ problems: Problem[]; about: string }> {
  const rejected = await sync.work.outbox.where('state').equals('rejected').toArray()
  const refused = rejected.filter((e) => e.redone_as === draft)
  return { problems: distinct(refused.flatMap((e) => e.outcome?.errors ?? [])), about: personOf(refused[0]?.about) }
}

/** The mutation a form comes to; null when it changes nothing. */
function mutationOf(form: RecordForm): NewMutation | null {
  const { collection, record, base_rev } = form
  if (record === '') return { collection, record: recordId(), op: 'create', fields: newFields(form), form: FORM }
  const fields = changedFields(form)
  return Object.keys(fields).length === 0 ? null : { collection, record, op: 'update', fields, form: FORM, base_rev }
}

/**
 * Puts a finished form in the outbox; its draft goes in the same transaction.
 * False where nothing was changed: then nothing is sent, and the draft is given up.
 */
export async function finishRecord(draft: OpenDraft<RecordForm>, label: string): Promise<boolean> {
  await draft.settled()
  const { form, id, intervention } = draft
  const mutation = form && mutationOf(form)
  if (mutation) await sync.engine.enqueue({ group: id, label, intervention, mutations: [mutation], draft: id })
  else await sync.engine.discard(id)
  draft.close()
  return !!mutation
}
