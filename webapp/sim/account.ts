/**
 * A rendición as its executor's screen shows it: the rows of his phone with his own
 * unsent work on top, and what of it is open by the product's own rule (domain/account).
 */
import { stateOf, supersededBy } from '../src/domain/account'
import type { Account, AccountState, Paper, Remark } from '../src/domain/account'
import { LINES } from '../src/domain/rendicion'
import { rendicionDraft } from '../src/domain/writing'
import { overlay } from '../src/sync/overlay'
import type { ShownRow } from '../src/sync/overlay'
import type { SimPhone } from './phone'

export interface Screen {
  account: Account
  rendicion: ShownRow
  lines: ShownRow[]
  documents: ShownRow[]
  observations: ShownRow[]
}

/** What he saw when he presented it: céntimos of lines that are not zero, documents in force, answers to open observations. */
export interface Seen {
  lines: Record<string, number>
  documents: string[]
  answers: Record<string, string>
}

export const text = ({ data }: Pick<ShownRow, 'data'>, field: string): string => {
  const value = data[field]
  return typeof value === 'string' ? value : ''
}

const shown = (phone: SimPhone, collection: string, work: string): ShownRow[] =>
  overlay(
    phone.rows(collection).filter((r) => r.i === work),
    phone.entries().filter((e) => e.mutation.collection === collection && e.intervention === work),
    phone.disk.meta.seen_seq,
  )

/** Later than any instant. */
const NOT_YET = '9999'

const isInForce = (d: Pick<Paper, 'superseded_by'>): boolean => d.superseded_by === ''

/** Undefined where the phone does not have it yet. */
export function screenOf(phone: SimPhone, work: string): Screen | undefined {
  const intervention = phone.rows('interventions').find((r) => r.id === work)
  const rendicion = shown(phone, 'rendiciones', work)[0]
  if (!intervention || !rendicion) return undefined
  const state = stateOf(text(rendicion, 'state') as AccountState, text(intervention, 'state'))
  if (!state) return undefined
  const lines = shown(phone, 'rendicion_lines', work)
  const documents = shown(phone, 'rendicion_documents', work)
  const observations = shown(phone, 'rendicion_observations', work)
  const whole = (row: ShownRow, field: string): number => Number(row.data[field] ?? 0)
  const by = supersededBy(
    documents.map((d) => ({
      id: d.id,
      superseded_by: text(d, 'superseded_by'),
      replaces: text(d, 'replaces'),
      sha256: text(d, 'sha256'),
      waiting: d.marker !== '',
    })),
  )
  const account: Account = {
    state,
    round: whole(rendicion, 'round'),
    presented_at: text(rendicion, 'presented_at'),
    accrued: whole(rendicion, 'accrued'),
    transferred: whole(rendicion, 'transferred'),
    lines: Object.fromEntries(
      lines.map((l) => [text(l, 'kind'), { amount: whole(l, 'amount'), presented: whole(l, 'presented') }]),
    ),
    documents: documents.map((d) => ({
      id: d.id,
      kind: text(d, 'kind'),
      superseded_by: by.get(d.id) ?? '',
      uploaded_at: text(d, 'uploaded_at') || NOT_YET,
    })),
    observations: observations.map((o) => ({
      id: o.id,
      target: text(o, 'target') as Remark['target'],
      item: text(o, 'item'),
      also: (o.data.also ?? []) as string[],
      state: text(o, 'state'),
      answer: text(o, 'answer'),
      presented_answer: text(o, 'presented_answer'),
    })),
    required: requiredOf(phone),
  }
  return { account, rendicion, lines, documents, observations }
}

function requiredOf(phone: SimPhone): string[] {
  const row = phone.rows('parameters').find((p) => p.data.key === 'rendicion.required_documents')
  return (row?.data.value ?? []) as string[]
}

/** What stands on the screen, to be presented. */
export function seenOn({ account }: Screen): Seen {
  const open = account.observations.filter((o) => o.state === 'abierta' && o.answer !== '')
  const amounts = LINES.flatMap((line): [string, number][] => {
    const amount = account.lines[line]?.amount ?? 0
    return amount === 0 ? [] : [[line, amount]]
  })
  return {
    lines: Object.fromEntries(amounts),
    documents: account.documents
      .filter(isInForce)
      .map((d) => d.id)
      .sort(),
    answers: Object.fromEntries(open.map((o) => [o.id, o.answer])),
  }
}

/** The same: an account that two hold in two orders is one account. */
export const spelled = ({ lines, documents, answers }: Seen): string =>
  JSON.stringify([Object.entries(lines).sort(), [...documents].sort(), Object.entries(answers).sort()])

/** What is stated of one record: an amount, or an answer. */
export type Kind = 'rendicion_lines' | 'rendicion_observations'
export type Value = string | number

/** What was typed, and what stood there when it was begun. */
export interface Typed {
  kind: Kind
  value: Value
  base: Value
}

/** A draft's body: by record. */
export type Typing = Record<string, Typed>

export const typingOf = (phone: SimPhone, work: string): Typing =>
  (phone.disk.drafts.get(rendicionDraft(work))?.body ?? {}) as Typing

/** What is typed is in the draft, or in the outbox, whatever ends the app. */
export function untyped(phone: SimPhone): string[] {
  return [...phone.typed].flatMap(([record, { work, value }]) => {
    const there =
      typingOf(phone, work)[record]?.value === value ||
      phone.entries().some((e) => e.mutation.record === record && Object.values(e.mutation.fields).includes(value))
    return there ? [] : [`lost ${value}, which was typed for ${record}`]
  })
}
