import { daysBetween, type Day } from './day'

/** What makes an intervention worth a visit. */
export interface RiskFacts {
  /** Nobody works there any more. */
  over: boolean
  uncovered: number
  open_findings: readonly unknown[]
  /** '' when never visited. */
  last_visit_on: Day
}

/**
 * Orders by what harms people first, where people work: workers without cover, then what
 * was found wrong and is still so, then the longest time without a visit. Higher goes first.
 */
export function compareRisk(a: RiskFacts, b: RiskFacts, today: Day): number {
  return (
    Number(a.over) - Number(b.over) ||
    b.uncovered - a.uncovered ||
    b.open_findings.length - a.open_findings.length ||
    idle(b, today) - idle(a, today)
  )
}

function idle(facts: RiskFacts, today: Day): number {
  return facts.last_visit_on === '' ? Number.MAX_SAFE_INTEGER : daysBetween(facts.last_visit_on, today)
}
