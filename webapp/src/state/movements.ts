/** Rosters and their movements, for the screens that write them. */
import type { Day } from '../domain/day'
import { reaches, type Known, type Stay } from '../domain/movement'
import type { Cupo, Participant } from '../domain/rows'
import { isOver } from '../domain/states'
import { all, ofWork, ofWorks } from './replica'
import type { Row } from './replica'

type Movement = Row<'movements'>

/** The last day on which a sheet or a visit of the work has each person present. */
async function presentIn(work: string): Promise<Map<string, Day>> {
  const [sheets, visits, marks] = await Promise.all([
    ofWork('attendance_sheets', work),
    ofWork('visits', work),
    ofWork('visit_marks', work),
  ])
  const last = new Map<string, Day>()
  const was = (participant: string, day: Day) => {
    if (day > (last.get(participant) ?? '')) last.set(participant, day)
  }
  for (const sheet of sheets)
    for (const [participant, mark] of Object.entries((sheet.marks ?? {}) as Record<string, unknown>))
      if (mark === 'presente') was(participant, sheet.day)
  const made = new Map(visits.map((v) => [v.id, v.visited_on]))
  for (const { visit, participant, mark } of marks) if (mark === 'presente') was(participant, made.get(visit) ?? '')
  return last
}

/** All that a movement of a work is judged by here: its roster, and where else its people are. */
export async function rosterKnown(work: string): Promise<Known> {
  const [interventions, movements, present] = await Promise.all([
    all('interventions'),
    ofWork('movements', work),
    presentIn(work),
  ])
  const ids = interventions.map((i) => i.id)
  const [participants, cupos] = await Promise.all([ofWorks('participants', ids), ofWork('cupos', work)])
  const over = new Set(interventions.filter((i) => isOver(i.state)).map((i) => i.id))
  const holding = movements.filter((m) => m.state !== 'anulado')
  const left = new Set(holding.map((m) => (m.kind === 'baja' ? m.participant : m.replaces)).filter(Boolean))
  const stays: Stay[] = [...participants.values()].flat().map((p) => ({
    id: p.id,
    work: p.intervention,
    cupo: p.cupo,
    dni: p.dni,
    from: p.alta_on,
    to: p.baja_on,
    left: left.has(p.id),
    over: over.has(p.intervention),
    present: present.get(p.id) ?? '',
  }))
  return { stays, places: cupos.map((c) => ({ id: c.id, work: c.intervention, void: c.state === 'anulado' })) }
}

/** A cupo that nobody holds any more, and its last day held; '' where nobody ever did. */
export interface FreeCupo extends Cupo {
  until: Day
}

export async function freeCupos(work: string, today: Day): Promise<FreeCupo[]> {
  const [cupos, participants] = await Promise.all([ofWork('cupos', work), ofWork('participants', work)])
  const stays = (cupo: Cupo) => participants.filter((p) => p.cupo === cupo.id)
  return cupos
    .filter((c) => c.state !== 'anulado' && !stays(c).some((p) => reaches({ to: p.baja_on }, today)))
    .map((c) => ({ ...c, until: stays(c).reduce((last, p) => (p.baja_on > last ? p.baja_on : last), '') }))
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
}

/** A movement with whom it names. */
export interface ListedMovement {
  movement: Movement
  leaves: string
  comes: string
}

const nameOf = (p: Pick<Participant, 'surnames' | 'given_names'> | undefined): string =>
  p ? `${p.surnames}, ${p.given_names}` : ''

/** The movements of a work, the newest first; what was not sent yet before all. */
export async function movementsOf(work: string): Promise<ListedMovement[]> {
  const [movements, participants] = await Promise.all([ofWork('movements', work), ofWork('participants', work)])
  const people = new Map(participants.map((p) => [p.id, p]))
  return movements
    .sort((a, b) => Number(b.marker !== '') - Number(a.marker !== '') || b.effective_on.localeCompare(a.effective_on))
    .map((movement) => ({
      movement,
      leaves: nameOf(people.get(movement.kind === 'baja' ? movement.participant : movement.replaces)),
      // Who comes has the movement's id until the server says so itself.
      comes: movement.kind === 'baja' ? '' : nameOf(people.get(movement.participant || movement.id)),
    }))
}
