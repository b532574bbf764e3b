/**
 * Every rule of what a device may send that the server has and that needs no other
 * row, so that the phone refuses while the person can still act: what is declared in
 * records.ts, and rules over several fields. The same as internal/domain/visit
 * (visit.go, fields.go); both pass testdata/rules/visit.json. Rules over other rows
 * (who is on the roster, who is marked twice) are in visit.ts.
 */
import { isDay, type Day } from './day'
import { isDni } from './dni'
import { isFixPart, isInstant, judgePlace, latInPeru, type Fix } from './place'
import { askedIn, declared, type Ask, type Check } from './records'
import { moveTo } from './states'
import { findings } from './states.gen'
import { visible } from './text'

export interface Fault {
  code: string
  /** A refusal always names one. */
  field: string
}

/** What is judged against; the work is left out where it is not known. */
export interface FormContext {
  today: Day
  work?: { starts_on: Day; ends_on: Day; convenio_code: string }
}

type Values = Record<string, unknown>
/** A value read: cleaned (undefined for none), or why not. */
type Read = { value: unknown } | { code: string }
type Reader = (v: unknown) => Read

const invalid = { code: 'invalid_value' }

/** A lone half of a pair is no text. */
const isText = (v: unknown): v is string => typeof v === 'string' && !/\p{Surrogate}/u.test(v)

function str(check: (s: string) => string | undefined): Reader {
  return (v) => {
    if (!isText(v)) return invalid
    const s = visible(v).trim()
    if (s === '') return { value: undefined }
    const code = check(s)
    return code ? { code } : { value: s }
  }
}

const CONVENIO = /^\d{2}-\d{4}-(AII|PI)-\d{2}$/

const length = (s: string, { min = 0, max = Infinity }: Check): string | undefined => {
  const n = [...s].length
  return n < min ? 'too_short' : n > max ? 'too_long' : undefined
}

/** An empty text is then a value: it takes one away. */
const clearable =
  (inner: Reader): Reader =>
  (v) => {
    const read = inner(v)
    return 'value' in read && read.value === undefined ? { value: '' } : read
  }

/** Key by key; nothing in it is nothing said. */
const parts =
  (most: number, isPart: (key: string, value: unknown) => boolean): Reader =>
  (v) => {
    if (typeof v !== 'object' || v === null || Array.isArray(v)) return invalid
    const all = Object.entries(v)
    if (all.length > most || !all.every(([key, value]) => isPart(key, value))) return invalid
    return { value: all.length > 0 ? v : undefined }
  }

const READERS: Record<Check['type'], (check: Check) => Reader> = {
  text: (check) => str((s) => length(s, check)),
  id: () => str((s) => (/^[a-z0-9]{15}$/.test(s) ? undefined : 'invalid_value')),
  one_of: ({ values = [] }) => str((s) => (values.includes(s) ? undefined : 'invalid_value')),
  day: () => str((s) => (isDay(s) ? undefined : 'date_invalid')),
  moment: () => str((s) => (isInstant(s) ? undefined : 'date_invalid')),
  dni: () => str((s) => (isDni(s) ? undefined : 'dni_invalid')),
  convenio: () => str((s) => (CONVENIO.test(s) ? undefined : 'invalid_value')),
  whole:
    ({ min = -Infinity }) =>
    (v) =>
      Number.isSafeInteger(v) && (v as number) >= min ? { value: v } : invalid,
  answers: ({ max = Infinity }) =>
    parts(max, (key, v) => /^[a-z0-9_]{1,60}$/.test(key) && ['si', 'no', 'na'].includes(v as string)),
  fix: () => parts(Infinity, isFixPart),
}

const readerOf = ({ check, clear }: Ask): Reader => {
  const read = READERS[check.type](check)
  return clear ? clearable(read) : read
}

class Reading {
  clean: Values = {}
  faults: Fault[] = []

  constructor(asks: readonly Ask[], fields: Values) {
    for (const ask of asks) {
      const { field: name, must } = ask
      const got: Read = name in fields ? readerOf(ask)(fields[name]) : { value: undefined }
      if ('code' in got) this.refuse(got.code, name)
      else if (got.value !== undefined) this.clean[name] = got.value
      else if (must) this.refuse('required', name)
    }
    const known = new Set(asks.map((ask) => ask.field))
    for (const name of Object.keys(fields).sort()) if (!known.has(name)) this.refuse('unknown_field', name)
  }

  refuse(code: string, field: string): void {
    this.faults.push({ code, field })
  }

  bad(...names: string[]): boolean {
    return this.faults.some((f) => names.includes(f.field))
  }
}

type Rule = (r: Reading, ctx: FormContext, version: number) => void

const visitedOn: Rule = (r, { today, work }) => {
  const on = r.clean['visited_on'] as Day | undefined
  if (on === undefined) return
  if (on > today) r.refuse('date_in_future', 'visited_on')
  else if (work && (on < work.starts_on || on > work.ends_on)) r.refuse('date_outside_intervention', 'visited_on')
}

/** From visit/3 on a doubtful position has a reason. */
const place: Rule = (r, _, version) => {
  if (r.bad('lat_e6', 'lon_e6', 'location_reason')) return
  const [lat, lon] = [r.clean['lat_e6'] as number | undefined, r.clean['lon_e6'] as number | undefined]
  const told = r.clean['location_reason'] !== undefined
  if ((lat === undefined) !== (lon === undefined)) {
    r.refuse('required', lat === undefined ? 'lat_e6' : 'lon_e6')
    return
  }
  const verdict = judgePlace({
    lat_e6: lat ?? 0,
    lon_e6: lon ?? 0,
    accuracy_m: (r.clean['accuracy_m'] as number | undefined) ?? 0,
    fix: (r.clean['fix'] as Fix | undefined) ?? {},
  })
  if (verdict === 'outside') r.refuse('place_outside_peru', latInPeru(lat ?? 0) ? 'lon_e6' : 'lat_e6')
  else if (!told && (verdict === 'none' || (verdict !== 'taken' && version >= 3)))
    r.refuse('place_reason_required', 'location_reason')
}

