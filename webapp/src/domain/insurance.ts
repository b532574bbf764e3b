import { daysBetween, type Day } from './day'
import type { InsuranceCertificate, InsurancePolicy, InsuredPerson } from './rows'

/** Of a policy, what the rule looks at. */
export type PolicyFacts = Pick<InsurancePolicy, 'id' | 'state' | 'valid_from' | 'valid_to'>

export type InsuredFacts = Pick<
  InsuredPerson,
  'insurance_policy' | 'dni' | 'from_on' | 'to_on' | 'insurance_certificate' | 'proves'
>

/** Of a certificate, what the rule looks at; one that the server does not have yet has no state. */
export type CertificateFacts = Pick<InsuranceCertificate, 'id'> & { state?: string }

/** What an insured row proves, with its two times: its days, both included, and since when that is known. */
export interface Span {
  from: Day
  to: Day
  /** The day in Lima on which it was recorded; where it is not `sure`, the latest it can be. */
  known: Day
  sure: boolean
  /** The date of the paper, '' where it is not told. */
  issued: Day
}

/** What a phone may say about a worker's insurance on a day. */
export type Coverage = 'cubierto' | 'acreditada_despues' | 'sin_dato' | 'sin_cobertura' | 'por_confirmar'

/** Coverage with how late it was told: days, since when it is known, and the date of the paper; '' and 0 if not late. */
export interface Cover {
  status: Coverage
  late: number
  since: Day
  issued: Day
}

/** What a mark keeps of it: what could be told of the day then. */
export type CoverageSeen = Exclude<Coverage, 'acreditada_despues' | 'sin_dato'>

/** Papers that came after the day are none for who stands there; of when they came nobody vouches without a date. */
export function seenAs(status: Coverage): CoverageSeen {
  if (status === 'acreditada_despues') return 'sin_cobertura'
  return status === 'sin_dato' ? 'por_confirmar' : status
}

const cover = (status: Coverage): Cover => ({ status, late: 0, since: '', issued: '' })

/** Age of the data above which a phone no longer vouches for coverage. */
export const FRESH_HOURS = 24

function within(day: Day, from: Day, to: Day): boolean {
  return from <= day && (to === '' || day <= to)
}

/** Issued, and the day lies in its term, both ends included. */
export function isInForce(p: PolicyFacts, day: Day): boolean {
  return p.state !== 'anulada' && within(day, p.valid_from, p.valid_to)
}

/**
 * One that was only announced is no paper, and one that the unit doubts proves nothing until it is presented again.
 * A row that no certificate is named for rests on its policy: ''.
 */
export const vouches = (state: string): boolean => state !== 'pendiente' && state !== 'observada'

/** What a span proves for one of its days: what came after the day is late, never simply covered. */
function proved(s: Span, day: Day): Cover {
  const since = !s.sure && s.known > day ? '' : s.known
  const last = since > s.issued ? since : s.issued
  if (last > day) return { status: 'acreditada_despues', late: daysBetween(day, last), since, issued: s.issued }
  return cover(since === '' ? 'sin_dato' : 'cubierto')
}

const RANKS: Record<Coverage, number> = {
  cubierto: 2,
  acreditada_despues: 1,
  sin_dato: 0,
  sin_cobertura: 0,
  por_confirmar: 0,
}

/** The better of two: what is known beats what is not, and the earlier the later. */
function better(a: Cover, b: Cover): Cover {
  if (a.status !== b.status) return RANKS[a.status] > RANKS[b.status] ? a : b
  return b.late < a.late ? b : a
}

/** What was not worked out yet of a row is known today, and before that nobody knows. */
const spansOf = (i: InsuredFacts, day: Day, today: Day): readonly Span[] =>
  (i.proves as Span[] | null) ?? [{ from: day, to: day, known: today, sure: false, issued: '' }]

/** True when data of that age still proves something (I8). `synced_at_ms` 0 means never. */
export function isFresh(synced_at_ms: number, now_ms: number): boolean {
  const age = now_ms - synced_at_ms
  return synced_at_ms > 0 && age > -5 * 60_000 && age <= FRESH_HOURS * 3_600_000
}

/** What the rows alone tell, by DNI, as known today: the rule that the server has too. Who is not there is not covered. */
export function coverageOn(
  day: Day,
  today: Day,
  policies: readonly PolicyFacts[],
  insured: readonly InsuredFacts[],
  certificates: readonly CertificateFacts[] = [],
): Map<string, Cover> {
  const doubted = new Set(certificates.filter((c) => !vouches(c.state ?? '')).map((c) => c.id))
  const inForce = new Set(policies.filter((p) => isInForce(p, day)).map((p) => p.id))
  const known = new Map<string, Cover>()
  for (const i of insured) {
    if (!inForce.has(i.insurance_policy) || !within(day, i.from_on, i.to_on)) continue
    if (doubted.has(i.insurance_certificate ?? '')) continue
    for (const s of spansOf(i, day, today)) {
      if (!within(day, s.from, s.to)) continue
      const one = proved(s, day)
      known.set(i.dni, better(known.get(i.dni) ?? one, one))
    }
  }
  return known
}

/**
 * One answer per DNI, as known today. Old data prove nothing either way, and neither
 * does the name of an insured person whose policy is not on the phone: `por_confirmar`.
 */
export function coverageReader(
  day: Day,
  today: Day,
  policies: readonly PolicyFacts[],
  insured: readonly InsuredFacts[],
  fresh: boolean,
  certificates: readonly CertificateFacts[] = [],
): (dni: string) => Cover {
  if (!fresh) return () => cover('por_confirmar')
  const known = coverageOn(day, today, policies, insured, certificates)
  const held = new Set(policies.map((p) => p.id))
  const unknown = new Set(insured.filter((i) => !held.has(i.insurance_policy)).map((i) => i.dni))
  return (dni) => {
    const told = known.get(dni) ?? cover('sin_cobertura')
    return unknown.has(dni) && told.status !== 'cubierto' ? cover('por_confirmar') : told
  }
}
