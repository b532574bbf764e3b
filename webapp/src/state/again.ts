/** Finished work that is opened, or done, once more. */
import { limaIso } from '../domain/day'
import { RECORD_FORM_VERSION } from '../domain/record'
import { FORM_VERSION, fromMutations, renamed, withNewIds } from '../domain/visit'
import { isHead } from '../sync/entries'
import { recordId } from '../sync/ids'
import { convenioCode } from './facts'
import { filesAlong, formOfPhotographed, recordFormOf } from './refused'
import { sync } from './sync.svelte'

/**
 * Reopens finished work while none of it was ever on the wire. Answers the path of
 * its form; '/' for what has none, like a deletion; '' when it is too late.
 */
export async function reopen(group: string): Promise<string> {
  const entries = await sync.read.entries({ group })
  const first = entries[0]
  if (!first) return ''
  const visit = entries.some(isHead)
  const body = visit
    ? fromMutations(entries.map((e) => e.mutation))
    : ((await recordFormOf(entries)) ?? (await formOfPhotographed(first)))
  const draft = body && {
    id: group,
    kind: visit ? ('visit' as const) : ('record' as const),
    intervention: first.intervention,
    version: visit ? FORM_VERSION : RECORD_FORM_VERSION,
    saved_at: limaIso(Date.now()),
    body,
  }
  if (!(await sync.engine.takeBack(group, draft))) return ''
  return draft ? `/${visit ? 'visita' : 'registro'}/${group}` : '/'
}

/**
 * A refused visit once more, as a new draft with ids of its own: the refused
 * one stays as it is, with what the server said. Made once: a second tap answers
 * the same id, be it a draft still or finished already. '' if there is nothing to do again.
 */
export async function redoVisit(group: string): Promise<string> {
  const entries = await sync.read.entries({ group })
  const first = entries[0]
  if (!first) return ''
  const sent = fromMutations(entries.map((e) => e.mutation))
  const body = withNewIds(sent, recordId)
  // The agreement's code is the phone's newest, in case that was what was wrong.
  body.convenio_code = (await convenioCode(first.intervention)) || body.convenio_code
  const draft = {
    id: body.visit,
    kind: 'visit' as const,
    intervention: first.intervention,
    version: FORM_VERSION,
    saved_at: limaIso(Date.now()),
    body,
  }
  return sync.engine.redo(group, draft, undefined, await filesAlong(renamed(sent, body)))
}
