/**
 * Each limit, choice, need, rule, unit, constraint and move of the generated files is
 * changed in turn, in memory: a case of testdata/rules, which the server judges too,
 * must say otherwise. internal/records does the same to the declarations.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { broken, judge, lacksAfter, versionOf } from './forms'
import { changedFields } from './record'
import { declared, parentIn, RECORDS, workOf, type Check, type RecordCollection } from './records'
import * as machines from './states.gen'

interface Case<I, E> {
  name: string
  input: I
  expect: E
}
const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../../../testdata/rules/${file}`, import.meta.url), 'utf8')) as T

/** One case that this side judges; it says what is wrong, '' for nothing. */
type Judged = () => string
const differs = (name: string, got: unknown, wanted: unknown): string =>
  JSON.stringify(got) === JSON.stringify(wanted) ? '' : `${name}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`

type Values = Record<string, unknown>
interface Form {
  collection: string
  op: string
  form: string
  work?: boolean
  fields: Values
  long?: Record<string, number>
  faults?: string[]
  clean?: Values
}
const work = { starts_on: '2026-11-02', ends_on: '2026-12-18', convenio_code: '08-0012-AII-26' }
const sorted = (v: Values): Values => Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))

function formCase(c: Form): Judged {
  const long = Object.entries(c.long ?? {}).map(([name, n]) => [name, 'ñ'.repeat(n)] as const)
  const sent = { ...c, fields: { ...c.fields, ...Object.fromEntries(long) } }
  return () => {
    const { clean, faults } = judge(sent, { today: '2026-11-23', ...(c.work ? { work } : {}) })
    for (const [name] of long) delete clean[name]
    const said = faults.map((f) => `${f.code}@${f.field}`)
    return differs(
      JSON.stringify(c.fields),
      [said, said.length ? {} : sorted(clean)],
      [c.faults ?? [], sorted(c.clean ?? {})],
    )
  }
}

type GraveCase = Case<{ form: string; was: Record<string, string>; fields: Record<string, string> }, string[]>
const graveCase =
  ({ name, input: { form, was, fields }, expect: wanted }: GraveCase): Judged =>
  () => {
    const changed = Object.keys(fields).filter((f) => fields[f] !== was[f])
    const lacks = lacksAfter('findings', { ...was, ...fields }, changed, versionOf(form))
    return differs(
      name,
      lacks.map((f) => `${f.code}@${f.field}`),
      wanted,
    )
  }

type UnitCase = Case<{ collection: RecordCollection; changed: string[] }, string[]>
const unitCase =
  ({ name, input: { collection, changed }, expect: wanted }: UnitCase): Judged =>
  () => {
    const typed = Object.fromEntries(changed.map((f) => [f, 'otra cosa']))
    const form = { collection, record: 'r', visited_on: '', base_rev: 1, base: {}, typed }
    return differs(name, Object.keys(changedFields(form)).sort(), wanted)
  }

type BelongsCase = Case<{ collection: string; id: string; row: Values }, { work: string; parent: string }>
const belongsCase =
  ({ name, input: { collection, id, row }, expect: { work, parent } }: BelongsCase): Judged =>
  () => {
    const { of } = declared(collection)
    const got = [workOf(collection, id, row), of ? `${of}/${parentIn(collection, row)}` : parentIn(collection, row)]
    return differs(name, got, [work, parent])
  }

type ConstraintCase = Case<
  { collection: string; now: Values; changed: string[]; roster: Record<string, string[]>; others: Values[] },
  string
>
const constraintCase =
  ({ name, input: { collection, now, changed, roster, others }, expect: wanted }: ConstraintCase): Judged =>
  () => {
    const bad = broken(collection, now, changed, { roster: (work) => roster[String(work)] ?? [], others })
    return differs(name, bad ? `${bad.code}@${bad.field}` : '', wanted)
  }

const ofKind = <C extends { collection: string } | { input: { collection: string } }>(kind: string, cases: C[]): C[] =>
  cases.filter((c) => ('input' in c ? c.input.collection : c.collection) === kind)
const corpus = read<Form[]>('forms.json')
const [grave, units] = [read<GraveCase[]>('grave.json'), read<UnitCase[]>('units.json')]
const belongs = read<BelongsCase[]>('belongs.json')
const constraints = read<ConstraintCase[]>('constraints.json')

