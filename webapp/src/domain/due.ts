import { addDays, addWorkingDays, weekday, type Day } from './day'
import type { Parameter } from './rows'

/** The value of a dated parameter on a day, or undefined. Of several in force the newest wins. */
export function parameterOn(parameters: readonly Parameter[], key: string, day: Day): unknown {
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

/** When the rendición is due, counting Monday to Friday only: holidays are not known on the phone. */
export function rendicionDue(ends_on: Day, working_days: unknown): Day | null {
  const days = Number(working_days)
  return Number.isInteger(days) && days > 0 ? addWorkingDays(ends_on, days) : null
}
