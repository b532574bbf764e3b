/** The promises of the project, checked on a quiet world. Each failure names its invariant. */
import canonicalize from 'canonicalize'
import { KEPT, STALE } from '../src/sync/apply'
import { recount, totalOf } from '../src/sync/checksum'
import type { OutboxEntry } from '../src/sync/contract'
import type { Desk } from './desk'
import { merged } from './merge'
import type { OfficeLog } from './merge'
import { Tables } from './model'
import type { SimPhone } from './phone'
import { filed } from './photos'
import type { ServerState } from './server'

export interface Violation {
  invariant: string
  what: string
}

const broken = (invariant: string, what: string): Violation => ({ invariant, what })

/** What is checked, in the end of a run and in its middle. */
export interface Checked {
  readonly phones: readonly SimPhone[]
  readonly log: OfficeLog
  readonly desk: Pick<Desk, 'orderOf'>
}

export function checkAll(state: ServerState, { phones, log, desk }: Checked): Violation[] {
  const tables = new Tables(state)
  const { violations, deleted, lost, left } = merged(state, phones, tables, log)
  phones[0]?.coverage.count('lost_to_a_conflict', lost)
  phones[0]?.coverage.count('left_as_seen', left)
  const kept = phones.filter((p) => !p.wiped)
  return [
    ...kept.flatMap((p) => (desk.orderOf(p) ? emptied(p) : converged(p, tables))),
    ...kept.flatMap((p) => nothingLost(p, state, tables, deleted, desk.orderOf(p) !== undefined)),
    ...phones.flatMap((p) => [...(p.wiped ? erased(p, state) : []), ...p.seen]),
    ...once(state, phones, tables, log),
    ...violations,
    ...figures(state, tables),
    ...filed(state, phones, log, (p) => desk.orderOf(p) !== undefined),
  ]
}

/** What holds at every moment, whoever has not synced. */
export function checkNow(state: ServerState, { phones, log }: Checked): Violation[] {
  const tables = new Tables(state)
  return [
    ...once(state, phones, tables, log),
    ...merged(state, phones, tables, log).violations,
    ...figures(state, tables),
  ]
}

/** I5: a device out of use holds no row. */
function emptied(phone: SimPhone): Violation[] {
  const { size } = phone.disk.rows
  return size === 0 ? [] : [broken('I5 scope', `${phone.name} is revoked and holds ${size} rows`)]
}

/** I5 and I2: a wiped device holds nothing; what it was told to be applied is at the server. */
function erased(phone: SimPhone, state: ServerState): Violation[] {
  const { rows, outbox, drafts, files, bytes } = phone.disk
  const stored = new Map(state.mutations.map((m) => [m.id, m.status]))
  const lost = [...phone.acknowledged].filter((id) => stored.get(id) !== 'applied')
  return [
    ...(rows.size + outbox.size + drafts.size + files.size + bytes.size > 0
      ? [broken('I5 scope', `${phone.name} was wiped and holds data`)]
      : []),
    ...lost.map((id) => broken('I2 nothing lost', `${id} of ${phone.name} was acknowledged and is not there`)),
  ]
}

/** I1, and I5 for what has left: exactly the rows of the user's buckets, and sums that prove it. */
function converged(phone: SimPhone, tables: Tables): Violation[] {
  const out: Violation[] = []
  const expected = tables.expected(phone.user)
  for (const [key, row] of phone.disk.rows) {
    if (row.b.includes(KEPT) || row.b.includes(STALE)) out.push(broken('I5 scope', `${phone.name} still keeps ${key}`))
    const data = expected.get(key)
    if (!data) out.push(broken('I5 scope', `${phone.name} holds ${key}, which is not its user's`))
    else if (canonicalize(data) !== canonicalize(row.data))
      out.push(broken('I1 convergence', `${phone.name} ${key}: ${canonicalize(row.data)} ≠ ${canonicalize(data)}`))
  }
  for (const key of expected.keys())
    if (!phone.disk.rows.has(key)) out.push(broken('I1 convergence', `${phone.name} lacks ${key}`))
  const { buckets } = phone.disk.meta
  const rows = [...phone.disk.rows.values()]
  const fresh = Object.fromEntries(
    Object.entries(buckets).map(([h, b]) => [h, { name: b.name, ...recount(Number(h), b.name, rows) }]),
  )
  if (totalOf(fresh) !== totalOf(buckets))
    out.push(broken('I1 convergence', `${phone.name}: kept sums are not those of its rows`))
  return out.slice(0, 5)
}

