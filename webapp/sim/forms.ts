/**
 * Who holds the form of a finding: opens it, types, is interrupted for as long as
 * it may be, and finishes or drops it; takes an unsent change back and reopens it;
 * corrects what the server refused. The forms and what they send are the product's
 * (domain/record); what he saw and typed is his own memory (held.ts).
 */
import {
  beginForm,
  changeOf,
  formAgain,
  hasForm,
  isMove,
  isSameForm,
  ownerOf,
  RECORD_FORM_VERSION,
  recordErrors,
  remedyOf,
} from '../src/domain/record'
import type { RecordForm, ShownRecord } from '../src/domain/record'
import type { CarriedFile, Draft, OutboxEntry } from '../src/sync/contract'
import { parentOf } from '../src/sync/entries'
import { overlay, shownRow } from '../src/sync/overlay'
import type { ShownRow } from '../src/sync/overlay'
import { enqueue, write } from './hand'
import { changes, heldAgain, wrongWith } from './held'
import type { Held } from './held'
import type { SimPhone, Sitting } from './phone'
import { mended, typing } from './typing'

const entries = (phone: SimPhone): OutboxEntry[] => phone.entries().filter((e) => e.mutation.collection === 'findings')

/** As his screen shows them: the replica with his own work on top. */
export function shownFindings(phone: SimPhone): ShownRow[] {
  return overlay(phone.rows('findings'), entries(phone), phone.disk.meta.seen_seq)
}

/** The one his screen has a button for. */
export const otherState = (row: ShownRow): string => (row.data.state === 'levantado' ? 'abierto' : 'levantado')

const asRecord = (row: ShownRow): ShownRecord => ({
  ...row.data,
  id: row.id,
  rev: row.rev,
  prev: row.prev,
})

function visitedOn(phone: SimPhone, visit: string): string {
  const row = phone.rows('visits').find((v) => v.id === visit)
  return typeof row?.data.visited_on === 'string' ? row.data.visited_on : ''
}

const draftOf = (id: string, intervention: string, body: RecordForm): Draft => ({
  id,
  kind: 'record',
  intervention,
  version: RECORD_FORM_VERSION,
  saved_at: '',
  body,
})

/** What he may do with forms now, each as likely as it says. */
export function chances(phone: SimPhone): Record<'open' | 'hold' | 'reopen' | 'correct', number> {
  return {
    open: shownFindings(phone).length > 0 ? 2 / (1 + phone.held.size) : 0,
    hold: phone.held.size > 0 ? 3 : 0,
    reopen: reversible(phone).length > 0 ? 4 : 0,
    correct: correctable(phone).length > 0 ? 5 : 0,
  }
}

/** Alone with one form until he stands up: no other tab has it open (state/draft.svelte). */
async function sit(phone: SimPhone, draft: string, then: (sitting: Sitting) => Promise<void>): Promise<void> {
  const sitting = phone.sit(draft)
  if (!sitting) return
  try {
    await then(sitting)
  } finally {
    phone.stand(sitting)
  }
}

/** He opens a form on what is shown now; the one of before, where he has begun one. */
export async function open(phone: SimPhone): Promise<void> {
  const { rng, coverage } = phone
  const row = rng.pick(shownFindings(phone))
  const state = rng.chance(0.35) ? otherState(row) : undefined
  const record = asRecord(row)
  const form = beginForm('findings', record, visitedOn(phone, String(row.data.visit)), state)
  const before = [...phone.disk.drafts.values()].find(
    (d) => d.kind === 'record' && isSameForm(d.body as RecordForm, form),
  )
  if (before) return coverage.count('form_found_again')
  const id = rng.recordId()
  await sit(phone, id, async (sitting) => {
    if (!(await write(phone, sitting, (store) => store.saveDraft(draftOf(id, row.i, form))))) return
    const typed: Held['typed'] = state === undefined ? {} : { state, state_reason: '' }
    phone.held.set(id, { record: row.id, saw: { ...row.data }, typed })
    coverage.count('form_opened')
  })
}