const casesOf = (kind: string): Judged[] => [
  ...ofKind(kind, units).map(unitCase),
  ...ofKind(kind, belongs).map(belongsCase),
  ...ofKind(kind, constraints).map(constraintCase),
  ...(kind === 'findings' ? grave.map(graveCase) : []),
  ...ofKind(kind, corpus).map(formCase),
]

interface Move {
  act: string
  to: string
  by: string
  reason?: boolean
}
type MoveCase = Case<{ machine: string; state: string }, { turn?: string; groups: string[]; moves: Move[] }>
interface Machine {
  states: string[]
  turns: Record<string, string>
  groups: Record<string, string[]>
  moves: (Required<Move> & { from: string })[]
}
/** A table by the name of its kind. */
const tableOf = (kind: string): Machine | undefined =>
  (machines as unknown as Record<string, Machine>)[kind.replace(/_(.)/g, (_, c: string) => c.toUpperCase())]
/** What no screen offers is not told to the phone. */
const OFFERED = (x: Move): boolean => !['panel', 'server', 'import_data'].includes(x.by)

const moveCase =
  ({ name, input: { machine, state }, expect: { turn, groups, moves } }: MoveCase): Judged =>
  () => {
    const m = tableOf(machine)!
    const got = m.moves.filter((x) => x.from === state).map((x) => [x.act, x.to, x.by, x.reason])
    const told = Object.keys(m.groups).filter((g) => m.groups[g]!.includes(state))
    const wanted = moves.filter(OFFERED).map((x) => [x.act, x.to, x.by, x.reason ?? false])
    return differs(
      name,
      [m.states.includes(state), m.turns[state], told.sort(), got],
      [true, turn, [...groups].sort(), wanted],
    )
  }

/** A change that was made, by name; going on takes it back. */
type Changes = Generator<string, void, undefined>

function* replaced<T extends object, K extends keyof T>(
  what: string,
  at: T,
  key: K,
  ...by: (T[K] | undefined)[]
): Changes {
  const had = Object.hasOwn(at, key)
  const was = at[key]
  for (const now of by) {
    if (now === undefined) delete at[key]
    else at[key] = now
    yield `${what}.${String(key)}: ${JSON.stringify(now)} for ${JSON.stringify(was)}`
  }
  if (had) at[key] = was
  else delete at[key]
}

function* eachLeft<T>(what: string, list: T[]): Changes {
  for (let i = 0; i < list.length; i++) {
    const [gone] = list.splice(i, 1) as [T]
    yield `${what} without ${JSON.stringify(gone)}`
    list.splice(i, 0, gone)
  }
}

function* limits(what: string, checks: Check[]): Changes {
  for (const [n, check] of checks.entries()) {
    // The looser of two limits of one text says nothing.
    if (checks.slice(0, n).some((c) => c.type === check.type && (c.max ?? 0) < (check.max ?? 0))) continue
    const at = `${what} ${check.type}`
    const exact = (n: number | undefined): n is number => n !== undefined && Math.abs(n) < Number.MAX_SAFE_INTEGER
    if (exact(check.min) && check.type !== 'bytes') yield* replaced(at, check, 'min', check.min + 1, check.min - 1)
    if (exact(check.max)) yield* replaced(at, check, 'max', check.max + 1, check.max - 1)
    if (check.values) {
      yield* eachLeft(at, check.values as string[])
      yield* replaced(at, check, 'values', [...check.values, 'otra_cosa'])
    }
    if (check.min === undefined && check.max === undefined && !check.values)
      yield* replaced(at, check, 'type', check.type === 'dni' ? 'chars' : 'dni')
  }
}

type Changeable = Omit<ReturnType<typeof declared>, 'units' | 'constraints' | 'ops'> & {
  units?: string[][]
  constraints?: { rule: string; field: string; in: string; code: string; most?: number }[]
  ops?: Record<string, { asks: { field: string; must?: boolean; clear?: boolean; checks: Check[] }[]; rules?: Rule[] }>
}
interface Rule {
  rule: string
  fields?: string[]
  when?: { field: string; value: string }
  since?: number
  code?: string
}

function* rules(what: string, list: Rule[]): Changes {
  yield* eachLeft(`${what}.rules`, list)
  for (const rule of list) {
    const at = `${what} ${rule.rule}`
    yield* eachLeft(`${at}.fields`, rule.fields ?? [])
    if (rule.when) yield* replaced(`${at}.when`, rule.when, 'value', `${rule.when.value}x`)
    if (rule.since) yield* replaced(at, rule, 'since', rule.since + 1, rule.since - 1)
    if (rule.code) yield* replaced(at, rule, 'code', 'required')
  }
}

