/** Who works on a phone: finishes visits, changes findings at once or in forms he holds, settles conflicts. */
import type { Draft, NewMutation, ReplicaRow } from '../src/sync/contract'
import { sawIn, seenIn } from '../src/domain/record'
import { chances, correct, correctAll, endForms, hold, open, otherState, regret, reopen, shownFindings } from './forms'
import type { Work } from '../src/sync/ports'
import { capture, enqueue } from './hand'
import type { SimPhone } from './phone'
import { shoot } from './photos'
import { visitWork } from './work'

/** He does one thing, if the app is open. */
export function act(phone: SimPhone): void {
  if (!phone.alive || phone.wiped) return
  const settle = openConflicts(phone).length > 0 ? 20 : 0
  const doing = phone.rng.weighted({ visit: 62, change: 28, take_out: 4, settle })
  const done = {
    visit: finishVisit,
    change: changeFinding,
    take_out: deleteFinding,
    settle: settleConflict,
  }[doing](phone)
  heard(phone, done)
}

/** Somebody who can does something with the form of a finding. */
export function handleForm(phones: readonly SimPhone[]): void {
  const able = phones.filter((p) => p.alive && !p.wiped && Object.values(chances(p)).some((n) => n > 0))
  if (able.length === 0) return
  const phone = phones[0]!.rng.pick(able)
  heard(phone, { open, hold, reopen, correct }[phone.rng.weighted(chances(phone))](phone))
}

/** Each form that he holds is finished or given up, if the app can be opened. */
export function finishAll(phone: SimPhone): void {
  if (!phone.alive) phone.start()
  heard(phone, endForms(phone))
}

/** What was refused and can be mended is written again, for the most part. */
export function mendAll(phone: SimPhone): void {
  heard(phone, correctAll(phone))
}

function heard(phone: SimPhone, done: Promise<unknown>): void {
  void done.catch((error: unknown) => phone.note('I2 nothing lost', `failed: ${String(error)}`))
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
  await photograph(phone, draft, work)
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
  phone.forgetGroup([...work.mutations, ...phone.unfinishedFiles()])
  await phone.announce()
}

/** Pictures of the visit and of what is found on it, before it is finished. */
async function photograph(phone: SimPhone, draft: Draft, work: Work): Promise<void> {
  const { rng } = phone
  const found = work.mutations.filter((m) => m.collection === 'findings').map((m) => m.record)
  const visits = Array.from({ length: Number(rng.weighted({ 0: 5, 1: 4, 2: 1 })) }, () => ['visit_photos', work.group])
  const findings = found.filter(() => rng.chance(0.5)).map((record) => ['finding_photos', record])
  for (const [collection, parent] of [...visits, ...findings]) {
    const on = { collection: collection!, parent: parent!, draft: draft.id, intervention: work.intervention }
    await capture(phone, shoot({ rng, now: phone.now() }, on))
  }
}

async function changeFinding(phone: SimPhone): Promise<void> {
  const { rng } = phone
  const shown = shownFindings(phone)
  if (shown.length === 0) return
  const finding = rng.pick(shown)
  const what = rng.weighted({ state: 4, measure: 4, both: 2 })
  const state = { state: otherState(finding), state_reason: `Porque ${phone.coverage.unique()}` }
  const measure = { corrective_measure: `Medida ${phone.coverage.unique()}` }
  const changed = what === 'state' ? state : what === 'measure' ? measure : { ...state, ...measure }
  // Some clients send along what nobody touched.
  const fields = { corrective_measure: finding.data.corrective_measure ?? '', ...changed }
  const group = await change(phone, 'findings', finding, { op: 'update', fields }, finding.i)
  if (rng.chance(0.2)) await regret(phone, group)
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

const openConflicts = (phone: SimPhone): ReplicaRow[] =>
  phone.rows('conflicts').filter((c) => c.data.state === 'abierto')

async function settleConflict(phone: SimPhone): Promise<void> {
  const conflict = phone.rng.pick(openConflicts(phone))
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
): Promise<string> {
  const { id: record, rev: base_rev, prev } = row
  const mutation: NewMutation = { collection, record, form: 'finding/1', base_rev, ...(prev ? { prev } : {}), ...what }
  if (collection === 'findings') {
    const shown = sawIn(collection, row.data)
    mutation.saw = what.op === 'delete' ? shown : seenIn({ saw: shown }, what.fields)
  }
  const group = phone.rng.recordId()
  await enqueue(phone, { group, label: 'Hallazgo', intervention, mutations: [mutation] }, { ...row.data })
  return group
}
