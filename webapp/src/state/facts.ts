import type { Day } from '../domain/day'
import { coverageReader, isInForce, seenAs, type Cover, type CoverageSeen } from '../domain/insurance'
import type { RiskFacts } from '../domain/risk'
import { isAssignedOn, rosterOn, type Worker } from '../domain/roster'
import type { Finding, InsurancePolicy, Intervention } from '../domain/rows'
import { isOpenFinding, isOver, wasMade } from '../domain/states'
import { clock } from './clock.svelte'
import { all, ofWork, ofWorks, one, some } from './replica'

/** A worker on the roster with what this phone may say about his insurance. */
export interface CoveredWorker extends Worker {
  coverage: CoverageSeen
}

/** The roster of an intervention on a day; `fresh`: the replica is young enough to vouch. */
export async function rosterWithCoverage(intervention: string, day: Day, fresh: boolean): Promise<CoveredWorker[]> {
  const [participants, cupos, policies, insured] = await Promise.all([
    ofWork('participants', intervention),
    ofWork('cupos', intervention),
    ofWork('insurance_policies', intervention),
    ofWork('insured_persons', intervention),
  ])
  const cover = coverageReader(day, clock.today, policies, insured, fresh)
  return rosterOn(participants, cupos, day).map((w) => ({ ...w, coverage: seenAs(cover(w.dni).status) }))
}

/** Whom somebody asks about, and what insured him on a day, as far as this phone knows. */
export interface CoverOn {
  name: string
  cover: Cover
  /** Of the work, in force that day. */
  policies: InsurancePolicy[]
}

export async function coverOn(work: string, participant: string, day: Day, fresh: boolean): Promise<CoverOn> {
  const [who, policies, insured] = await Promise.all([
    one('participants', participant),
    ofWork('insurance_policies', work),
    ofWork('insured_persons', work),
  ])
  return {
    name: who ? `${who.surnames}, ${who.given_names}` : '',
    cover: coverageReader(day, clock.today, policies, insured, fresh)(who?.dni ?? ''),
    policies: policies.filter((p) => isInForce(p, day)),
  }
}

export interface Counts {
  roster: number
  covered: number
  uncovered: number
  unconfirmed: number
}

/** Of whom nobody asks any more. */
const NONE: Counts = { roster: 0, covered: 0, uncovered: 0, unconfirmed: 0 }

export function countCoverage(workers: readonly CoveredWorker[]): Counts {
  const of = (c: CoverageSeen) => workers.filter((w) => w.coverage === c).length
  return {
    roster: workers.length,
    covered: of('cubierto'),
    uncovered: of('sin_cobertura'),
    unconfirmed: of('por_confirmar'),
  }
}

/** An assigned intervention as a card shows it. */
export interface Card extends RiskFacts {
  intervention: Intervention
  convenio_code: string
  place: string
  counts: Counts
  open_findings: Finding[]
}

export async function assignedIds(day: Day): Promise<Set<string>> {
  const assignments = await all('assignments')
  return new Set(assignments.filter((a) => isAssignedOn(a, day)).map((a) => a.intervention))
}

export async function convenioCode(intervention: string): Promise<string> {
  return (await ofWork('convenios', intervention))[0]?.code ?? ''
}

/** "Sector Qantu, Ollantaytambo": the place and its district. */
export async function placeOf(intervention: Intervention): Promise<string> {
  const district = intervention.district === '' ? undefined : await one('districts', intervention.district)
  return [intervention.place, district?.name].filter(Boolean).join(', ')
}

/** A planned visit is an intention, not a visit. */
export function isMade(visit: { state: string }): boolean {
  return wasMade(visit.state)
}

/** Cards computed before a tap is let through. */
const AT_ONCE = 4

/** Lets the browser answer what a person did meanwhile. */
const breath = (): Promise<void> => new Promise((done) => setTimeout(done))

