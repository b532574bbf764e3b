/**
 * Who renders the account of a work, at the municipality: states amounts, answers what
 * was observed, adds documents and takes them back, presents. With the product's own
 * engine, in the steps of its screen (state/rendicion, state/papers): what is typed is a
 * draft first and work at the next pause, and a killed app finds it when it opens again.
 */
import { missingOf, openIn, unansweredIn } from '../src/domain/account'
import { EXPENSES } from '../src/domain/rendicion'
import { rendicionDraft } from '../src/domain/writing'
import type { NewMutation } from '../src/sync/contract'
import type { ShownRow } from '../src/sync/overlay'
import { screenOf, seenOn, text, typingOf } from './account'
import type { Kind, Screen, Typed, Typing, Value } from './account'
import { enqueue, write } from './hand'
import { addDocument, takeUp, withdraw } from './paper'
import type { SimPhone, Sitting } from './phone'

const FORM = 'rendicion/1'
const FIELD: Record<Kind, string> = { rendicion_lines: 'amount', rendicion_observations: 'answer' }

/** He does one thing about one of his rendiciones, if the app is open. */
export function render(phone: SimPhone, work: string): void {
  void at(phone, work, async (sitting) => {
    const screen = screenOf(phone, work)
    if (!screen) return
    const { account, documents } = screen
    const open = account.observations.filter((o) => o.state === 'abierta')
    const doing = phone.rng.weighted({
      amount: 6,
      answer: open.length > 0 ? 4 : 0,
      add: 2,
      replace: documents.length > 0 ? 1.5 : 0,
      withdraw: documents.length > 0 ? 2 : 0,
      settle: openConflicts(phone, work).length > 0 ? 3 : 0,
      present: 4,
    })
    await { amount, answer, add, replace, withdraw: takeAway, settle, present }[doing](phone, sitting, work, screen)
  })
}

/** All that he typed goes into the outbox, and what is to be presented is. */
export function finish(phone: SimPhone, work: string): void {
  if (!phone.alive) phone.start()
  void at(phone, work, async (sitting) => {
    if (!(await flush(phone, sitting, work))) return
    const screen = screenOf(phone, work)
    if (screen && NEXT[screen.account.state]) await present(phone, sitting, work, screen)
  })
}

/** Alone with the rendición, and what an earlier page left of it taken up. */
async function at(phone: SimPhone, work: string, then: (sitting: Sitting) => Promise<void>): Promise<void> {
  const sitting = phone.sit(rendicionDraft(work))
  if (!sitting) return
  try {
    await takeUp(phone, sitting, work)
    await then(sitting)
  } catch (error) {
    phone.note('I2 nothing lost', `failed: ${String(error)}`)
  } finally {
    phone.stand(sitting)
  }
}

/** On the disk, or he saw that it is not. */
async function type(phone: SimPhone, sitting: Sitting, work: string, row: ShownRow, value: Value): Promise<boolean> {
  const kind = row.c as Kind
  const before = typingOf(phone, work)
  const base = before[row.id]?.base ?? (row.data[FIELD[kind]] as Value)
  const body: Typing = { ...before, [row.id]: { kind, value, base } }
  if (!(await save(phone, sitting, work, body))) return false
  phone.typed.set(row.id, { work, value })
  phone.coverage.count(kind === 'rendicion_lines' ? 'amount_typed' : 'answer_typed')
  return true
}

async function save(phone: SimPhone, sitting: Sitting, work: string, body: Typing): Promise<boolean> {
  const id = rendicionDraft(work)
  const about = { id, kind: 'rendicion' as const, intervention: work, version: 1, saved_at: '' }
  const done = await write<unknown>(phone, sitting, (store) =>
    Object.keys(body).length > 0 ? store.saveDraft({ ...about, body }) : store.discard(id),
  )
  return done !== undefined
}

/** Answers whether all that was typed is work by now. */
async function flush(phone: SimPhone, sitting: Sitting, work: string): Promise<boolean> {
  for (const [record, typed] of Object.entries(typingOf(phone, work))) {
    const screen = screenOf(phone, work)
    const row = [...(screen?.lines ?? []), ...(screen?.observations ?? [])].find((r) => r.id === record)
    if (!row || !(await say(phone, sitting, row, typed))) return false
    phone.typed.delete(record)
  }
  return Object.keys(typingOf(phone, work)).length === 0 || save(phone, sitting, work, {})
}

