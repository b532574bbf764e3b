import type { Calendar } from './calendar'
import { addDays, weekday, type Day } from './day'
import type { Finding, Intervention, Parameter } from './rows'
import { isDone, isOver, isRunning, waitsFor, wasPresented } from './states'
import { interventions } from './states.gen'

type ParameterFacts = Pick<Parameter, 'key' | 'value' | 'valid_from' | 'valid_to'>

/** The value of a dated parameter on a day, or undefined. Of several in force the newest wins. */
export function parameterOn(parameters: readonly ParameterFacts[], key: string, day: Day): unknown {
  return parameters
    .filter((p) => p.key === key && p.valid_from <= day && (p.valid_to === '' || day <= p.valid_to))
    .sort((a, b) => b.valid_from.localeCompare(a.valid_from))[0]?.value
}

/** Monday to Saturday, unless a parameter says otherwise (0 Sunday … 6 Saturday). */
export const DEFAULT_SHEET_DAYS: readonly number[] = [1, 2, 3, 4, 5, 6]

/** Weekdays on which a sheet is expected, from the parameter `executor.sheet_days`. */
export function sheetDays(value: unknown): readonly number[] {
  const ok = Array.isArray(value) && value.every((v) => Number.isInteger(v) && v >= 0 && v <= 6)
  return ok ? (value as number[]) : DEFAULT_SHEET_DAYS
}

/** Days from the start to yesterday (today is not over yet) or the end, that have no sheet. Oldest first. */
export function missingSheets(
  work: { starts_on: Day; ends_on: Day },
  sheets: readonly { day: Day }[],
  today: Day,
  days: readonly number[],
): Day[] {
  const have = new Set(sheets.map((s) => s.day))
  const last = work.ends_on < today ? work.ends_on : addDays(today, -1)
  const missing: Day[] = []
  for (let day = work.starts_on; day <= last; day = addDays(day, 1)) {
    if (days.includes(weekday(day)) && !have.has(day)) missing.push(day)
  }
  return missing
}

/** What is owed about a rendición, and by when; day '' where that is not known. */
export interface Owed {
  what: 'presentation' | 'correction'
  day: Day
}

/**
 * What an executor still has to do about a rendición; null for nothing. Once it was presented its
 * first deadline is over for good: what is observed has one of its own, from the day it was observed.
 * The same rule as OwedOf of internal/domain/rendicion; both pass testdata/rules/rendicion_due.json.
 */
export function owedOf(
  work: { state: string; ends_on: Day },
  observed_on: Day,
  workdays: { presentation: unknown; correction: unknown },
  calendar: Calendar,
): Owed | null {
  const presented = wasPresented(work.state)
  if (presented && waitsFor(interventions, work.state, 'write_rendicion'))
    return { what: 'correction', day: after(observed_on, workdays.correction, calendar) }
  if (presented || isDone(work.state)) return null
  return { what: 'presentation', day: after(work.ends_on, workdays.presentation, calendar) }
}

function after(day: Day, workdays: unknown, calendar: Calendar): Day {
  const days = Number(workdays)
  return day !== '' && Number.isInteger(days) && days > 0 ? calendar.add(day, days) : ''
}

/** What of an executor's intervention can fall due. */
export interface DueFacts {
  intervention: Pick<Intervention, 'id' | 'ends_on'> & { state: string }
  /** Workers on today's roster whom no policy covers. */
  uncovered: number
  /** Days without a sheet, oldest first. */
  missing: readonly Day[]
  open_findings: readonly Finding[]
  owed: Owed | null
}

export type Due<W> = { key: string; work: W; day: Day } & (
  | { kind: 'cover'; count: number }
  | { kind: 'sheets'; count: number; first: Day }
  | { kind: 'finding'; finding: Finding }
  | { kind: 'ends' }
  | { kind: Owed['what'] }
)

/** What is due, the most pressing first: what is due now, then by date, whatever it is. */
export function dueOf<W extends DueFacts>(list: readonly W[], today: Day): Due<W>[] {
  const out: Due<W>[] = []
  for (const work of list) {
    const { intervention, missing, owed } = work
    const over = isOver(intervention.state)
    const at = (kind: string) => `${kind} ${intervention.id}`
    if (work.uncovered > 0 && !over)
      out.push({ kind: 'cover', key: at('cover'), work, day: today, count: work.uncovered })
    const first = missing[0]
    if (first !== undefined && !over)
      out.push({ kind: 'sheets', key: at('sheets'), work, day: first, count: missing.length, first })
    for (const finding of over ? [] : work.open_findings.filter((f) => f.due_on !== ''))
      out.push({ kind: 'finding', key: at(`finding ${finding.id}`), work, day: finding.due_on, finding })
    if (isRunning(intervention.state)) out.push({ kind: 'ends', key: at('ends'), work, day: intervention.ends_on })
    if (owed && owed.day !== '') out.push({ kind: owed.what, key: at(owed.what), work, day: owed.day })
  }
  const ORDER = { cover: 0, sheets: 1, finding: 2, ends: 2, presentation: 2, correction: 2 }
  return out.sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.day.localeCompare(b.day))
}