/** I2: whatever was promised is in the outbox with the server's own verdict, and what was acknowledged is in the tables. */
function nothingLost(
  phone: SimPhone,
  state: ServerState,
  tables: Tables,
  deleted: ReadonlySet<string>,
  /** Out of use: it does not hear what was decided about its parked work, nor of what it waited for. */
  deaf: boolean,
): Violation[] {
  const out: Violation[] = []
  const outbox = new Map(phone.entries().map((e) => [e.id, e]))
  const stored = new Map(state.mutations.map((m) => [m.id, m]))
  for (const [id, m] of phone.promised) {
    const entry = outbox.get(id)
    const what = `${phone.name} ${m.op} ${m.collection}/${m.record}`
    if (!entry && phone.replaced.has(id)) continue
    if (!entry)
      out.push(
        broken(
          'I2 nothing lost',
          `${what} is gone from the phone; the server says ${stored.get(id)?.status ?? 'nothing'}`,
        ),
      )
    else if (entry.state === 'applied' && stored.get(id)?.status !== 'applied')
      out.push(
        broken('I2 nothing lost', `${what} was acknowledged; the server has ${stored.get(id)?.status ?? 'nothing'}`),
      )
    else if (
      stored.has(id) &&
      stored.get(id)?.status !== entry.state &&
      !(deaf && (entry.state === 'parked' || awaits(entry))) &&
      // The review that refused it is lost, and its author has corrected it: there it waits for another, here for nothing.
      !(
        stored.get(id)?.status === 'parked' &&
        (entry.review ?? entry.outcome?.reviewed) &&
        entry.redone_as !== undefined
      )
    )
      out.push(broken('I2 nothing lost', `${what} is ${entry.state} here, ${stored.get(id)?.status} there`))
    const there =
      deleted.has(m.record) ||
      deleted.has(String(m.fields.finding)) ||
      tables.all(m.collection).some((r) => r.id === m.record)
    if (entry?.state === 'applied' && m.op === 'create' && !there)
      out.push(broken('I2 nothing lost', `${what} was acknowledged; its record is not there`))
  }
  return out
}

/** Refused for want of a record that may have come since. */
function awaits({ state, outcome }: OutboxEntry): boolean {
  const code = outcome?.errors?.[0]?.code
  return state === 'rejected' && (code === 'parent_not_found' || code === 'record_not_found')
}

/** I3: one effect for each applied mutation, none for any other, none out of nowhere. */
function once(state: ServerState, phones: readonly SimPhone[], tables: Tables, { restored }: OfficeLog): Violation[] {
  const out: Violation[] = []
  const promised = new Map(phones.flatMap((p) => [...p.promised]))
  const undone = new Set(phones.flatMap((p) => [...p.takenBack]))
  const replaced = new Set(phones.flatMap((p) => [...p.replaced]))
  const counters = new Set<string>()
  const created = new Map<string, number>()
  for (const m of state.mutations) {
    if (counters.has(`${m.device} ${m.counter}`)) out.push(broken('I3 once', `${m.device} counted ${m.counter} twice`))
    counters.add(`${m.device} ${m.counter}`)
    // A copy of the phone may send what the phone itself took back.
    if (promised.has(m.id)) undone.delete(m.id)
    if (undone.has(m.id)) out.push(broken('I3 once', `${m.collection}/${m.record} had been taken back and was sent`))
    else if (!promised.has(m.id)) out.push(broken('I3 once', `${m.collection}/${m.record} came from nowhere`))
    // A server that went back may have lost the refusal, and takes what lingered on the road.
    if (replaced.has(m.id) && m.status !== 'rejected' && restored === 0)
      out.push(broken('I3 once', `${m.collection}/${m.record} was refused and replaced, and is ${m.status}`))
    if (m.status === 'applied' && promised.get(m.id)?.op === 'create')
      created.set(`${m.collection}/${m.record}`, (created.get(`${m.collection}/${m.record}`) ?? 0) + 1)
  }
  for (const [key, n] of created) if (n !== 1) out.push(broken('I3 once', `${key} was created ${n} times`))
  for (const c of ['findings', 'unlisted_workers'])
    for (const r of tables.all(c))
      if (!created.has(`${c}/${r.id}`)) out.push(broken('I3 once', `${c}/${r.id} has no applied mutation`))
  for (const v of tables.all('visits'))
    if (v.device && !created.has(`visits/${v.id}`))
      out.push(broken('I3 once', `visits/${v.id} has no applied mutation`))
  return out
}

/** I6: the figure kept step by step is the figure computed from scratch. */
function figures(state: ServerState, tables: Tables): Violation[] {
  const kept = new Map(state.cells.map((c) => [`${c.exercise} ${c.ao} ${c.month}`, Number(c.quantity)]))
  const scratch = tables.jobs()
  return [...new Set([...kept.keys(), ...scratch.keys()])].flatMap((cell) =>
    (kept.get(cell) ?? 0) === (scratch.get(cell) ?? 0)
      ? []
      : [broken('I6 figures', `${cell}: kept ${kept.get(cell) ?? 0}, from scratch ${scratch.get(cell) ?? 0}`)],
  )
}
