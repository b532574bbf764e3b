/**
 * Every rule of what a device may send that the server has and that needs no other
 * row, so that the phone refuses while the person can still act: what is declared in
 * records.gen.ts, read as internal/domain/record reads it. Both sides pass
 * testdata/rules/forms.json and visit.json. Rules over other rows (who is on the
 * roster, who is marked twice) are at the end, on those that the device holds; both sides
 * pass constraints.json.
 */
import { isDay, type Day } from './day'
import { isDni } from './dni'
import { isAdult, isMovementKind, MIN_MOTIVE, OPTIONAL, SAID } from './movement'
import { isFixPart, isInstant, judgePlace, latInPeru, type Fix } from './place'
import {
  askedIn,
  declared,
  isA,
  limitsOf,
  type Ask,
  type Check,
  type Constraint,
  type Fields,
  type Rule,
} from './records'
import { isPolicyNumber, isRuc } from './papers'
import { isSeen } from './seen'
import { REASONS } from './sheet'
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

const invalid = { code: 'invalid_value' }

/** A lone half of a pair is no text. */
const isText = (v: unknown): v is string => typeof v === 'string' && !/\p{Surrogate}/u.test(v)
const isParts = (v: unknown): v is Values => typeof v === 'object' && v !== null && !Array.isArray(v)

const IS_ID = /^[a-z0-9]{15}$/
const MARKS: readonly unknown[] = ['presente', 'ausente', 'no_visto']
const CONVENIO = /^\d{2}-\d{4}-(AII|PI)-\d{2}$/
/** Before it a year is a slip of the keyboard, after it no plan reaches. */
const YEARS = ['1950', '2100'] as const

const isOfAge = (s: string): boolean => isDay(s) && s.slice(0, 4) >= YEARS[0] && s.slice(0, 4) <= YEARS[1]

const text = (ok: (s: string, check: Check) => boolean, code = 'invalid_value') => ({
  read: (v: unknown): Read => (isText(v) ? { value: visible(v).trim() || undefined } : invalid),
  wrong: (v: unknown, check: Check) => (ok(v as string, check) ? undefined : code),
})
const parts = (ok: (all: [string, unknown][], check: Check) => boolean) => ({
  // Nothing in it is nothing said.
  read: (v: unknown): Read => (isParts(v) ? { value: Object.keys(v).length > 0 ? v : undefined } : invalid),
  wrong: (v: unknown, check: Check) => (ok(Object.entries(v as Values), check) ? undefined : 'invalid_value'),
})

/** The server's checks (internal/domain/record/check.go): how a value is read, and what is wrong with it. */
const CHECKS: Record<
  string,
  { read: (v: unknown) => Read; wrong: (v: unknown, check: Check, today: Day) => string | undefined } | undefined
> = {
  chars: text((s, { max = Infinity }) => [...s].length <= max, 'too_long'),
  at_least: text((s, { min = 0 }) => [...s].length >= min, 'too_short'),
  id: text((s) => IS_ID.test(s)),
  one_of: text((s, { values = [] }) => values.includes(s)),
  day: text(isOfAge, 'date_invalid'),
  past: {
    ...text(isOfAge),
    wrong: (v, _, today) =>
      !isOfAge(v as string) ? 'date_invalid' : today !== '' && (v as string) > today ? 'date_in_future' : undefined,
  },
  moment: text(isInstant, 'date_invalid'),
  dni: text(isDni, 'dni_invalid'),
  convenio: text((s) => CONVENIO.test(s)),
  whole: {
    read: (v) => (Number.isSafeInteger(v) ? { value: v } : invalid),
    wrong: (v, { min = -Infinity, max = Infinity }) =>
      (v as number) >= min && (v as number) <= max ? undefined : 'invalid_value',
  },
  bytes: {
    read: (v) => (Number.isSafeInteger(v) ? { value: v } : invalid),
    wrong: (v, { max = Infinity }) =>
      (v as number) < 0 ? 'invalid_value' : v === 0 ? 'file_empty' : (v as number) > max ? 'file_too_large' : undefined,
  },
  media_type: text((s, { values = [] }) => values.includes(s), 'file_type_refused'),
  like: text((s, { shape = '' }) => new RegExp(shape, 'u').test(s)),
  at_most: parts((all, { max = Infinity }) => all.length <= max),
  answers: parts((all) =>
    all.every(([key, v]) => /^[a-z0-9_]{1,60}$/.test(key) && ['si', 'no', 'na'].includes(v as string)),
  ),
  marks: parts((all) => all.every(([key, v]) => IS_ID.test(key) && (v === null || MARKS.includes(v)))),
  reasons: parts((all) => all.every(([key, v]) => IS_ID.test(key) && REASONS.includes(v as string))),
  names: parts((all) => all.every(([key, v]) => IS_ID.test(key) && v === true)),
  ruc: text(isRuc, 'ruc_invalid'),
  policy: text(isPolicyNumber),
  fix: parts((all) => all.every(([key, v]) => isFixPart(key, v))),
  presents: parts((all) => isSeen(Object.fromEntries(all))),
}

