import { limaIso, type Day } from '../domain/day'
import type { RecordCollection } from '../domain/records'
import { FORM_VERSION, newForm } from '../domain/visit'
import { recordId } from '../sync/ids'
import { ofWork, one, partsOf, type Row } from './replica'
import { circumstances, type Held } from './records'
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