/** He goes on with a form that he holds. */
export async function hold(phone: SimPhone): Promise<void> {
  const id = phone.rng.pick([...phone.held.keys()])
  const doing = { type, finish, drop }[phone.rng.weighted({ type: 4, finish: 5, drop: 1 })]
  await sit(phone, id, async (sitting) => void (await doing(phone, id, sitting)))
  if (phone.rng.chance(0.4)) await regret(phone, id)
}

/** What he has just finished was not right after all. */
export async function regret(phone: SimPhone, group: string): Promise<void> {
  const entry = reversible(phone).find((e) => e.group === group)
  if (entry) await reopen(phone, entry)
}

/** He lets nothing lie: each form is finished, or given up. */
export async function endForms(phone: SimPhone): Promise<void> {
  const ending = [...phone.held.keys()].map((id) => {
    const doing = phone.rng.chance(0.8) ? finish : drop
    return sit(phone, id, (sitting) => doing(phone, id, sitting))
  })
  await Promise.all(ending)
}

/** Nor does he what was refused. */
export async function correctAll(phone: SimPhone): Promise<void> {
  const open = correctable(phone).filter((e) => e.redone_as === undefined && phone.rng.chance(0.7))
  for (const entry of open) await correct(phone, entry)
  await endForms(phone)
}

/** Types into it; answers whether it is on the disk. */
async function type(phone: SimPhone, id: string, sitting: Sitting, careful = false): Promise<boolean> {
  const draft = phone.disk.drafts.get(id)
  const held = phone.held.get(id)
  if (!draft || !held) return false
  const form = draft.body as RecordForm
  const edits = careful ? mended(phone, form, recordErrors(form, [])) : typing(phone, held, isMove(form))
  if (Object.keys(edits).length === 0) return true
  const body: RecordForm = { ...form, typed: { ...form.typed, ...edits } }
  if (!(await write(phone, sitting, (store) => store.saveDraft({ ...draft, body })))) return false
  phone.held.set(id, { ...held, typed: { ...held.typed, ...edits } })
  phone.coverage.count('form_typed')
  return true
}

async function finish(phone: SimPhone, id: string, sitting: Sitting): Promise<void> {
  const { rng, coverage } = phone
  if (rng.chance(0.5) && !(await type(phone, id, sitting))) return
  // An app that looks less closely lets through what the server refuses.
  const careful = rng.chance(phone.held.get(id)?.corrects ? 0.9 : 0.4)
  if (careful && !(await type(phone, id, sitting, true))) return
  const draft = phone.disk.drafts.get(id)
  const held = phone.held.get(id)
  if (!draft || !held) return
  const change = changeOf(draft.body as RecordForm, id)
  const wrong = wrongWith(held, change?.fields)
  if (wrong) phone.note(wrong.invariant, wrong.what)
  if (!change) return giveUp(phone, id, sitting, 'form_unchanged')
  const behind = isBehind(phone, id)
  const work = { group: id, label: 'Hallazgo', intervention: draft.intervention, mutations: [change], draft: id }
  if (!(await enqueue(phone, work, held.saw, sitting))) return
  coverage.count('form_finished')
  if (behind) coverage.count('form_finished_over_news')
  if (held.corrects) coverage.count(`refused_${held.corrects}_corrected`)
}

/** What he changes says something else by now than what he saw. */
function isBehind(phone: SimPhone, id: string): boolean {
  const held = phone.held.get(id)
  const row = shownFindings(phone).find((f) => f.id === held?.record)
  if (!held || !row) return false
  return Object.keys(changes(held)).some((f) => (row.data[f] ?? '') !== (held.saw[f] ?? ''))
}

async function drop(phone: SimPhone, id: string, sitting: Sitting): Promise<void> {
  await giveUp(phone, id, sitting, 'form_dropped')
}

async function giveUp(phone: SimPhone, id: string, sitting: Sitting, what: string): Promise<void> {
  const gone = await write(phone, sitting, (store) => store.discard(id))
  if (!gone) return
  phone.held.delete(id)
  // His wish was this form alone.
  for (const [photo, { parent }] of phone.photos) if (parent === id) phone.photos.delete(photo)
  phone.coverage.count(what)
}

