/** One run: chaos from a seed, then quiet, then the reckoning. */
import { createHash } from 'node:crypto'
import type { OutboxEntry } from '../src/sync/contract'
import { act, finishAll, handleForm, mendAll } from './person'
import type { Violation } from './invariants'
import type { Coverage } from './coverage'
import { letGo, quiet, unrest } from './quiet'
import type { Server, ServerState } from './server'
import type { SimPhone } from './phone'
import { START, World } from './scene'
import type { Clocks } from './scene'

const DAY = 86_400_000

export interface Result {
  violations: Violation[]
  trace: string
  /** Of what the server holds in the end, without what phones' clocks said. */
  result: string
  coverage: Coverage
}

export async function run(seed: number, server: Server, clocks: Clocks = 'drawn'): Promise<Result> {
  const world = new World(seed, server, clocks)
  await server.reset(seed, START)
  await chaos(world)
  await apart(world)
  world.calm()
  for (const phone of world.phones) finishAll(phone)
  const answered = await quiet(world, () => true)
  await world.desk.settleAll()
  for (const phone of world.phones) mendAll(phone)
  const first = answered && (await quiet(world, () => true))
  // Once more: what one phone sent in a round, another learns in the next, as with the next poll.
  // The rows of an unfinished visit stay with it; then the person lets it go.
  for (const phone of world.phones) letGo(phone)
  const rested = first && (await quiet(world, () => true))
  const state = await server.state(world.scheduler.time)
  if (rested) world.check(state)
  else world.found.push({ invariant: 'I9 no stuck queue', what: `never came to rest: ${unrest(world)}` })
  if (rested) world.coverage.count('quiescent')
  if (state.mutations.some((m) => m.status === 'applied')) world.coverage.count('with_acknowledged_work')
  world.finish()
  return {
    violations: world.found,
    trace: world.scheduler.digest(),
    result: resultOf(state),
    coverage: world.coverage,
  }
}

/** What must not depend on any phone's clock (I7); `created` and `updated` are PocketBase's, of the real one. */
function resultOf({ tables, mutations, cells }: ServerState): string {
  const told = ['device_started_at', 'device_ended_at', 'created', 'updated']
  const rows = ['visits', 'visit_marks', 'findings', 'unlisted_workers', 'accidents'].map((c) =>
    tables[c]!.map((row) => Object.entries(row).filter(([field]) => !told.includes(field))),
  )
  // A conflict's id comes from that of its mutation, and that from the phone's clock.
  const judged = mutations.map(({ id: _, conflict: __, record, ...m }) => [m, m.collection === 'conflicts' || record])
  return createHash('sha256').update(JSON.stringify({ rows, judged, cells })).digest('hex').slice(0, 16)
}

/** Phones, people, office and faults, one thing at a time. */
async function chaos(w: World): Promise<void> {
  for (const phone of w.phones) phone.start()
  const length = 120 + w.rng.int(120)
  const look = w.rng.int(length * 4)
  const happenings = w.happenings(length)
  for (let n = 0; n < length; n++) {
    for (const h of happenings) if (h.at === n) await h.do()
    const what = w.rng.weighted({
      op: 66,
      act: 8,
      form: 9,
      office: 5,
      desk: 4,
      quarrel: 2,
      kill: 2.5,
      lead: 2,
      kick: 4,
      pass: 6,
    })
    if (what === 'act') act(w.rng.pick(w.phones))
    else if (what === 'form') handleForm(w.phones)
    else if (what === 'office') await w.office.act()
    else if (what === 'desk') await w.desk.act()
    else if (what === 'quarrel') await w.quarrel()
    else if (what === 'kill') w.restartOne()
    else if (what === 'lead') w.rng.pick(w.phones).handOver(w.rng.chance(0.5))
    else if (what === 'kick') w.rng.pick(w.phones).kick()
    else if (what === 'pass') await w.scheduler.pass(DAY)
    await w.scheduler.step()
    for (const phone of w.phones) phone.audit()
    if (w.rng.chance(0.15)) for (const phone of w.phones) if (!phone.alive) phone.start()
    if (n === look) await w.look()
  }
}