/** The cards of these interventions, each collection read once, in no order. */
export async function cardsOf(ids: readonly string[], day: Day, fresh: boolean): Promise<Card[]> {
  const [interventions, participants, cupos, policies, insured, visits, findings, convenios] = await Promise.all([
    some('interventions', ids),
    ofWorks('participants', ids),
    ofWorks('cupos', ids),
    ofWorks('insurance_policies', ids),
    ofWorks('insured_persons', ids),
    ofWorks('visits', ids),
    ofWorks('findings', ids),
    ofWorks('convenios', ids),
  ])
  const districts = await some('districts', [...new Set(interventions.map((i) => i.district))])
  const district = new Map(districts.map((d) => [d.id, d.name]))
  const cards: Card[] = []
  for (const intervention of interventions) {
    if (cards.length % AT_ONCE === AT_ONCE - 1) await breath()
    const { id } = intervention
    const over = isOver(intervention.state)
    const cover = coverageReader(day, clock.today, policies.get(id) ?? [], insured.get(id) ?? [], fresh)
    const roster = rosterOn(participants.get(id) ?? [], cupos.get(id) ?? [], day)
    const counts = over
      ? { ...NONE, roster: roster.length }
      : countCoverage(roster.map((w) => ({ ...w, coverage: seenAs(cover(w.dni).status) })))
    const made = (visits.get(id) ?? []).filter(isMade)
    cards.push({
      intervention,
      convenio_code: convenios.get(id)?.[0]?.code ?? '',
      place: [intervention.place, district.get(intervention.district)].filter(Boolean).join(', '),
      counts,
      over,
      uncovered: counts.uncovered,
      open_findings: (findings.get(id) ?? []).filter((f) => isOpenFinding(f.state)),
      last_visit_on: made.reduce((last, v) => (v.visited_on > last ? v.visited_on : last), ''),
    })
  }
  return cards
}

/** The cards of every intervention assigned on a day, in no order. */
export async function assignedCards(day: Day, fresh: boolean): Promise<Card[]> {
  return cardsOf([...(await assignedIds(day))], day, fresh)
}

/** A line of the search over every intervention of the unit. */
export interface ActivityEntry {
  intervention: Intervention
  code: string
  executor: string
  place: string
  assigned: boolean
}

/** All interventions on the device, the assigned ones first, then by name. */
export async function activityList(day: Day): Promise<ActivityEntry[]> {
  const [interventions, convenios, entities, districts, assigned] = await Promise.all([
    all('interventions'),
    all('convenios'),
    all('entities'),
    all('districts'),
    assignedIds(day),
  ])
  const entity = new Map(entities.map((e) => [e.id, e.name]))
  const district = new Map(districts.map((d) => [d.id, d.name]))
  const convenio = new Map(convenios.map((c) => [c.intervention, c]))
  return interventions
    .map((intervention) => ({
      intervention,
      code: convenio.get(intervention.id)?.code ?? '',
      executor: entity.get(convenio.get(intervention.id)?.executor ?? '') ?? '',
      place: [intervention.place, district.get(intervention.district)].filter(Boolean).join(', '),
      assigned: assigned.has(intervention.id),
    }))
    .sort(
      (a, b) => Number(b.assigned) - Number(a.assigned) || a.intervention.name.localeCompare(b.intervention.name, 'es'),
    )
}

/** All an activity's own screen needs. */
export interface ActivityFacts {
  intervention: Intervention
  code: string
  executor: string
  place: string
  assigned: boolean
}

export async function activityFacts(id: string, day: Day): Promise<ActivityFacts | null> {
  const intervention = await one('interventions', id)
  if (!intervention) return null
  const convenio = (await ofWork('convenios', id))[0]
  const executor = convenio ? await one('entities', convenio.executor) : undefined
  return {
    intervention,
    code: convenio?.code ?? '',
    executor: executor?.name ?? '',
    place: await placeOf(intervention),
    assigned: (await assignedIds(day)).has(id),
  }
}