const checklist: Rule = (r) => {
  if (r.bad('checklist_key', 'checklist_version')) return
  const key = r.clean['checklist_key'] !== undefined
  if (r.clean['answers'] !== undefined && !key) r.refuse('required', 'checklist_key')
  else if (key && !r.clean['checklist_version']) r.refuse('required', 'checklist_version')
}

const convenio: Rule = (r, { work }) => {
  const code = r.clean['convenio_code']
  if (work && code !== undefined && code !== work.convenio_code) r.refuse('convenio_mismatch', 'convenio_code')
}

const changesSomething =
  (field: string): Rule =>
  (r) => {
    if (Object.keys(r.clean).length === 0 && r.faults.length === 0) r.refuse('required', field)
  }

/** From visit/2 on whoever lifts a finding says why. */
const findingChange: Rule = (r, ctx, version) => {
  changesSomething('state')(r, ctx, version)
  if (!moveTo(findings, r.clean['state'])?.reason || r.bad('state_reason') || version < 2) return
  if (!r.clean['state_reason']) r.refuse('required', 'state_reason')
}

/** What a grave finding may not lack. */
export const GRAVE_NEEDS = ['corrective_measure', 'responsible', 'due_on']

/**
 * From visit/3 on a grave finding says what is to be done, by whom and until when.
 * The same as GraveLacks in internal/domain/visit/grave.go; both pass
 * testdata/rules/grave.json.
 *
 * @param now the finding with the change in it
 * @param changed what the change really changes: an older gap is not its slip
 */
export function graveLacks(now: Values, changed: readonly string[], version: number): Fault[] {
  const touched = changed.some((field) => field === 'severity' || GRAVE_NEEDS.includes(field))
  if (version < 3 || now['severity'] !== 'grave' || !touched) return []
  return GRAVE_NEEDS.filter((field) => !now[field]).map((field) => ({ code: 'grave_incomplete', field }))
}

/** What is wrong with a field already is not missing too. */
const newFinding: Rule = (r, _, version) => {
  for (const { code, field } of graveLacks(r.clean, Object.keys(r.clean), version))
    if (!r.bad(field)) r.refuse(code, field)
}

/** Rules over several fields, by kind and operation. */
const RULES: Record<string, readonly Rule[]> = {
  'visits/create': [visitedOn, place, checklist, convenio],
  'findings/create': [newFinding],
  'findings/update': [findingChange],
  'unlisted_workers/update': [changesSomething('dni')],
}

/** Of a form, "visit/3"; 0 where it says none. */
export const versionOf = (form: string): number => Number(form.split('/')[1]) || 0

/** Why the server would refuse it, every fault; none if it would take it. */
export function formFaults(
  m: { collection: string; op: string; fields: Values; form: string },
  ctx: FormContext,
): Fault[] {
  const { ops } = declared(m.collection)
  if (!ops) return [{ code: 'unknown_collection', field: 'collection' }]
  const op = Object.hasOwn(ops, m.op) ? ops[m.op as keyof typeof ops] : undefined
  if (!op) return [{ code: 'operation_not_allowed', field: 'op' }]
  const r = new Reading(op.asks, m.fields)
  for (const rule of RULES[`${m.collection}/${m.op}`] ?? []) rule(r, ctx, versionOf(m.form))
  return r.faults
}

/** What is wrong with a field, for who types it. */
export type Wrong = 'required' | 'too_short' | 'dni' | 'date' | 'past' | 'twice' | 'listed' | 'refused'
const WRONG: Partial<Record<string, Wrong>> = {
  required: 'required',
  grave_incomplete: 'required',
  too_short: 'too_short',
  dni_invalid: 'dni',
  date_invalid: 'date',
}

/** Why the server would refuse what was typed of a new record of a kind, by field. */
export function entryErrors(collection: string, typed: Values): Partial<Record<string, Wrong>> {
  const { form = '' } = declared(collection)
  const faults = formFaults({ collection, op: 'create', fields: typed, form }, { today: '' })
  const asked = new Map(askedIn(collection).map((a) => [a.field, a.check]))
  const errors: Partial<Record<string, Wrong>> = {}
  for (const { code, field } of faults) {
    const check = asked.get(field)
    if (check) errors[field] ??= missing(code, check) ?? WRONG[code] ?? 'refused'
  }
  return errors
}

/** Nothing is less than what there must be at least. */
function missing(code: string, { type, min = 0 }: Check): Wrong | undefined {
  if (code !== 'required') return undefined
  return type === 'dni' ? 'dni' : type === 'text' && min > 1 ? 'too_short' : undefined
}

interface Lift {
  from: string
  to: string
  /** Whether the new form's demands are met by what the old one asked for. */
  fits(fields: Values): boolean
}

/** How what was written in an older form is said in a newer one: what that demands beyond it is never made up. */
export const LIFTS: readonly Lift[] = [
  // A finding may be lifted (levantado) only with a reason since visit/2.
  { from: 'visit/1', to: 'visit/2', fits: (fields) => fields['state'] !== 'levantado' || 'state_reason' in fields },
]
