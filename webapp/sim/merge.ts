/**
 * I4 against a plain model: findings as the changes that took effect leave them,
 * in the order of commit. What a change took the place of was seen by who made
 * it, or is the same, or the change lost and both values are in `conflicts`; or
 * its author had left the value as he saw it, and it changes nothing. Who settles
 * a conflict takes the place of what it shows. Nothing here knows of revisions or
 * bases.
 */
import type { Violation } from './invariants'
import type { Tables } from './model'
import type { SimPhone } from './phone'
import type { ServerState, TableRow } from './server'

/** A value that somebody in the office wrote, or let stand after all. */
export interface OfficeEdit {
  seq: number
  /** One that finds no record makes no commit: what was done after another with the same seq has the greater one. */
  nth: number
  record: string
  fields: Record<string, unknown>
}

/** A conflict settled in the office. */
export interface OfficeSettlement {
  seq: number
  nth: number
  conflict: string
  resolution: string
}

export interface OfficeLog {
  /** How much was done in the office. */
  count: number
  edits: OfficeEdit[]
  settlements: OfficeSettlement[]
  /** The newest commit of an older copy that took the place of the data; 0 for none. */
  restored: number
}

interface Lost {
  field: string
  mine: unknown
  theirs: unknown
}

type Happened = { seq: number; order: number; nth?: number; do: (m: Model) => void }

const TRACKED = [
  'severity',
  'description',
  'corrective_measure',
  'responsible',
  'due_on',
  'state',
  'state_reason',
] as const
/** Fields that move whole. */
const UNITS = [
  ['state', 'state_reason'],
  ['responsible', 'due_on'],
]
const UNSAID = { corrective_measure: '', responsible: '', due_on: '', state_reason: '' }

class Model {
  readonly found: Violation[] = []
  readonly findings = new Map<string, Record<string, unknown>>()
  readonly gone = new Map<string, Record<string, unknown>>()
  private readonly conflicts: Map<string, TableRow>
  /** By record and field: all that it has said, in order. */
  private readonly said = new Map<string, unknown[]>()
  /** By conflict and field: what was lost last, and how much the record had said when it was lost first. */
  private readonly losses = new Map<string, Map<string, { mine: unknown; since: number }>>()

  constructor(private readonly tables: Tables) {
    this.conflicts = new Map(tables.all('conflicts').map((c) => [c.id, c]))
  }

  broken(what: string): void {
    this.found.push({ invariant: 'I4 no silent overwrite', what })
  }

  create(record: string, fields: Record<string, unknown>, who: Author): void {
    this.write(record, { ...UNSAID, ...fields, state: 'abierto' })
    this.grave(record, ['severity'], who)
  }

  /** What was written of a grave finding by a form that asks says what to do, who and until when. */
  private grave(record: string, changed: string[], { form }: Author): void {
    const row = this.findings.get(record)
    const needs = ['corrective_measure', 'responsible', 'due_on']
    if (form !== 'visit/3' || row?.severity !== 'grave' || !changed.some((f) => f === 'severity' || needs.includes(f)))
      return
    const lacks = needs.filter((f) => row[f] === '')
    if (lacks.length > 0) this.broken(`findings/${record} is grave and was taken without ${lacks.join(', ')}`)
  }

  edit({ record, fields }: OfficeEdit): void {
    if (this.findings.has(record)) this.write(record, fields)
  }

  private write(record: string, fields: Record<string, unknown>): void {
    this.findings.set(record, { ...(this.findings.get(record) ?? this.gone.get(record)), ...fields })
    for (const [field, value] of Object.entries(fields)) this.history(record, field).push(value)
  }

  private history(record: string, field: string): unknown[] {
    const key = `${record} ${field}`
    const said = this.said.get(key) ?? []
    this.said.set(key, said)
    return said
  }

  update(conflict: string, record: string, fields: Record<string, unknown>, lost: string[], who: Author): void {
    const row = this.findings.get(record)
    const changed: string[] = []
    for (const [field, value] of Object.entries(fields)) {
      if (lost.includes(field)) this.kept(conflict, record, who, field, value)
      else if (left(fields, field, who) && row?.[field] !== value) this.left++
      else if (!row) this.broken(`findings/${record}: ${field} was written into what is not there`)
      else {
        const before = row[field]
        if (before !== value && seen(who, field) !== before)
          this.broken(
            `findings/${record}: ${field} of ${who.user} took the place of ${String(before)}, which he had not seen`,
          )
        if (before !== value) {
          changed.push(field)
          this.write(record, { [field]: value })
        }
      }
    }
    this.grave(record, changed, who)
  }

  remove(record: string, conflict: string, who: Author): void {
    const row = this.findings.get(record)
    if (conflict) {
      const kept = this.conflicts.get(conflict)
      if (kept?.kind !== 'delete_edited' || kept.record !== record || kept.author !== who.user)
        this.broken(`no conflict keeps the deletion of ${record}`)
      return
    }
    if (!row) return
    for (const field of TRACKED)
      if (seen(who, field) !== row[field])
        this.broken(`findings/${record} was deleted by ${who.user}, who had not seen ${field} ${String(row[field])}`)
    this.gone.set(record, row)
    this.findings.delete(record)
  }

  lost = 0
  left = 0

