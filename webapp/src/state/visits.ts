import { limaIso, type Day } from '../domain/day'
import { RECORD_FORM_VERSION } from '../domain/record'
import type { RecordCollection } from '../domain/records'
import { FORM_VERSION, fromMutations, newForm, renamed, withNewIds } from '../domain/visit'
import { isHead } from '../sync/entries'
import { recordId } from '../sync/ids'
import { convenioCode } from './facts'
import { ofWork, one, partsOf, type Row } from './replica'
import { circumstances, type Held } from './records'
import { filesAlong, recordFormOf } from './refused'
import { sync } from './sync.svelte'

/** Starts a visit: its draft is on disk before the screen opens. Answers the draft's id. */
export async function startVisit(intervention: string, convenio_code: string): Promise<string> {
  const visit = recordId()
  const body = newForm({
    visit,
    convenio_code,
    started_at: limaIso(Date.now()),
    roster_as_of: sync.status.synced_at,
  })
  await sync.engine.saveDraft({
    id: visit,
    kind: 'visit',
    intervention,
    version: FORM_VERSION,
    saved_at: limaIso(Date.now()),
    body,
  })
  return visit
}

/**
 * Reopens finished work while none of it was ever on the wire. Answers the path of
 * its form; '/' for what has none, like a deletion; '' when it is too late.
 */
export async function reopen(group: string): Promise<string> {
  const entries = await sync.read.entries({ group })
  const first = entries[0]
  if (!first) return ''
  const visit = entries.some(isHead)
  const body = visit ? fromMutations(entries.map((e) => e.mutation)) : await recordFormOf(entries)
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

/** A visit that was made, as the phone has it. */
export interface PastVisit extends Held<'visits'> {
  present: number
  /** Names. */
  absent: string[]
  /** What else was recorded on it. */
  parts: { kind: RecordCollection; rows: Row<RecordCollection>[] }[]
}

/** @param kinds of its parts that are listed */
export async function pastVisit(id: string, today: Day, kinds: readonly RecordCollection[]): Promise<PastVisit | null> {
  const visit = await one('visits', id)
  if (!visit) return null
  const [about, marks, people, ...parts] = await Promise.all([
    circumstances('visits', visit, today),
    partsOf('visit_marks', id, visit.intervention),
    ofWork('participants', visit.intervention),
    ...kinds.map(async (kind) => ({ kind, rows: await partsOf(kind, id, visit.intervention) })),
  ])
  const name = new Map(people.map((p) => [p.id, `${p.surnames}, ${p.given_names}`]))
  return {
    record: visit,
    ...about,
    present: marks.filter((x) => x.mark === 'presente').length,
    absent: marks.flatMap((x) => (x.mark === 'ausente' ? [name.get(x.participant) ?? x.participant] : [])),
    parts,
  }
}