function readAsked({ checks, clear }: Ask, v: unknown, today: Day): Read {
  const got = CHECKS[checks[0]?.type ?? '']?.read(v) ?? invalid
  if ('code' in got) return got
  if (got.value === undefined) return { value: clear ? '' : undefined }
  for (const check of checks) {
    const code = CHECKS[check.type]?.wrong(got.value, check, today)
    if (code) return { code }
  }
  return got
}

class Reading {
  clean: Values = {}
  faults: Fault[] = []

  constructor(asks: readonly Ask[], fields: Values, { today }: Asked) {
    for (const ask of asks) {
      const { field: name, must } = ask
      const got: Read = Object.hasOwn(fields, name) ? readAsked(ask, fields[name], today) : { value: undefined }
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

interface Asked extends FormContext {
  version: number
}
type Judge = (r: Reading, ctx: Asked, rule: Rule) => void

/** From visit/3 on a doubtful position has a reason. */
const place: Judge = (r, { version }) => {
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

const checklist: Judge = (r) => {
  if (r.bad('checklist_key', 'checklist_version')) return
  const key = r.clean['checklist_key'] !== undefined
  if (r.clean['answers'] !== undefined && !key) r.refuse('required', 'checklist_key')
  else if (key && !r.clean['checklist_version']) r.refuse('required', 'checklist_version')
}

const convenio: Judge = (r, { work }) => {
  const code = r.clean['convenio_code']
  if (work && code !== undefined && code !== work.convenio_code) r.refuse('convenio_mismatch', 'convenio_code')
}

/** Who was counted is marked present, and of each who is absent, and of nobody else, it is said why. */
const sheet: Judge = (r) => {
  const { marks, reasons, headcount } = r.clean
  if (!isParts(marks) || r.bad('headcount', 'reasons')) return
  const why = isParts(reasons) ? reasons : {}
  const absent = Object.keys(marks).filter((id) => marks[id] === 'ausente')
  if (absent.some((id) => !Object.hasOwn(why, id))) r.refuse('required', 'reasons')
  else if (absent.length !== Object.keys(why).length) r.refuse('invalid_value', 'reasons')
  else if (Object.values(marks).filter((mark) => mark === 'presente').length !== headcount)
    r.refuse('sheet_headcount', 'headcount')
}

/** That a paper is approved, or doubted, is not for who hands it in to say. */
const presents: Judge = (r) => {
  const { state } = r.clean
  if (state !== undefined && state !== 'presentada') r.refuse('certificate_state', 'state')
}

/**
 * A movement says what its kind needs and nothing else; who is replaced has left before the
 * other comes; who comes is of age on his first day.
 */
const movement: Judge = (r) => {
  const text = (field: string): string => (r.clean[field] as string | undefined) ?? ''
  const kind = text('kind')
  if (!isMovementKind(kind)) return
  for (const field of OPTIONAL) {
    if (r.bad(field)) continue
    const [needed, said] = [SAID[kind].includes(field), text(field)]
    if (needed && said === '') r.refuse('required', field)
    else if (!needed && said !== '' && field !== 'reason') r.refuse('invalid_value', field)
    else if (needed && field === 'reason' && [...said].length < MIN_MOTIVE) r.refuse('too_short', field)
  }
  const [first, last, born] = [text('effective_on'), text('leaves_on'), text('birth_date')]
  if (first === '' || r.bad('effective_on')) return
  if (last !== '' && !r.bad('leaves_on') && first <= last) r.refuse('movement_order', 'effective_on')
  if (born !== '' && !r.bad('birth_date') && !isAdult(born, first)) r.refuse('under_age', 'birth_date')
}

/** The rules over several fields (internal/domain/record/ask.go); the last five are of one kind alone. */
const RULES: Partial<Record<string, Judge>> = {
  not_in_future: (r, { today }, { fields: [on = ''] = [] }) => {
    const day = r.clean[on] as Day | undefined
    if (day !== undefined && today !== '' && day > today) r.refuse('date_in_future', on)
  },
  in_work: (r, { work }, { fields: [on = ''] = [] }) => {
    const day = r.clean[on] as Day | undefined
    if (!work || day === undefined || r.bad(on)) return
    if (day < work.starts_on || day > work.ends_on) r.refuse('date_outside_intervention', on)
  },
  something: (r, _, { fields: [field = ''] = [] }) => {
    if (Object.keys(r.clean).length === 0 && r.faults.length === 0) r.refuse('required', field)
  },
  because: (r, { version }, { fields: [reason = ''] = [], when, since = 0 }) => {
    const said = when && r.clean[when.field]
    if (said === undefined || r.bad(reason) || version < since || r.clean[reason]) return
    if (said === when?.value) r.refuse('required', reason)
    else r.clean[reason] = ''
  },
  together: (r, _, { fields: [field = '', other = ''] = [] }) => {
    if (r.bad(field, other)) return
    if (!r.clean[field] && r.clean[other]) r.refuse('required', field)
    if (r.clean[field] && !r.clean[other]) r.refuse('required', other)
  },
  // What is wrong with a field already is not missing too.
  needs_all: (r, { version }, rule) => {
    for (const { code, field } of lackedBy(rule, r.clean, Object.keys(r.clean), version))
      if (!r.bad(field)) r.refuse(code, field)
  },
  place,
  checklist,
  convenio,
  sheet,
  presents,
  movement,
}

function lackedBy(rule: Rule, now: Values, changed: readonly string[], version: number): Fault[] {
  const { fields = [], when, since = 0, code = 'required' } = rule
  if (rule.rule !== 'needs_all' || !when || version < since || now[when.field] !== when.value) return []
  if (!changed.some((field) => field === when.field || fields.includes(field))) return []
  return fields.filter((field) => !now[field]).map((field) => ({ code, field }))
}

/**
 * What a record would lack after a change of it; both sides pass testdata/rules/grave.json.
 *
 * @param now the record with the change in it
 * @param changed what the change really changes: an older gap is not its slip
 */
export const lacksAfter = (collection: string, now: Values, changed: readonly string[], version: number): Fault[] =>
  (declared(collection).ops?.update?.rules ?? []).flatMap((rule) => lackedBy(rule, now, changed, version))

/** The reasons that a change would have to give and does not: who says this says why. */
export const unexplained = (collection: string, now: Values): string[] =>
  (declared(collection).ops?.update?.rules ?? []).flatMap(({ rule, fields: [reason = ''] = [], when }) =>
    rule === 'because' && when && now[when.field] === when.value && !now[reason] ? [reason] : [],
  )

/** Of a form, "visit/3"; 0 where it says none. */
export const versionOf = (form: string): number => Number(form.split('/')[1]) || 0

interface Sent {
  collection: string
  op: string
  fields: Values
  form: string
}

/** What the server would keep of a mutation, and why it would refuse it: every fault. */
export function judge(m: Sent, ctx: FormContext): { clean: Values; faults: Fault[] } {
  const refused = (code: string, field: string) => ({ clean: {}, faults: [{ code, field }] })
  const { ops } = declared(m.collection)
  if (!ops) return refused('unknown_collection', 'collection')
  const op = Object.hasOwn(ops, m.op) ? ops[m.op as keyof typeof ops] : undefined
  if (!op) return refused('operation_not_allowed', 'op')
  const asked = { ...ctx, version: versionOf(m.form) }
  const r = new Reading(op.asks, m.fields, asked)
  for (const rule of op.rules ?? [])
    if (rule.rule !== 'needs_all' || m.op === 'create') RULES[rule.rule]?.(r, asked, rule)
  return { clean: r.clean, faults: r.faults }
}

export const formFaults = (m: Sent, ctx: FormContext): Fault[] => judge(m, ctx).faults

/** What is wrong with a field, for who types it. */
export type Wrong =
  'required' | 'too_short' | 'dni' | 'date' | 'past' | 'twice' | 'listed' | 'ruc' | 'minor' | 'refused'
const WRONG: Partial<Record<string, Wrong>> = {
  required: 'required',
  grave_incomplete: 'required',
  too_short: 'too_short',
  dni_invalid: 'dni',
  date_invalid: 'date',
  ruc_invalid: 'ruc',
  movement_order: 'past',
  under_age: 'minor',
}

/** Why the server would refuse what was typed of a new record of a kind, by field. */
export function entryErrors(collection: string, typed: Values): Partial<Record<string, Wrong>> {
  const { form = '' } = declared(collection)
  const faults = formFaults({ collection, op: 'create', fields: typed, form }, { today: '' })
  const asked = new Map(askedIn(collection).map((a) => [a.field, a]))
  const errors: Partial<Record<string, Wrong>> = {}
  for (const { code, field } of faults) {
    const ask = asked.get(field)
    if (ask) errors[field] ??= missing(code, ask) ?? WRONG[code] ?? 'refused'
  }
  return errors
}

/** Nothing is less than what there must be at least. */
function missing(code: string, ask: Ask): Wrong | undefined {
  if (code !== 'required') return undefined
  return isA(ask, 'dni') ? 'dni' : limitsOf(ask).min > 1 ? 'too_short' : undefined
}

export interface Around {
  /** Ids of who is on the roster of a work; left out where it is not known here. */
  roster?: (work: unknown) => readonly unknown[]
  /** The other records of its kind, or those of what it belongs to. */
  others?: readonly object[]
  /** What it is a part of. */
  whole?: object
}

/** The first constraint that a record breaks. Of it as it will be, only what is new is judged. */
export function broken(
  collection: string,
  now: Fields,
  changed: readonly string[],
  { roster, others = [] }: Around,
): Constraint | undefined {
  const same = (o: object, field: string) => (o as Fields)[field] === now[field]
  return declared(collection).constraints?.find(({ rule, field, in: of, most = Infinity }) => {
    if (!changed.includes(field)) return false
    if (rule === 'at_most') return others.filter((o) => same(o, of)).length >= most
    if (rule === 'unique_in') return others.some((o) => same(o, of) && same(o, field))
    return rule === 'belongs_to' && roster?.(now[of]).includes(now[field]) === false
  })
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
