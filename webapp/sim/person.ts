/** Who works on a phone: finishes visits, changes findings, settles conflicts. */
import type { Draft, NewMutation } from '../src/sync/contract'
import { Erased } from '../src/sync/ledger'
import { sawIn, seenIn } from '../src/domain/record'
import { overlay } from '../src/sync/overlay'
import type { Work } from '../src/sync/ports'
import { NoRoom } from './phone'
import type { SimPhone } from './phone'
import { visitWork } from './work'

/** He does one thing, if the app is open. */
export function act(phone: SimPhone): void {
  if (!phone.alive || phone.wiped) return
  const doing = phone.rng.weighted({ visit: 62, change: 28, take_out: 4, settle: 6 })
  const done = {
    visit: finishVisit,
    change: changeFinding,
    take_out: deleteFinding,
    settle: settleConflict,
  }[doing](phone)
  void done.catch((error: unknown) => phone.note('I2 nothing lost', `failed: ${String(error)}`))
}

/** Answers whether it was kept; where there is no room, nothing happened and the draft is still there. */
async function enqueue(phone: SimPhone, work: Work, saw?: Record<string, unknown>): Promise<boolean> {
  const store = phone.hand()
  if (!store) return false
  const { coverage, rng } = phone
  const ids = work.mutations.map(() => rng.uuidV7(phone.now()))
  const kept = (): boolean => [...phone.disk.outbox.values()].some((e) => e.id === ids[0])
  try {
    await store.enqueue(work, { ids, at: new Date(phone.now()).toISOString() })
  } catch (error) {
    if (error instanceof Erased) return false
    if (!(error instanceof NoRoom)) throw error
    coverage.count('work_without_room')
    if (kept()) phone.note('I2 nothing lost', 'kept work and said that it had no room')
    return false
  }
  // A draft that was finished already is not finished again; one that had no room is told above.
  const done = kept()
  coverage.count(done ? 'enqueued' : 'second_tap', ids.length)
  if (!done && !phone.wiped && !(work.draft && phone.finished.has(work.draft)))
    phone.note('I2 nothing lost', `said that ${work.label} was kept, and it is not there`)
  if (done) {
    if (work.draft && phone.finished.has(work.draft)) phone.note('I3 once', 'finished one draft twice')
    if (work.draft) phone.finished.add(work.draft)
    phone.promise(ids, work.mutations, work.intervention)
    if (saw) for (const id of ids) phone.saw.set(id, saw)
  }
  await phone.announce()
  return done
}

async function finishVisit(phone: SimPhone): Promise<void> {
  const { rng, coverage } = phone
  const work = visitWork(rng, phone.user, (c) => phone.rows(c), phone.now(), coverage)
  if (!work) return
  const draft: Draft = {
    id: `draft-${work.group}`,
    kind: 'visit',
    intervention: work.intervention,
    version: 1,
    saved_at: '',
    body: {},
  }
  phone.disk.drafts.set(draft.id, draft)
  const taps = rng.chance(0.1) ? 2 : 1
  const kept = await Promise.all(Array.from({ length: taps }, () => enqueue(phone, { ...work, draft: draft.id })))
  if (!kept.includes(true) && !phone.disk.drafts.has(draft.id) && !phone.wiped)
    phone.note('I2 nothing lost', 'lost a draft that found no room')
  const store = phone.hand()
  if (!store || !rng.chance(0.15)) return
  const undone = await store.takeBack(work.group, draft).catch(() => false)
  coverage.count(undone ? 'taken_back' : 'too_late_to_take_back')
  if (!undone) return
  phone.finished.delete(draft.id)
  phone.forgetGroup(work.mutations)
  await phone.announce()
}

/** As his screen shows them: the replica with his own work on top. */
function shownFindings(phone: SimPhone): ReturnType<typeof overlay> {
  const outbox = [...phone.disk.outbox.values()].filter((e) => e.mutation.collection === 'findings')
  return overlay(phone.rows('findings'), outbox, phone.disk.meta.seen_seq)
}

async function changeFinding(phone: SimPhone): Promise<void> {
  const { rng } = phone
  const shown = shownFindings(phone)
  if (shown.length === 0) return
  const finding = rng.pick(shown)
  const what = rng.weighted({ state: 4, measure: 4, both: 2 })
  const state = { state: rng.pick(['abierto', 'levantado']), state_reason: `Porque ${phone.coverage.unique()}` }
  const measure = { corrective_measure: `Medida ${phone.coverage.unique()}` }
  const fields = what === 'state' ? state : what === 'measure' ? measure : { ...state, ...measure }
  await change(phone, 'findings', finding, { op: 'update', fields }, finding.i)
}

/** He changes a finding, or takes it back, just when somebody else does. */
export function quarrel(phone: SimPhone, finding: string): void {
  const shown = shownFindings(phone).find((f) => f.id === finding)
  if (!shown || !phone.alive || phone.wiped) return
  const fields = { corrective_measure: `Medida ${phone.coverage.unique()}` }
  const takesBack = phone.rng.chance(0.2)
  const what = takesBack ? ({ op: 'delete', fields: {} } as const) : ({ op: 'update', fields } as const)
  void change(phone, 'findings', shown, what, shown.i)
}

async function deleteFinding(phone: SimPhone): Promise<void> {
  const shown = shownFindings(phone)
  if (shown.length === 0) return
  const finding = phone.rng.pick(shown)
  await change(phone, 'findings', finding, { op: 'delete', fields: {} }, finding.i)
}

async function settleConflict(phone: SimPhone): Promise<void> {
  const open = phone.rows('conflicts').filter((c) => c.data.state === 'abierto')
  if (open.length === 0) return
  const conflict = phone.rng.pick(open)
  const fields = { resolution: phone.rng.pick(['author', 'other']) }
  phone.coverage.count('settled_on_phone')
  await change(phone, 'conflicts', conflict, { op: 'update', fields }, String(conflict.data.intervention))
}

async function change(
  phone: SimPhone,
  collection: string,
  row: { id: string; rev: number; prev?: string; data: Record<string, unknown> },
  what: Pick<NewMutation, 'op' | 'fields'>,
  intervention: string,
): Promise<void> {
  const { id: record, rev: base_rev, prev } = row
  const mutation: NewMutation = { collection, record, form: 'finding/1', base_rev, ...(prev ? { prev } : {}), ...what }
  if (collection === 'findings') {
    const shown = sawIn(collection, row.data)
    mutation.saw = what.op === 'delete' ? shown : seenIn({ saw: shown }, what.fields)
  }
  const group = phone.rng.recordId()
  await enqueue(phone, { group, label: 'Hallazgo', intervention, mutations: [mutation] }, { ...row.data })
}
