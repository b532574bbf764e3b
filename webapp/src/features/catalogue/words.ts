import { weekdayRun, type ValueProblem } from '../../domain/catalogue'
import { NATIONAL } from '../../domain/calendar'
import { group } from '../../domain/decimal'
import { solesOf } from '../../domain/rendicion'
import { m } from '../../i18n'
import { listed, weekdayName } from '../../i18n/format'
import { amountProblem } from '../../i18n/rendicion'
import type { Schemas } from '../../state/api'

export type DatedParameter = Schemas['DatedParameter']
type Named = Pick<DatedParameter, 'key' | 'unit' | 'kind'>

/** Values that their kind alone does not say well. */
const VALUES: Partial<Record<string, Record<string, () => string>>> = {
  'jobs.uncovered_counts': { true: m.par_uncovered_true, false: m.par_uncovered_false },
  'participants.age_reference': { exercise_start: m.par_age_start, exercise_end: m.par_age_end },
}

const groups = [
  { title: m.par_group_rendicion, keys: ['rendicion.deadline_workdays', 'rendicion.correction_workdays'] },
  { title: m.par_group_attendance, keys: ['executor.sheet_days', 'jobs.uncovered_counts'] },
  { title: m.par_group_figures, keys: ['participants.age_reference', 'funding.ley_31728.ceiling'] },
  { title: m.par_group_devices, keys: ['device.per_account', 'device.lease_days'] },
]

/** The keys there are, by meaning; what has no place of its own stands at the end. */
export function grouped(keys: readonly string[]): { title: string; keys: string[] }[] {
  const placed = new Set(groups.flatMap((g) => g.keys))
  return [
    ...groups.map((g) => ({ title: g.title(), keys: g.keys.filter((k) => keys.includes(k)) })),
    { title: m.par_group_other(), keys: keys.filter((k) => !placed.has(k)) },
  ].filter((g) => g.keys.length > 0)
}

export const parameterTitle = (key: string): string => m.par_title({ key })
/** What the rules do with it. */
export const parameterAbout = (key: string): string => m.par_about({ key })
/** To what a new value applies; '' where nobody says. */
export const parameterReach = (key: string): string => m.par_reach({ key })

/** The units that parameters come with, for one and for several. */
const UNITS: Record<string, (n: { count: number }) => string> = {
  'días hábiles': m.unit_workdays,
  días: m.unit_days,
  teléfonos: m.unit_phones,
}

/** A value as people say it: "15 días hábiles", "de lunes a sábado", "S/ 123,585,000.00". */
export function valueWord({ key, unit, kind }: Named, value: unknown): string {
  const said = VALUES[key]?.[String(value)]
  if (said) return said()
  if (kind === 'money' && typeof value === 'number') return `S/\u00a0${group(solesOf(BigInt(value)))}`
  if (kind === 'bool' && typeof value === 'boolean') return value ? m.yes() : m.no()
  if (kind === 'weekdays' && Array.isArray(value)) return weekdaysWord(value.map(Number))
  if (value === null || value === undefined) return m.nothing()
  if (typeof value === 'number') return UNITS[unit]?.({ count: value }) ?? `${group(String(value))} ${unit}`.trim()
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function weekdaysWord(days: readonly number[]): string {
  const run = weekdayRun(days)
  if (run) return m.weekday_run({ from: weekdayName(run.from), to: weekdayName(run.to) })
  // Sunday ends the week.
  return listed([...days].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7)).map(weekdayName))
}

/** Why a value that was written cannot be sent; '' when it can. */
export function valueProblem(problem: ValueProblem, parameter: DatedParameter): string {
  switch (problem) {
    case '':
      return ''
    case 'empty':
      return m.par_value_empty()
    case 'number':
      return m.par_value_number()
    case 'range':
      return m.par_value_range({ min: bound(parameter, parameter.min), max: bound(parameter, parameter.max) })
    default:
      return amountProblem(problem)
  }
}

/** A whole number stands alone: its unit is in the label. */
function bound(parameter: DatedParameter, value = 0): string {
  return parameter.kind === 'money' ? valueWord(parameter, value) : group(String(value))
}

/** Where a holiday holds. */
export function scopeWord(scope: string | undefined, departments: Schemas['Catalogue']['departments']): string {
  if (scope === undefined || scope === NATIONAL) return m.hol_national()
  return m.hol_regional({ name: departments.find((d) => d.code === scope)?.name ?? scope })
}