/** Says it anew: what he said before and was not sent is not sent at all. */
async function say(phone: SimPhone, sitting: Sitting, row: ShownRow, { kind, value, base }: Typed): Promise<boolean> {
  const field = FIELD[kind]
  if (row.data[field] === value) return true
  const unsent = phone.unsent().filter((e) => e.mutation.record === row.id)
  const before = unsent.sort((a, b) => a.counter - b.counter).at(-1)
  let [on, saw, knew]: [{ rev: number; prev?: string }, Record<string, unknown>, Readonly<Record<string, unknown>>] = [
    row,
    { [field]: base },
    { [field]: base },
  ]
  const unsaid = before?.attempts === 0
  if (before && unsaid) {
    const { base_rev, prev, saw: first } = before.mutation
    on = { rev: base_rev ?? row.rev, prev }
    saw = first ?? saw
    knew = phone.saw.get(before.id) ?? knew
  }
  const { id, i: work } = row
  const parent = text(row, 'rendicion')
  const instead = before && unsaid ? [before.group] : []
  const done = await update(
    phone,
    sitting,
    { ...on, id, c: kind, work, parent },
    { [field]: value },
    { saw, knew, instead },
  )
  if (done && instead.length > 0) phone.coverage.count('said_anew')
  return done
}

interface On {
  c: string
  id: string
  work: string
  rev: number
  prev?: string
  /** The rendición it is a part of. */
  parent?: string
}

interface Knowing {
  /** As the screen says it of the fields it sends; a conflict is told by its revision alone. */
  saw?: Record<string, unknown>
  /** What he himself remembers. */
  knew: Readonly<Record<string, unknown>>
  /** Groups whose place it takes. */
  instead?: readonly string[]
}

function update(
  phone: SimPhone,
  sitting: Sitting,
  { c: collection, id: record, work: intervention, rev: base_rev, prev, parent }: On,
  fields: Record<string, unknown>,
  { saw, knew, instead = [] }: Knowing,
): Promise<boolean> {
  const form = collection === 'conflicts' ? 'finding/1' : FORM
  const mutation: NewMutation = {
    ...{ collection, record, op: 'update', fields, form, base_rev },
    ...(prev ? { prev } : {}),
    ...(parent ? { parent } : {}),
    ...(saw ? { saw } : {}),
  }
  const work = { group: phone.rng.recordId(), label: 'Rendición', intervention, mutations: [mutation], instead }
  return enqueue(phone, work, knew, sitting)
}

async function amount(phone: SimPhone, sitting: Sitting, work: string, screen: Screen): Promise<void> {
  const { rng } = phone
  const open = openIn(screen.account).lines
  // Now and then one that is closed: the server says so.
  const lines = screen.lines.filter((l) => open.has(text(l, 'kind')) || rng.chance(0.05))
  if (lines.length === 0) return
  const often = lines.filter((l) => (EXPENSES as readonly string[]).includes(text(l, 'kind')))
  const row = rng.pick(often.length > 0 && rng.chance(0.9) ? often : lines)
  if (!(await type(phone, sitting, work, row, (1 + rng.int(20)) * 10_000 + phone.coverage.unique()))) return
  if (rng.chance(0.8)) await flush(phone, sitting, work)
}

async function answer(phone: SimPhone, sitting: Sitting, work: string, screen: Screen): Promise<void> {
  const row = phone.rng.pick(screen.observations.filter((o) => text(o, 'state') === 'abierta'))
  if (!(await type(phone, sitting, work, row, `Respuesta ${phone.coverage.unique()}`))) return
  if (phone.rng.chance(0.8)) await flush(phone, sitting, work)
}

async function add(phone: SimPhone, sitting: Sitting, work: string, screen: Screen): Promise<void> {
  const kinds = [...openIn(screen.account).kinds]
  const kind = phone.rng.chance(0.05) ? 'fotos' : kinds.length > 0 ? phone.rng.pick(kinds) : ''
  if (kind) await addDocument(phone, sitting, { work, rendicion: screen.rendicion.id, kind, replaces: '' })
}