  private kept(conflict: string, record: string, who: Author, field: string, mine: unknown): void {
    this.lost++
    if (this.conflicts.get(conflict)?.author !== who.user)
      this.broken(`${field} ${String(mine)} of ${who.user} lost and is in no conflict`)
    const fields = this.losses.get(conflict) ?? new Map<string, { mine: unknown; since: number }>()
    this.losses.set(conflict, fields)
    const since = fields.get(field)?.since ?? Math.max(0, this.history(record, field).length - 1)
    fields.set(field, { mine, since })
  }

  settle(id: string, resolution: unknown): void {
    const c = this.conflicts.get(id)
    if (!c || resolution !== 'author' || c.collection !== 'findings') return
    const record = String(c.record)
    const row = this.findings.get(record)
    if (c.kind === 'delete_edited') {
      if (row) this.gone.set(record, row)
      this.findings.delete(record)
      return
    }
    if ((c.kind === 'edit_deleted') === (row !== undefined))
      this.broken(`conflict ${id} was settled as ${String(c.kind)}, and the finding ${row ? 'is there' : 'is gone'}`)
    const lost = c.values as Lost[]
    for (const { field, theirs } of lost)
      if (row && row[field] !== theirs)
        this.broken(`who settled ${id} took the place of ${field} ${String(row[field])}, it showed ${String(theirs)}`)
    this.write(record, Object.fromEntries(lost.map((l) => [l.field, l.mine])))
  }

  /** Every value that lost is in its conflict, the newest of one person's, with something that stood since. */
  conflictsHold(): void {
    for (const [id, fields] of this.losses)
      for (const [field, { mine, since }] of fields) {
        const c = this.conflicts.get(id)
        const lost = ((c?.values ?? []) as Lost[]).find((l) => l.field === field)
        if (!c || !lost || lost.mine !== mine)
          this.broken(`conflict ${id} keeps ${field} ${String(lost?.mine)}, and ${String(mine)} was lost last`)
        else if (c.kind === 'edit' && !this.history(String(c.record), field).slice(since).includes(lost.theirs))
          this.broken(`conflict ${id} says that ${field} stands as ${String(lost.theirs)}, which it never did`)
      }
  }

  /** The tables show what the model holds. */
  compare(): void {
    const there = new Map(this.tables.all('findings').map((f) => [f.id, f]))
    for (const [record, row] of this.findings) {
      const shown = there.get(record)
      if (!shown) this.broken(`findings/${record} is gone and nobody deleted it`)
      else
        for (const [field, value] of Object.entries(row))
          if (shown[field] !== value && field !== 'visit')
            this.broken(`findings/${record} ${field} is ${String(shown[field])}, the last word was ${String(value)}`)
    }
    for (const record of there.keys())
      if (!this.findings.has(record)) this.broken(`findings/${record} is there and was deleted`)
  }
}

interface Author {
  user: string
  /** The record as his screen showed it when he changed it. */
  saw: Readonly<Record<string, unknown>> | undefined
  form: string
}

/** All that he sent of the field's unit is as his screen showed it: he did not touch it. */
function left(sent: Record<string, unknown>, field: string, who: Author): boolean {
  const unit = UNITS.find((u) => u.includes(field)) ?? [field]
  return who.saw !== undefined && unit.every((f) => !(f in sent) || sent[f] === seen(who, f))
}

/** What the phone itself had made and not sent has no more than he entered. */
function seen({ saw }: Author, field: string): unknown {
  return saw && (saw[field] ?? (field === 'state' ? 'abierto' : ''))
}

/** @returns what was broken, the findings that were deleted in order, how many values lost and how many were no change. */
export function merged(
  state: ServerState,
  phones: readonly SimPhone[],
  tables: Tables,
  office: OfficeLog,
): { violations: Violation[]; deleted: ReadonlySet<string>; lost: number; left: number } {
  const model = new Model(tables)
  const events: Happened[] = [
    ...office.edits.map((e) => ({ seq: e.seq, order: Infinity, nth: e.nth, do: (m: Model) => m.edit(e) })),
    ...office.settlements.map((s) => ({
      seq: s.seq,
      order: Infinity,
      nth: s.nth,
      do: (m: Model) => m.settle(s.conflict, s.resolution),
    })),
    ...state.mutations.flatMap((m) => happened(m, phones)),
  ]
  events.sort((a, b) => a.seq - b.seq || compare(a.order, b.order) || compare(a.nth ?? 0, b.nth ?? 0))
  for (const e of events) e.do(model)
  model.compare()
  model.conflictsHold()
  return {
    violations: model.found.slice(0, 5),
    deleted: new Set(model.gone.keys()),
    lost: model.lost,
    left: model.left,
  }
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

function happened(m: ServerState['mutations'][number], phones: readonly SimPhone[]): Happened[] {
  const phone = phones.find((p) => p.promised.has(m.id))
  const made = phone?.promised.get(m.id)
  if (!phone || !made || m.status !== 'applied') return []
  const at = { seq: Number(m.seq), order: Number(m.arrival) }
  const who: Author = { user: phone.user, saw: phone.saw.get(m.id), form: made.form }
  const lost = JSON.parse(m.lost) as string[]
  if (m.collection === 'conflicts') return [{ ...at, do: (x) => x.settle(m.record, made.fields.resolution) }]
  if (m.collection !== 'findings') return []
  switch (made.op) {
    case 'create':
      return [{ ...at, do: (x) => x.create(m.record, made.fields, who) }]
    case 'update':
      return [{ ...at, do: (x) => x.update(m.conflict, m.record, made.fields, lost, who) }]
    case 'delete':
      return [{ ...at, do: (x) => x.remove(m.record, m.conflict, who) }]
  }
}
