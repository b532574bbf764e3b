import { addDays, isDay, weekday, type Day } from './day'

/**
 * Working days: Monday to Friday except dated holidays. They are dated because
 * the law changes: 6 August was worked in 2021 and is not since 2022.
 * The same rule as internal/domain/calendar; both pass testdata/rules/calendar.json.
 */
export class Calendar {
  readonly #holidays: ReadonlySet<Day>

  constructor(holidays: readonly Day[]) {
    this.#holidays = new Set(holidays)
  }

  /** What is no date is not worked. */
  workday(day: Day): boolean {
    if (!isDay(day)) return false
    const w = weekday(day)
    return w !== 0 && w !== 6 && !this.#holidays.has(day)
  }

  /** The n-th working day after, before if negative; 0 gives the day itself or the next working day. '' for no date. */
  add(day: Day, n: number): Day {
    if (!isDay(day)) return ''
    let at = day
    if (n === 0) while (!this.workday(at)) at = addDays(at, 1)
    for (let left = Math.abs(n); left > 0;) {
      at = addDays(at, Math.sign(n))
      if (this.workday(at)) left--
    }
    return at
  }

  /** Working days after `from` up to and including `to`; negative if `to` is past. 0 if either is no date. */
  between(from: Day, to: Day): number {
    if (!isDay(from) || !isDay(to)) return 0
    if (to < from) return -this.between(to, from) || 0
    let count = 0
    for (let at = addDays(from, 1); at <= to; at = addDays(at, 1)) if (this.workday(at)) count++
    return count
  }
}

/** Scope of a holiday of the whole country; that of another is its department's two digits. */
export const NATIONAL = 'national'

/** The calendar of a department: its own holidays and the national ones; of a place not known ('') the national ones. */
export function calendarOf(holidays: readonly { day: Day; scope: string }[], department: string): Calendar {
  return new Calendar(
    holidays.filter((h) => h.scope === NATIONAL || (department !== '' && h.scope === department)).map((h) => h.day),
  )
}

/** The department of a ubigeo, '' if it is none. */
export const departmentOf = (ubigeo: string): string =>
  /^(0[1-9]|1\d|2[0-5])\d{4}$/.test(ubigeo) ? ubigeo.slice(0, 2) : ''
