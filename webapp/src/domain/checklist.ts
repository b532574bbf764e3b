import type { Day } from './day'
import type { Checklist } from './rows'

/** The checklist of a visit to an intervention. */
const VISIT = 'visita_aii'

/** The version a visit was begun with; else the newest in force on its day. */
export function checklistFor(
  list: readonly Checklist[],
  begun: { key?: string | undefined; version?: number | undefined },
  day: Day,
): Checklist | null {
  const same = list.find((c) => c.key === begun.key && c.version === begun.version)
  if (same) return same
  const inForce = list.filter((c) => c.key === VISIT && c.valid_from <= day)
  return inForce.sort((a, b) => b.version - a.version)[0] ?? null
}