/** I9: one road or one record fails for a while; everything else must go on. */
async function apart(w: World): Promise<void> {
  const phone = w.rng.pick(w.phones)
  const what = w.rng.pick(['pull_outage', 'push_outage', 'files_outage', 'poison_record', 'outdated_client'] as const)
  const mine = w.phones.filter((p) => p.user === phone.user)
  w.coverage.count(what)
  const ways = {
    files_outage: withoutFiles,
    pull_outage: pushesAlone,
    push_outage: pullsAlone,
    poison_record: poisoned,
    outdated_client: outdated,
  }
  if (!(await ways[what](w, phone, mine)))
    w.found.push({ invariant: 'I9 no stuck queue', what: `${what} of ${phone.name}: ${unrest(w)}` })
  w.network.outage = { user: '', path: '' }
  w.network.poison = ''
  for (const p of mine) p.outdated = false
  w.network.faulty = true
}

/** With pulls cut, what is unsent goes out. */
function pushesAlone(w: World, _: SimPhone, mine: SimPhone[]): Promise<boolean> {
  w.network.outage = { user: mine[0]!.user, path: '/sync/pull' }
  return quiet(w, (p) => p.pending === 0, mine)
}

/** With files cut, what is unsent goes out and news comes in. */
async function withoutFiles(w: World, phone: SimPhone, mine: SimPhone[]): Promise<boolean> {
  for (const p of mine) act(p)
  // A push that the server has asked to wait may come after the news.
  return pullsAlone(w, phone, mine, '/uploads', (p) => p.wiped || p.pending === 0)
}

/** With every pull answered 426, too. */
function outdated(w: World, _: SimPhone, mine: SimPhone[]): Promise<boolean> {
  for (const p of mine) {
    p.outdated = true
    act(p)
  }
  return quiet(w, (p) => p.pending === 0, mine)
}

/** With pushes cut, news comes in. */
async function pullsAlone(
  w: World,
  _: SimPhone,
  mine: SimPhone[],
  path = '/sync/push',
  also: (p: SimPhone) => boolean = () => true,
): Promise<boolean> {
  w.network.outage = { user: mine[0]!.user, path }
  for (const p of mine) act(p)
  const norm = `Norma ${w.rng.int(1e6)}`
  await w.server.exec(w.scheduler.time, [{ sql: `UPDATE parameters SET norm = '${norm}'` }])
  const told = (p: SimPhone): boolean =>
    p.rows('parameters').every((r) => r.data.norm === norm) && p.rows('parameters').length > 0
  const heard = (p: SimPhone): boolean => p.wiped || told(p) || p.outdated || w.desk.orderOf(p) !== undefined
  return quiet(w, (p) => heard(p) && also(p), mine)
}

/** With one record the server fails on, all that does not hang on it goes out. */
async function poisoned(w: World, phone: SimPhone, mine: SimPhone[]): Promise<boolean> {
  w.network.outage = { user: phone.user, path: '/sync/push' }
  for (let n = 0; n < 3; n++) act(phone)
  await quiet(w, () => true, mine)
  const bad = phone.unsent()[0]
  if (!bad) return true
  w.network.poison = bad.mutation.record
  w.network.outage = { user: '', path: '' }
  return quiet(w, (p) => hangsOn(p, bad.mutation.record), mine)
}

/**
 * Whether all that a phone has not sent waits for the record: what was done together
 * with work on it, what belongs to the records of that (a finding corrected, to its
 * visit, and its photograph), and what changes any of them. His other phone may have work of its own on
 * it, and a copy of the phone the same, or what it was made by.
 */
function hangsOn(phone: SimPhone, record: string): boolean {
  const unsent = phone.unsent()
  // Only what makes a record says on which it is: on the wire before, or from the server.
  const parents = new Map(phone.rows('findings').map((row) => [row.id, row.data.visit]))
  for (const { mutation } of phone.entries()) {
    const parent = mutation.fields.visit ?? mutation.fields.finding ?? mutation.fields.rendicion
    if (parent !== undefined) parents.set(mutation.record, parent)
  }
  const groups = new Set(unsent.filter((e) => e.mutation.record === record).map((e) => e.group))
  const records = new Set([record, ...unsent.filter((e) => groups.has(e.group)).map((e) => e.mutation.record)])
  const belongs = ({ mutation }: OutboxEntry): boolean =>
    records.has(mutation.record) || records.has(String(parents.get(mutation.record)))
  for (const e of unsent) if (belongs(e)) records.add(e.mutation.record)
  return unsent.every(belongs)
}
