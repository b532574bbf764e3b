/** The promises of the project, checked on a quiet world. Each failure names its invariant. */
import canonicalize from 'canonicalize'
import { KEPT, STALE } from '../src/sync/apply'
import { recount, totalOf } from '../src/sync/checksum'
import { Tables } from './model'
import type { SimPhone } from './phone'
import type { ServerState } from './server'

export interface Violation {
  invariant: string
  what: string
}

const broken = (invariant: string, what: string): Violation => ({ invariant, what })

export function checkAll(state: ServerState, phones: readonly SimPhone[]): Violation[] {
  const tables = new Tables(state)
  return [
    ...phones.flatMap((p) => [...converged(p, tables), ...nothingLost(p, state, tables), ...p.seen]),
    ...once(state, phones, tables),
    ...figures(state, tables),
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
  // Nothing here ever damages a phone's database: a repair hides a fault of the protocol.
  if (phone.disk.meta.last_heal_at) out.push(broken('I1 convergence', `${phone.name} had to repair itself`))
  return out.slice(0, 5)
}

/** I2: whatever was promised is in the outbox with the server's own verdict, and what was acknowledged is in the tables. */
function nothingLost(phone: SimPhone, state: ServerState, tables: Tables): Violation[] {
  const out: Violation[] = []
  const outbox = new Map([...phone.disk.outbox.values()].map((e) => [e.id, e]))
  const stored = new Map(state.mutations.map((m) => [m.id, m]))
  for (const [id, m] of phone.promised) {
    const entry = outbox.get(id)
    const what = `${phone.name} ${m.op} ${m.collection}/${m.record}`
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
    else if (stored.has(id) && stored.get(id)?.status !== entry.state)
      out.push(broken('I2 nothing lost', `${what} is ${entry.state} here, ${stored.get(id)?.status} there`))
    if (entry?.state === 'applied' && !tables.all(m.collection).some((r) => r.id === m.record))
      out.push(broken('I2 nothing lost', `${what} was acknowledged; its record is not there`))
  }
  return out
}

/** I3: one effect for each applied mutation, none for any other, none out of nowhere. */
function once(state: ServerState, phones: readonly SimPhone[], tables: Tables): Violation[] {
  const out: Violation[] = []
  const promised = new Map(phones.flatMap((p) => [...p.promised]))
  const undone = new Set(phones.flatMap((p) => [...p.takenBack]))
  const created = new Map<string, number>()
  for (const m of state.mutations) {
    if (undone.has(m.id)) out.push(broken('I3 once', `${m.collection}/${m.record} had been taken back and was sent`))
    else if (!promised.has(m.id)) out.push(broken('I3 once', `${m.collection}/${m.record} came from nowhere`))
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
  return [...out, ...lastWord(state, promised, tables)]
}

/** Updates: each field shows the last one applied to it, in the order of commit; what was lost is in a conflict (I4). */
function lastWord(
  state: ServerState,
  promised: ReadonlyMap<string, { op: string; fields: Record<string, unknown> }>,
  tables: Tables,
): Violation[] {
  const last = new Map<string, Record<string, unknown>>()
  for (const m of state.mutations) {
    const known = promised.get(m.id)
    if (m.status !== 'applied' || known?.op !== 'update') continue
    const lost = JSON.parse(m.lost) as string[]
    const won = Object.entries(known.fields).filter(([f]) => !lost.includes(f))
    last.set(m.record, { ...last.get(m.record), ...Object.fromEntries(won) })
  }
  return tables.all('findings').flatMap((f) => {
    const fields = last.get(f.id)
    const same = !fields || Object.entries(fields).every(([k, v]) => f[k] === v)
    return same ? [] : [broken('I3 once', `findings/${f.id} does not show its last applied update`)]
  })
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
