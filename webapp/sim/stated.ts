/**
 * Rendiciones against a plain model: amounts and answers as the changes that took effect
 * leave them, and the documents in force, in the order of commit. What took the place of
 * a value was made knowing it, or the loser is in `conflicts` (I4); what was presented is
 * what its author saw, and stays so while it is not his turn (R). Nothing here knows of
 * revisions, bases or states.
 */
import { spelled } from './account'
import type { Seen } from './account'
import type { Violation } from './invariants'
import type { OfficeLog } from './merge'
import type { SimPhone } from './phone'
import type { ServerState, TableRow } from './server'

const FIELD: Record<string, string> = { rendicion_lines: 'amount', rendicion_observations: 'answer' }
/** It lies with who reviews, or is over. */
const HANDED_IN = ['presentada', 'subsanada', 'conforme']

interface Content {
  amounts: Record<string, string>
  documents: { id: string }[]
  answers: Record<string, string>
}

interface Lost {
  field: string
  mine: unknown
  theirs: unknown
}

type Made = ServerState['mutations'][number]
type Knew = Readonly<Record<string, unknown>>

class Model {
  readonly found: Violation[] = []
  /** What each record states now. */
  private readonly stated = new Map<string, unknown>()
  /** Documents in force, and the rendición of each. */
  private readonly papers = new Map<string, string>()
  /** What each took the place of. */
  private readonly replaced = new Map<string, string>()
  private readonly presented: string[] = []
  private readonly conflicts: Map<string, TableRow>

  constructor(private readonly state: ServerState) {
    this.conflicts = new Map(this.rows('conflicts').map((c) => [c.id, c]))
  }

  private rows(collection: string): TableRow[] {
    return this.state.tables[collection] ?? []
  }

  private broken(invariant: string, what: string): void {
    this.found.push({ invariant, what })
  }

  private overwritten(what: string): void {
    this.broken('I4 no silent overwrite', what)
  }

  private at(collection: string, record: string): unknown {
    return this.stated.get(record) ?? (collection === 'rendicion_lines' ? 0 : '')
  }

  say(m: Made, value: unknown, user: string, knew: Knew): void {
    const field = FIELD[m.collection]!
    const now = this.at(m.collection, m.record)
    if ((JSON.parse(m.lost) as string[]).includes(field)) {
      const c = this.conflicts.get(m.conflict)
      const kept = ((c?.values ?? []) as Lost[]).some((l) => l.field === field)
      if (!kept || c?.author !== user)
        this.overwritten(`${m.record}: ${String(value)} of ${user} lost and is in no conflict`)
      return
    }
    // Left as he saw it, it says nothing.
    if (now === value || knew[field] === value) return
    if (knew[field] !== now)
      this.overwritten(
        `${m.record}: ${String(value)} of ${user} took the place of ${String(now)}, which he had not seen`,
      )
    this.stated.set(m.record, value)
  }

  settle(id: string, resolution: unknown): void {
    const c = this.conflicts.get(id)
    if (!c || resolution !== 'author' || !(String(c.collection) in FIELD)) return
    for (const { mine, theirs } of c.values as Lost[]) {
      const now = this.at(String(c.collection), String(c.record))
      if (now !== theirs)
        this.overwritten(`who settled ${id} took the place of ${String(now)}, it showed ${String(theirs)}`)
      this.stated.set(String(c.record), mine)
    }
  }

  add(record: string, { rendicion, replaces }: Knew): void {
    if (replaces) this.papers.delete(String(replaces))
    this.papers.set(record, String(rendicion))
    this.replaced.set(record, String(replaces ?? ''))
  }

  /** What it had replaced is in force again, but not twice with the same bytes. */
  withdraw(record: string): void {
    const rendicion = this.papers.get(record)
    this.papers.delete(record)
    const former = this.replaced.get(record) ?? ''
    const bytes = this.bytesOf(former)
    const twin = [...this.papers].some(([id, of]) => of === rendicion && this.bytesOf(id) === bytes)
    if (former !== '' && rendicion !== undefined && !twin) this.papers.set(former, rendicion)
  }

  private bytesOf(record: string): unknown {
    return this.rows('rendicion_documents').find((r) => r.id === record)?.sha256
  }

  /** Handed in by somebody who saw just this. */
  present(rendicion: string, user: string, seen: Seen): void {
    const lines = this.rows('rendicion_lines').filter((l) => l.rendicion === rendicion)
    const amounts = lines.map((l) => [String(l.kind), Number(this.at('rendicion_lines', l.id))] as const)
    const answers = Object.keys(seen.answers).map((o) => [o, String(this.at('rendicion_observations', o))] as const)
    const now: Seen = {
      lines: Object.fromEntries(amounts.filter(([, n]) => n !== 0)),
      documents: [...this.papers].flatMap(([id, of]) => (of === rendicion ? [id] : [])),
      answers: Object.fromEntries(answers),
    }
    if (spelled(now) !== spelled(seen))
      this.broken('R rendición', `${user} presented ${spelled(now)} and had seen ${spelled(seen)}`)
    this.presented.push(`${rendicion} ${spelled(seen)}`)
  }

