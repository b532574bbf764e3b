/**
 * Every rule of a visit's forms that the server has and that needs no other row,
 * so that the phone refuses while the person can still act. The same as
 * internal/domain/visit (visit.go, fields.go); both pass testdata/rules/visit.json.
 * Rules over other rows (who is on the roster, who is marked twice) are in visit.ts.
 */
import { isDay, type Day } from './day'
import { isDni } from './dni'
import { isFixPart, isInstant, judgePlace, latInPeru, type Fix } from './place'
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

export const MIN_DESCRIPTION = 10
const MAX_TEXT = 5000
const MAX_NAME = 200
const MAX_ANSWERS = 200

type Values = Record<string, unknown>
/** A value read: cleaned (undefined for none), or why not. */
type Read = { value: unknown } | { code: string }
type Reader = (v: unknown) => Read
type Field = [name: string, must: boolean, read: Reader]

const invalid = { code: 'invalid_value' }
const must = (name: string, read: Reader): Field => [name, true, read]
const may = (name: string, read: Reader): Field => [name, false, read]

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

const text = (least: number, most: number): Reader =>
  str((s) => {
    const n = [...s].length
    return n < least ? 'too_short' : n > most ? 'too_long' : undefined
  })
const like = (shape: RegExp, code = 'invalid_value'): Reader => str((s) => (shape.test(s) ? undefined : code))
const oneOf = (...values: string[]): Reader => str((s) => (values.includes(s) ? undefined : 'invalid_value'))
const id = like(/^[a-z0-9]{15}$/)
const day = str((s) => (isDay(s) ? undefined : 'date_invalid'))
const instant = str((s) => (isInstant(s) ? undefined : 'date_invalid'))
const dni = str((s) => (isDni(s) ? undefined : 'dni_invalid'))
const CONVENIO = /^\d{2}-\d{4}-(AII|PI)-\d{2}$/
const integer =
  (least: number): Reader =>
  (v) =>
    Number.isSafeInteger(v) && (v as number) >= least ? { value: v } : invalid

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
const answers = parts(
  MAX_ANSWERS,
  (key, v) => /^[a-z0-9_]{1,60}$/.test(key) && ['si', 'no', 'na'].includes(v as string),
)
const fix = parts(Infinity, isFixPart)

class Reading {
  clean: Values = {}
  faults: Fault[] = []

  constructor(spec: readonly Field[], fields: Values) {
    for (const [name, required, read] of spec) {
      const got: Read = name in fields ? read(fields[name]) : { value: undefined }
      if ('code' in got) this.refuse(got.code, name)
      else if (got.value !== undefined) this.clean[name] = got.value
      else if (required) this.refuse('required', name)
    }
    const known = new Set(spec.map(([name]) => name))
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
interface Form {
  fields: readonly Field[]
  rules?: Rule
}

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
const GRAVE_NEEDS = ['corrective_measure', 'responsible', 'due_on']

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

const severity = oneOf('leve', 'moderada', 'grave')

const FORMS: Record<string, Record<string, Form>> = {
  visits: {
    create: {
      fields: [
        must('intervention', id),
        must('convenio_code', like(CONVENIO)),
        must('kind', oneOf('in_situ', 'unannounced')),
        must('visited_on', day),
        must('device_started_at', instant),
        must('device_ended_at', instant),
        may('lat_e6', integer(-Number.MAX_SAFE_INTEGER)),
        may('lon_e6', integer(-Number.MAX_SAFE_INTEGER)),
        may('accuracy_m', integer(0)),
        may('fix', fix),
        may('location_reason', text(1, MAX_TEXT)),
        must('headcount', integer(0)),
        must('roster_size', integer(0)),
        may('roster_as_of', text(1, MAX_NAME)),
        may('checklist_key', text(1, MAX_NAME)),
        may('checklist_version', integer(0)),
        may('answers', answers),
        may('note', text(1, MAX_TEXT)),
      ],
      rules: (...with_) => [visitedOn, place, checklist, convenio].forEach((rule) => rule(...with_)),
    },
  },
  visit_marks: {
    create: {
      fields: [
        must('visit', id),
        must('participant', id),
        must('mark', oneOf('presente', 'ausente', 'no_visto')),
        may('coverage_seen', oneOf('cubierto', 'sin_cobertura', 'por_confirmar')),
      ],
    },
  },
  findings: {
    create: {
      fields: [
        must('visit', id),
        must('severity', severity),
        must('description', text(MIN_DESCRIPTION, MAX_TEXT)),
        may('corrective_measure', text(1, MAX_TEXT)),
        may('responsible', text(1, MAX_NAME)),
        may('due_on', day),
      ],
      rules: newFinding,
    },
    update: {
      fields: [
        may('severity', severity),
        may('description', text(MIN_DESCRIPTION, MAX_TEXT)),
        may('corrective_measure', clearable(text(1, MAX_TEXT))),
        may('responsible', clearable(text(1, MAX_NAME))),
        may('due_on', clearable(day)),
        may('state', oneOf(...findings.states)),
        may('state_reason', clearable(text(1, MAX_TEXT))),
      ],
      rules: findingChange,
    },
    delete: { fields: [] },
  },
  unlisted_workers: {
    create: {
      fields: [
        must('visit', id),
        must('dni', dni),
        must('given_names', text(1, MAX_NAME)),
        must('surnames', text(1, MAX_NAME)),
        may('note', text(1, MAX_TEXT)),
      ],
    },
    update: {
      fields: [
        may('dni', dni),
        may('given_names', text(1, MAX_NAME)),
        may('surnames', text(1, MAX_NAME)),
        may('note', clearable(text(1, MAX_TEXT))),
      ],
      rules: changesSomething('dni'),
    },
    delete: { fields: [] },
  },
  conflicts: { update: { fields: [must('resolution', oneOf('author', 'other'))] } },
}

/** Of a form, "visit/3"; 0 where it says none. */
export const versionOf = (form: string): number => Number(form.split('/')[1]) || 0

/** Why the server would refuse it, every fault; none if it would take it. */
export function formFaults(
  m: { collection: string; op: string; fields: Values; form: string },
  ctx: FormContext,
): Fault[] {
  const ops = FORMS[m.collection]
  if (!ops) return [{ code: 'unknown_collection', field: 'collection' }]
  const form = ops[m.op]
  if (!form) return [{ code: 'operation_not_allowed', field: 'op' }]
  const r = new Reading(form.fields, m.fields)
  form.rules?.(r, ctx, versionOf(m.form))
  return r.faults
}
