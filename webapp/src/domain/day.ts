/**
 * Civil dates in America/Lima. A day is a string `YYYY-MM-DD`; Lima is UTC−5
 * the whole year (no summer time since 1994), so no time zone data is needed.
 */
export type Day = string

const LIMA_OFFSET_MS = -5 * 3_600_000
const DAY_MS = 86_400_000

/** True for a real calendar day written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text
}

/** The civil day in Lima at an instant (ms since 1970). */
export function limaDay(ms: number): Day {
  return new Date(ms + LIMA_OFFSET_MS).toISOString().slice(0, 10)
}

/** RFC 3339 with Lima's offset, e.g. `2026-11-23T09:58:12-05:00`. */
export function limaIso(ms: number): string {
  return `${new Date(ms + LIMA_OFFSET_MS).toISOString().slice(0, 19)}-05:00`
}

/** The clock time in Lima, `HH:MM`. */
export function limaTime(ms: number): string {
  return new Date(ms + LIMA_OFFSET_MS).toISOString().slice(11, 16)
}

/** Days since 1970; the base of all arithmetic here. */
function ordinal(day: Day): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS)
}

export function addDays(day: Day, days: number): Day {
  return new Date((ordinal(day) + days) * DAY_MS).toISOString().slice(0, 10)
}

/** `to − from` in days; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return ordinal(to) - ordinal(from)
}

/** 0 Sunday … 6 Saturday. */
export function weekday(day: Day): number {
  return (((ordinal(day) + 4) % 7) + 7) % 7
}

/** What the last pull told about time; `offset_ms` is server clock minus device clock. */
export interface ServerClock {
  business_date: Day
  /** The server's clock when it named that date. */
  server_ms: number
  offset_ms: number
}

/**
 * Today by the server's calendar, also days after the last contact: the last
 * known business date, moved on by the days that passed on the corrected clock.
 * With no contact yet it is the device's own day in Lima.
 */
export function businessToday(clock: ServerClock | null, now_ms: number): Day {
  if (!clock || !isDay(clock.business_date)) return limaDay(now_ms)
  const then = limaDay(clock.server_ms)
  const passed = daysBetween(then, limaDay(now_ms + clock.offset_ms))
  return addDays(clock.business_date, Math.max(0, passed))
}
