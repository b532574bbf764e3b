import { limaDay, limaTime, type Day } from '../domain/day'
import { m } from './index'

const LOCALE = 'es-PE'
const long = new Intl.DateTimeFormat(LOCALE, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
const short = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const full = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const monthName = new Intl.DateTimeFormat(LOCALE, { month: 'long', year: 'numeric', timeZone: 'UTC' })

function at(day: Day): Date {
  return new Date(`${day}T12:00:00Z`)
}

/** "lunes 23 de noviembre" (es-PE puts a comma after the weekday; people do not). */
export function dayLong(day: Day): string {
  return long.format(at(day)).replace(',', '')
}

/** "23 nov" */
export function dayShort(day: Day): string {
  return short.format(at(day)).replace('.', '')
}

/** "23 nov 2026" */
export function dayFull(day: Day): string {
  return full.format(at(day)).replace('.', '')
}

/** "noviembre de 2026" from `2026-11`. */
export function monthLong(month: string): string {
  return monthName.format(at(`${month}-15`))
}

/** "hoy 10:42" or "23 nov 10:42" for an instant in ms; "nunca" for 0. */
export function moment(ms: number, now: number): string {
  if (ms === 0 || Number.isNaN(ms)) return m.never()
  const day = limaDay(ms)
  const when = day === limaDay(now) ? m.today_word() : dayShort(day)
  return `${when} ${limaTime(ms)}`
}

/** "Datos de hoy 10:42", "Datos al 22 nov 10:42": how old what is shown is. */
export function dataAsOf(ms: number, now: number): string {
  if (ms === 0 || Number.isNaN(ms)) return m.data_never()
  const time = limaTime(ms)
  const day = limaDay(ms)
  return day === limaDay(now) ? m.data_today({ time }) : m.data_day({ day: dayShort(day), time })
}

/** "10:42" on the same day, else "23 nov 10:42": when something was saved. */
export function savedMoment(ms: number, now: number): string {
  return limaDay(ms) === limaDay(now) ? limaTime(ms) : moment(ms, now)
}

const weekdayLong = new Intl.DateTimeFormat(LOCALE, { weekday: 'long', timeZone: 'UTC' })

/** "lunes" for 1; 0 is Sunday. */
export function weekdayName(weekday: number): string {
  return weekdayLong.format(Date.UTC(2026, 0, 4 + weekday)) // 4 January 2026 is a Sunday
}

/** "lun 23 nov" */
export function dayWithWeekday(day: Day): string {
  return `${weekdayName(at(day).getUTCDay()).slice(0, 3)} ${dayShort(day)}`
}

const and = new Intl.ListFormat(LOCALE, { type: 'conjunction' })

/** "lunes, martes y jueves" */
export function listed(words: readonly string[]): string {
  return and.format(words)
}

/** "24 contados, 23 presentes, 1 ausente"; the counted are left out where nobody counted. */
export function visitFigures(seen: { headcount?: number; present: number; absent: number }): string {
  return [
    seen.headcount === undefined ? '' : m.visit_counted({ count: seen.headcount }),
    m.visit_present({ count: seen.present }),
    m.visit_absent({ count: seen.absent }),
  ]
    .filter(Boolean)
    .join(', ')
}

/** A whole number with its thousands apart, "48,000". */
export function count(n: number): string {
  return n.toLocaleString('es-PE')
}
