/** Why somebody is without cover on a day, as far as a phone's rows tell. Pure. */
import type { Day } from './day'
import { vouches, type CertificateFacts, type InsuredFacts, type PolicyFacts } from './insurance'

/** In the order in which it is said: what is nearest to being mended first. */
export type Why = 'sending' | 'observed' | 'awaited' | 'later' | 'ended' | 'void' | 'unnamed'

export interface Uncovered {
  why: Why
  /** From when, or until when; '' where it is no matter of a day. */
  day: Day
}

interface Papers {
  policies: readonly PolicyFacts[]
  insured: readonly InsuredFacts[]
  /** Those whom a certificate names, and how much of it the server has. */
  certificates: readonly (CertificateFacts & { names?: unknown; marker?: string })[]
}

const RANK: readonly Why[] = ['sending', 'observed', 'awaited', 'later', 'ended', 'void', 'unnamed']

const earlier = (a: string, b: string): string => (a === '' || (b !== '' && b < a) ? b : a)

const names = (c: { names?: unknown }, participant: string): boolean =>
  typeof c.names === 'object' && c.names !== null && Object.hasOwn(c.names, participant)

/** What one row that names him says of why he is not covered; nothing where that is not its doing. */
function reasonOf(i: InsuredFacts, day: Day, { policies, certificates }: Papers): Uncovered | undefined {
  const policy = policies.find((p) => p.id === i.insurance_policy)
  const paper = certificates.find((c) => c.id === i.insurance_certificate)
  if (!policy) return undefined
  if (policy.state === 'anulada') return { why: 'void', day: '' }
  const from = i.from_on > policy.valid_from ? i.from_on : policy.valid_from
  const to = earlier(i.to_on, policy.valid_to)
  if (to !== '' && to < day) return { why: 'ended', day: to }
  if (paper && !vouches(paper.state ?? ''))
    return { why: paper.state === 'pendiente' ? 'awaited' : 'observed', day: '' }
  return from > day ? { why: 'later', day: from } : undefined
}

/** The nearest of the reasons; of several of a kind the last that ended, the first that begins. */
export function whyUncovered(person: { id: string; dni: string }, day: Day, papers: Papers): Uncovered {
  const sending = papers.certificates.some((c) => c.marker === 'pending' && names(c, person.id))
  const found = papers.insured.filter((i) => i.dni === person.dni).flatMap((i) => reasonOf(i, day, papers) ?? [])
  if (sending) found.push({ why: 'sending', day: '' })
  const all: Uncovered[] = [...found, { why: 'unnamed', day: '' }]
  const best = Math.min(...all.map((u) => RANK.indexOf(u.why)))
  const days = all.filter((u) => RANK.indexOf(u.why) === best).sort((a, b) => a.day.localeCompare(b.day))
  const pick = RANK[best] === 'ended' ? days.at(-1) : days[0]
  return pick ?? { why: 'unnamed', day: '' }
}