async function replace(phone: SimPhone, sitting: Sitting, work: string, screen: Screen): Promise<void> {
  const open = openIn(screen.account).documents
  const there = screen.account.documents.filter((d) => open.has(d.id) && d.superseded_by === '')
  if (there.length === 0) return
  const { id: replaces, kind } = phone.rng.pick(there)
  await addDocument(phone, sitting, { work, rendicion: screen.rendicion.id, kind, replaces })
}

async function takeAway(phone: SimPhone, sitting: Sitting, work: string, screen: Screen): Promise<void> {
  const inForce = new Set(screen.account.documents.filter((d) => d.superseded_by === '').map((d) => d.id))
  const there = screen.documents.filter((d) => inForce.has(d.id))
  if (there.length === 0) return
  const doc = phone.rng.pick(there)
  const gone = await withdraw(phone, sitting, doc, work)
  if (gone) return
  const fields = { superseded_by: doc.id }
  const saw = { superseded_by: '' }
  const { id, c, rev, prev } = doc
  const on = { id, c, rev, prev, work, parent: screen.rendicion.id }
  if (await update(phone, sitting, on, fields, { saw, knew: saw })) phone.coverage.count('document_withdrawn')
}

const openConflicts = (phone: SimPhone, work: string) =>
  phone
    .rows('conflicts')
    .filter((c) => c.data.intervention === work && c.data.state === 'abierto' && c.data.author === phone.user)
    .filter((c) => !phone.unsent().some((e) => e.mutation.record === c.id))

async function settle(phone: SimPhone, sitting: Sitting, work: string): Promise<void> {
  const { id, rev } = phone.rng.pick(openConflicts(phone, work))
  const resolution = phone.rng.pick(['author', 'other'])
  phone.coverage.count('amounts_settled')
  await update(phone, sitting, { c: 'conflicts', id, rev, work }, { resolution }, { knew: {} })
}

/** What presenting makes of it. */
const NEXT: Readonly<Record<string, string>> = { pendiente: 'presentada', observada: 'subsanada' }

/** For the most part he sees to it that it can be presented, as his screen asks. */
async function present(phone: SimPhone, sitting: Sitting, work: string, screen: Screen): Promise<void> {
  if (!(await flush(phone, sitting, work))) return
  if (phone.rng.chance(0.85) && !(await complete(phone, sitting, work, screen))) return
  const now = screenOf(phone, work)
  const state = NEXT[now?.account.state ?? '']
  if (!now || !state || openConflicts(phone, work).length > 0) return
  const seen = seenOn(now)
  const { id, c, rev, prev } = now.rendicion
  const was = { state: text(now.rendicion, 'state') }
  const fields = { state, presents: structuredClone(seen) }
  const on = { id, c, rev, prev, work }
  if (await update(phone, sitting, on, fields, { saw: was, knew: { ...was, ...structuredClone(seen) } }))
    phone.coverage.count('presented')
}

async function complete(
  phone: SimPhone,
  sitting: Sitting,
  work: string,
  { account, rendicion }: Screen,
): Promise<boolean> {
  for (const kind of missingOf(account))
    if (!(await addDocument(phone, sitting, { work, rendicion: rendicion.id, kind, replaces: '' }))) return false
  for (const { id } of unansweredIn(account)) {
    const row = screenOf(phone, work)?.observations.find((o) => o.id === id)
    if (row && !(await type(phone, sitting, work, row, `Respuesta ${phone.coverage.unique()}`))) return false
  }
  const now = screenOf(phone, work)
  const own = now?.lines.find((l) => text(l, 'kind') === 'cofinanciamiento_oe')
  if (!now || !own) return false
  const sum = [...EXPENSES, 'devuelto' as const, 'saldo' as const].reduce(
    (n, line) => n + (now.account.lines[line]?.amount ?? 0),
    -now.account.accrued,
  )
  if (sum !== own.data.amount && openIn(now.account).lines.has('cofinanciamiento_oe'))
    if (!(await type(phone, sitting, work, own, sum))) return false
  return flush(phone, sitting, work)
}