function* changesOf(kind: string): Changes {
  const d = declared(kind) as Changeable
  yield* replaced(kind, d, 'scope', d.scope === 'id' ? 'intervention' : 'id')
  if (d.parent) {
    yield* replaced(kind, d, 'parent', undefined, 'intervention')
    yield* replaced(kind, d, 'of', 'uts')
  }
  if (d.units) yield* eachLeft(`${kind}.units`, d.units)
  for (const unit of d.units ?? []) {
    yield* eachLeft(`${kind}.unit`, unit)
    for (const { field } of d.ops?.['update']?.asks ?? [])
      if (!d.units?.flat().includes(field)) {
        unit.push(field)
        yield `${kind}: ${field} in the unit ${JSON.stringify(unit)}`
        unit.pop()
      }
  }
  if (d.constraints) yield* eachLeft(`${kind}.constraints`, d.constraints)
  for (const c of d.constraints ?? []) {
    yield* replaced(kind, c, 'rule', c.rule === 'unique_in' ? 'belongs_to' : 'unique_in')
    if (c.most) yield* replaced(`${kind} ${c.rule}`, c, 'most', c.most + 1, c.most - 1)
    for (const key of ['field', 'in', 'code'] as const) yield* replaced(`${kind} ${c.rule}`, c, key, `${c[key]}x`)
  }
  if (d.ops) yield* forms(kind, d.ops)
}

function* forms(kind: string, ops: NonNullable<Changeable['ops']>): Changes {
  for (const [name, op] of Object.entries(ops)) {
    const at = `${kind} ${name}`
    yield* replaced(at, ops, name, undefined)
    yield* eachLeft(`${at}.asks`, op.asks)
    for (const ask of op.asks) {
      yield* replaced(`${at} ${ask.field}`, ask, 'must', ask.must ? undefined : true)
      // A number is never an empty text.
      if (name === 'update' && ask.checks[0]?.type !== 'whole')
        yield* replaced(`${at} ${ask.field}`, ask, 'clear', ask.clear ? undefined : true)
      yield* limits(`${at} ${ask.field}`, ask.checks)
    }
    yield* rules(at, op.rules ?? [])
  }
}

function* movesOf(kind: string, m: Machine): Changes {
  yield* eachLeft(`${kind}.states`, m.states)
  yield* eachLeft(`${kind}.moves`, m.moves)
  for (const x of m.moves) {
    const at = `${kind}: ${x.act} from ${x.from}`
    for (const key of ['act', 'from', 'to', 'by'] as const) yield* replaced(at, x, key, `${x[key]}x`)
    yield* replaced(at, x, 'reason', !x.reason)
  }
  for (const state of m.states) yield* replaced(`${kind}.turns`, m.turns, state, `${m.turns[state] ?? ''}x`)
  for (const [group, states] of Object.entries(m.groups)) yield* eachLeft(`${kind} ${group}`, states)
}

/** The changes that no case sees. */
function survivors(changes: Changes, cases: Judged[]): string[] {
  const out: string[] = []
  const asWritten = () => cases.map((c) => c()).filter(Boolean)
  expect(asWritten()).toEqual([])
  let n = 0
  for (const what of changes) {
    n++
    // What says so first of one change often does of the next.
    const at = cases.findIndex((c) => c())
    if (at < 0) out.push(what)
    else cases.unshift(...cases.splice(at, 1))
  }
  expect(asWritten(), 'each change was taken back').toEqual([])
  expect(n).toBeGreaterThan(0)
  return out
}

describe('each limit, unit and rule that the phone has from the server is held by a shared case', () => {
  it.each(Object.keys(RECORDS).filter((kind) => declared(kind).scope))('%s', (kind) => {
    expect(survivors(changesOf(kind), casesOf(kind))).toEqual([])
  })
})

describe('each move is held by a shared case', () => {
  const moves = read<MoveCase[]>('moves.json')
  const kinds = [...new Set(moves.map((c) => c.input.machine))].filter(tableOf)
  it('of every table', () => expect(kinds.length).toBe(Object.keys(machines).length))
  it.each(kinds)('%s', (kind) => {
    const of = moves.filter((c) => c.input.machine === kind).map(moveCase)
    expect(survivors(movesOf(kind, tableOf(kind)!), of)).toEqual([])
  })
})