  /** The tables say what the model holds, and each receipt is of what somebody presented. */
  compare(): void {
    for (const [collection, field] of Object.entries(FIELD))
      for (const row of this.rows(collection)) {
        const now = row[field] ?? ''
        if (!this.ours(String(row.rendicion)) || now === this.at(collection, row.id)) continue
        this.overwritten(
          `${collection}/${row.id} is ${String(now)}, the last word was ${String(this.at(collection, row.id))}`,
        )
      }
    for (const row of this.rows('rendicion_documents').filter((d) => this.ours(String(d.rendicion)))) {
      const [is, was] = [!row.superseded_by, this.papers.has(row.id)]
      if (is !== was)
        this.overwritten(`document ${row.id} is ${is ? '' : 'not '}in force, and was ${was ? '' : 'not '}left so`)
    }
    const kept = this.state.submissions.map((s) => ({ ...s, seen: seenIn(JSON.parse(s.content) as Content) }))
    for (const { rendicion, round, seen } of kept)
      if (!this.presented.includes(`${rendicion} ${spelled(seen)}`))
        this.broken('R rendición', `round ${round} of ${rendicion} was presented by nobody who saw it`)
    for (const what of new Set(this.presented))
      if (!kept.some(({ rendicion, seen }) => what === `${rendicion} ${spelled(seen)}`))
        this.broken('R rendición', `${what} was presented, and there is no receipt for it`)
    for (const { id, state } of this.rows('rendiciones')) if (HANDED_IN.includes(String(state))) this.asHandedIn(id)
  }

  /** Of a work that has ended. */
  private ours(rendicion: string): boolean {
    const work = this.rows('rendiciones').find((r) => r.id === rendicion)?.intervention
    return this.rows('interventions').some((i) => i.id === work && i.state !== 'en_ejecucion')
  }

  private asHandedIn(rendicion: string): void {
    const last = this.state.submissions.filter((s) => s.rendicion === rendicion).at(-1)
    if (!last) return this.broken('R rendición', `${rendicion} was handed in, and there is no receipt for it`)
    const { lines, documents } = seenIn(JSON.parse(last.content) as Content)
    const own = (c: string): TableRow[] => this.rows(c).filter((r) => r.rendicion === rendicion)
    const amounts = own('rendicion_lines').map((l) => [String(l.kind), Number(l.amount)] as const)
    const now: Seen = {
      lines: Object.fromEntries(amounts.filter(([, n]) => n !== 0)),
      documents: own('rendicion_documents').flatMap((d) => (d.superseded_by ? [] : [d.id])),
      answers: {},
    }
    const then: Seen = { lines, documents, answers: {} }
    if (spelled(now) !== spelled(then))
      this.broken('R rendición', `${rendicion} says ${spelled(now)}, ${spelled(then)} was presented`)
  }
}

function seenIn({ amounts, documents, answers }: Content): Seen {
  const centimos = Object.entries(amounts).map(([line, soles]) => [line, Math.round(Number(soles) * 100)] as const)
  return {
    lines: Object.fromEntries(centimos.filter(([, n]) => n !== 0)),
    documents: documents.map((d) => d.id),
    answers: Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== '')),
  }
}

interface Happened {
  seq: number
  order: number
  do: (model: Model) => void
}

export function rendered(state: ServerState, phones: readonly SimPhone[], office: OfficeLog): Violation[] {
  const model = new Model(state)
  const events: Happened[] = [
    ...office.settlements.map((s) => ({
      seq: s.seq,
      order: Infinity,
      do: (m: Model) => m.settle(s.conflict, s.resolution),
    })),
    ...state.mutations.flatMap((m) => happened(m, phones)),
  ]
  events.sort((a, b) => a.seq - b.seq || (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
  for (const e of events) e.do(model)
  model.compare()
  return model.found.slice(0, 5)
}

function happened(m: Made, phones: readonly SimPhone[]): Happened[] {
  const phone = phones.find((p) => p.promised.has(m.id))
  const made = phone?.promised.get(m.id)
  if (!phone || !made || m.status !== 'applied') return []
  const { user } = phone
  const { fields } = made
  const knew = phone.saw.get(m.id) ?? {}
  const at = (what: (x: Model) => void): Happened[] => [{ seq: Number(m.seq), order: Number(m.arrival), do: what }]
  switch (m.collection) {
    case 'conflicts':
      return at((x) => x.settle(m.record, fields.resolution))
    case 'rendicion_lines':
      return at((x) => x.say(m, fields.amount, user, knew))
    case 'rendicion_observations':
      return at((x) => x.say(m, fields.answer, user, knew))
    case 'rendicion_documents':
      return at((x) => (made.op === 'create' ? x.add(m.record, fields) : x.withdraw(m.record)))
    case 'rendiciones':
      return at((x) => x.present(m.record, user, knew as unknown as Seen))
    default:
      return []
  }
}
