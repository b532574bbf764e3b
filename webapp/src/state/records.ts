import { limaIso, type Day } from '../domain/day'
import {
  beginForm,
  changeOf,
  isSameForm,
  RECORD_FORM_VERSION,
  sawIn,
  type Fields,
  type RecordForm,
  type ShownRecord,
} from '../domain/record'
import type { Finding, UnlistedWorker, Visit } from '../domain/rows'
import { FORM } from '../domain/visit'
import type { Problem } from '../sync/contract'
import { recordId } from '../sync/ids'
import type { OpenDraft } from './draft.svelte'
import { allDrafts } from './drafts'
import { assignedIds } from './facts'
import { ofIntervention, one, oneWithOutbox, withOutbox, type Overlaid } from './read'
import { distinct, personOf } from './refused'
import { sync } from './sync.svelte'

/** A record the server has, with what decides who may change it. */
export interface Held<T> {
  record: Overlaid<T>
  visited_on: string
  intervention_name: string
  /** His activity now: a change would be taken, not refused. */
  assigned: boolean
  /** He made the visit himself. */
  own: boolean
}

async function held<T extends { visit: string; intervention: string }>(
  record: Overlaid<T> | undefined,
  today: Day,
): Promise<Held<T> | null> {
  if (!record) return null
  const [visit, intervention, assigned] = await Promise.all([
    oneWithOutbox('visits', record.visit),
    one('interventions', record.intervention),
    assignedIds(today),
  ])
  return {
    record,
    visited_on: visit?.visited_on ?? '',
    intervention_name: intervention?.name ?? '',
    assigned: assigned.has(record.intervention),
    // A visit of this phone's own, not pulled back yet, names nobody.
    own: visit !== undefined && (visit.supervisor ?? sync.user) === sync.user,
  }
}

export async function heldFinding(id: string, today: Day): Promise<Held<Finding> | null> {
  return held(await oneWithOutbox('findings', id), today)
}

/** A visit that was made, as the phone has it. */
export interface PastVisit extends Held<Visit> {
  present: number
  /** Names. */
  absent: string[]
  findings: Overlaid<Finding>[]
  unlisted: Overlaid<UnlistedWorker>[]
}

export async function pastVisit(id: string, today: Day): Promise<PastVisit | null> {
  const visit = await oneWithOutbox('visits', id)
  const head = visit && (await held({ ...visit, visit: id }, today))
  if (!head) return null
  const [marks, findings, unlisted, people] = await Promise.all([
    withOutbox('visit_marks', visit.intervention),
    withOutbox('findings', visit.intervention),
    withOutbox('unlisted_workers', visit.intervention),
    ofIntervention('participants', visit.intervention),
  ])
  const of = <T extends { visit: string }>(rows: T[]): T[] => rows.filter((r) => r.visit === id)
  const name = new Map(people.map((p) => [p.id, `${p.surnames}, ${p.given_names}`]))
  return {
    ...head,
    present: of(marks).filter((x) => x.mark === 'presente').length,
    absent: of(marks).flatMap((x) => (x.mark === 'ausente' ? [name.get(x.participant) ?? x.participant] : [])),
    findings: of(findings),
    unlisted: of(unlisted),
  }
}

/**
 * Begins to change a record: a draft on what is shown now. Answers its id; the
 * one that was begun before, where there is one.
 *
 * @param state the finding's new state, where that is what is changed
 */
export async function beginChange(
  collection: 'findings' | 'unlisted_workers',
  id: string,
  state?: string,
): Promise<string> {
  const row = await oneWithOutbox(collection, id)
  if (!row) return ''
  const visit = await oneWithOutbox('visits', row.visit)
  const form = beginForm(collection, row as unknown as ShownRecord, visit?.visited_on ?? '', state)
  const before = (await allDrafts()).find((d) => d.kind === 'record' && isSameForm(d.body as RecordForm, form))
  if (before) return before.id
  const draft = recordId()
  const saved_at = limaIso(Date.now())
  const version = RECORD_FORM_VERSION
  await sync.engine.saveDraft({
    id: draft,
    kind: 'record',
    intervention: row.intervention,
    version,
    saved_at,
    body: form,
  })
  return draft
}

/**
 * Takes a record of one's own back that should never have been written: deleted at
 * the server too. Answers the way back, which works until it was sent.
 */
export async function withdraw(
  collection: 'findings' | 'unlisted_workers',
  id: string,
  label: string,
): Promise<() => Promise<boolean>> {
  const row = await oneWithOutbox(collection, id)
  if (!row) return () => Promise.resolve(false)
  const group = recordId()
  const saw = sawIn(collection, row as unknown as Fields)
  const seen = { base_rev: row.rev, prev: row.prev, saw }
  await sync.engine.enqueue({
    group,
    label,
    intervention: row.intervention,
    mutations: [{ collection, record: id, op: 'delete', fields: {}, form: FORM, ...seen }],
  })
  return () => sync.engine.takeBack(group, null)
}

/** What the server said of what this draft is to replace, and of whom that was; '' of nobody. */
export async function objectionsTo(draft: string): Promise<{ problems: Problem[]; about: string }> {
  const rejected = await sync.work.outbox.where('state').equals('rejected').toArray()
  const refused = rejected.filter((e) => e.redone_as === draft)
  return { problems: distinct(refused.flatMap((e) => e.outcome?.errors ?? [])), about: personOf(refused[0]?.about) }
}

/**
 * Puts a finished form in the outbox; its draft goes in the same transaction.
 * False where nothing was changed: then nothing is sent, and the draft is given up.
 */
export async function finishRecord(draft: OpenDraft<RecordForm>, label: string): Promise<boolean> {
  await draft.settled()
  const { form, id, intervention } = draft
  const mutation = form && changeOf(form, recordId())
  if (mutation) await sync.engine.enqueue({ group: id, label, intervention, mutations: [mutation], draft: id })
  else await sync.engine.discard(id)
  draft.close()
  return !!mutation
}
