import type { Day } from './day'
import type { InsurancePolicy, InsuredPerson } from './rows'

/** Of a policy, what the rule looks at. */
export type PolicyFacts = Pick<InsurancePolicy, 'id' | 'state' | 'valid_from' | 'valid_to'>

export type InsuredFacts = Pick<InsuredPerson, 'insurance_policy' | 'dni' | 'from_on' | 'to_on'>

/** What a phone may say about a worker's insurance on a day. */
export type Coverage = 'cubierto' | 'sin_cobertura' | 'por_confirmar'

/** Age of the data above which a phone no longer vouches for coverage. */
export const FRESH_HOURS = 24

function within(day: Day, from: Day, to: Day): boolean {
  return from <= day && (to === '' || day <= to)
}

/** Issued, and the day lies in its term, both ends included. */
export function isInForce(p: PolicyFacts, day: Day): boolean {
  return p.state !== 'anulada' && within(day, p.valid_from, p.valid_to)
}

/** The DNIs a policy in force names on a day: policy issued, both ranges hold it, ends inclusive. */
export function coveredOn(day: Day, policies: readonly PolicyFacts[], insured: readonly InsuredFacts[]): Set<string> {
  const inForce = new Set(policies.filter((p) => isInForce(p, day)).map((p) => p.id))
  return new Set(
    insured.filter((i) => inForce.has(i.insurance_policy) && within(day, i.from_on, i.to_on)).map((i) => i.dni),
  )
}

/** True when data of that age still proves something (I8). `synced_at_ms` 0 means never. */
export function isFresh(synced_at_ms: number, now_ms: number): boolean {
  const age = now_ms - synced_at_ms
  return synced_at_ms > 0 && age > -5 * 60_000 && age <= FRESH_HOURS * 3_600_000
}

/**
 * One answer per DNI. Old data prove nothing either way, and neither does the
 * name of an insured person whose policy is not on the phone: `por_confirmar`.
 */
export function coverageReader(
  day: Day,
  policies: readonly PolicyFacts[],
  insured: readonly InsuredFacts[],
  fresh: boolean,
): (dni: string) => Coverage {
  if (!fresh) return () => 'por_confirmar'
  const covered = coveredOn(day, policies, insured)
  const held = new Set(policies.map((p) => p.id))
  const unknown = new Set(insured.filter((i) => !held.has(i.insurance_policy)).map((i) => i.dni))
  return (dni) => (covered.has(dni) ? 'cubierto' : unknown.has(dni) ? 'por_confirmar' : 'sin_cobertura')
}