/** The form of what was sent of one record, over what is shown without it: as state/refused does. */
function formOver(phone: SimPhone, entry: OutboxEntry): RecordForm | undefined {
  const { mutation } = entry
  if (!hasForm(mutation)) return undefined
  const row = phone.rows('findings').find((r) => r.id === mutation.record)
  const shown =
    mutation.op === 'create'
      ? undefined
      : shownRow(mutation.record, row, entries(phone), phone.disk.meta.seen_seq, [entry.id])
  const record = shown && asRecord(shown)
  const sent = [{ ...mutation, parent: parentOf(entry) }].filter(hasForm)
  return formAgain(sent, record, visitedOn(phone, ownerOf(sent, 'findings', record)))
}

const reversible = (phone: SimPhone): OutboxEntry[] => {
  const groups = phone.unsent().map((e) => e.group)
  const alone = (e: OutboxEntry): boolean => groups.filter((g) => g === e.group).length === 1
  return entries(phone).filter((e) => e.state === 'pending' && e.attempts === 0 && hasForm(e.mutation) && alone(e))
}

/** Deshacer y reabrir, while it was never sent. */
export async function reopen(phone: SimPhone, entry = phone.rng.pick(reversible(phone))): Promise<void> {
  const { coverage } = phone
  const { group, id, mutation } = entry
  const made = phone.promised.get(id)
  await sit(phone, group, async (sitting) => {
    const form = formOver(phone, entry)
    if (!form || !made) return
    const draft = draftOf(group, entry.intervention, form)
    const undone = await write(phone, sitting, (store) => store.takeBack(group, draft))
    if (!undone) return
    if (!undone.answer) return coverage.count('too_late_to_reopen')
    phone.finished.delete(group)
    phone.forgetGroup([made])
    phone.held.set(group, heldAgain(form.record, mutation.fields, phone.saw.get(id), form.typed))
    coverage.count('change_reopened')
    await phone.announce()
  })
}

/** Refused, with something that he can mend, and not taken up again; or a form of it is open. */
function correctable(phone: SimPhone): OutboxEntry[] {
  const codes = (e: OutboxEntry): string[] => (e.outcome?.errors ?? []).map((p) => p.code)
  const open = (e: OutboxEntry): boolean => e.redone_as === undefined || phone.held.has(e.redone_as)
  return entries(phone).filter(
    (e) => e.state === 'rejected' && open(e) && remedyOf('findings', e.mutation.op, codes(e)) === 'form',
  )
}

/** Its pictures go along, as state/refused has it. */
function filesOn(phone: SimPhone, record: string, parent: string): CarriedFile[] {
  const on = [...phone.disk.files.values()].filter((f) => f.parent === record && f.state === 'queued')
  return on.map((f) => ({ from: f.id, id: phone.rng.recordId(), parent }))
}

/** Corregir: what was refused once more, in a form. */
export async function correct(phone: SimPhone, entry = phone.rng.pick(correctable(phone))): Promise<void> {
  const { rng, coverage } = phone
  const { mutation } = entry
  const form = formOver(phone, entry)
  if (!form || mutation.op === 'delete') return
  const { op } = mutation
  const id = rng.recordId()
  await sit(phone, id, async (sitting) => {
    const draft = draftOf(id, entry.intervention, form)
    const along = filesOn(phone, mutation.record, id)
    const begun = await write(phone, sitting, (store) => store.redo(entry.group, draft, [entry.id], along))
    if (!begun) return
    if (begun.answer !== id) return coverage.count('correction_found_again')
    phone.held.set(id, heldAgain(form.record, mutation.fields, phone.saw.get(entry.id), form.typed, op))
    for (const { from, id: file, parent } of along) {
      const photo = phone.photos.get(from)
      if (!photo || !phone.disk.files.has(file)) continue
      phone.photos.set(file, { ...photo, parent })
      coverage.count('photograph_carried')
    }
    coverage.count('correction_begun')
    await phone.announce()
  })
}
