/** Visits as a supervisor makes them, to the works and the people on this device. */
import type { Disk } from '../../src/db/memory'
import { checklistFor } from '../../src/domain/checklist'
import { limaIso } from '../../src/domain/day'
import { coverageReader, seenAs } from '../../src/domain/insurance'
import { isAssignedOn, rosterOn } from '../../src/domain/roster'
import type { Intervention, Rows } from '../../src/domain/rows'
import { putEntry, type FindingEntry } from '../../src/domain/parts'
import { missing, newForm, toMutations } from '../../src/domain/visit'
import type { VisitContext, VisitForm } from '../../src/domain/visit'
import { recordId } from '../../src/sync/ids'
import type { Work } from '../../src/sync/ports'
import type { Rng } from '../../sim/rng'

/** One finished visit, drawn from the seed; undefined while no work of this device can be visited today. */
export function drawVisit(disk: Disk, rng: Rng, now: number): Work | undefined {
  const today = disk.meta.business_date
  const rows = [...disk.rows.values()]
  const all = <N extends keyof Rows>(c: N, of = rows): Rows[N][] =>
    of.filter((r) => r.c === c).map((r) => ({ ...r.data, id: r.id }) as unknown as Rows[N])
  const mine = new Set(
    all('assignments')
      .filter((a) => isAssignedOn(a, today))
      .map((a) => a.intervention),
  )
  const open = (i: Intervention): boolean =>
    mine.has(i.id) && (!i.starts_on || i.starts_on <= today) && (!i.ends_on || today <= i.ends_on)
  const works = all('interventions')
    .filter(open)
    .sort((a, b) => a.id.localeCompare(b.id))
  if (works.length === 0) return undefined
  const work = rng.pick(works)
  const here = <N extends keyof Rows>(c: N) =>
    all(
      c,
      rows.filter((r) => r.i === work.id),
    )
  const roster = rosterOn(here('participants'), here('cupos'), today)
  const coverage = coverageReader(today, today, here('insurance_policies'), here('insured_persons'), true)
  const checklist = checklistFor(all('checklists'), {}, today)

  const form = newForm({
    visit: recordId(),
    convenio_code: here('convenios')[0]?.code ?? '',
    started_at: limaIso(now - 3_600_000),
    roster_as_of: disk.meta.synced_at,
  })
  form.kind = rng.pick(['in_situ', 'unannounced'] as const)
  form.visited_on = today
  form.location_reason = 'Sin señal de GPS en la quebrada'
  for (const person of roster) {
    if (rng.chance(0.4)) continue
    const mark = rng.chance(0.85) ? 'presente' : 'ausente'
    form.marks[person.id] = { id: recordId(), mark, coverage_seen: seenAs(coverage(person.dni).status) }
  }
  form.headcount = Object.values(form.marks).filter((m) => m.mark === 'presente').length
  if (checklist) answer(form, checklist, rng)
  if (rng.chance(0.3)) putEntry(form, 'finding', finding(rng, today))
  const context: VisitContext = {
    roster: roster.map((p) => p.id),
    checklist,
    starts_on: work.starts_on,
    ends_on: work.ends_on,
    today,
    assigned: true,
  }
  const left = missing(form, context)
  if (left.length > 0) throw new Error(`an incomplete visit was drawn: ${JSON.stringify(left)}`)
  const mutations = toMutations(form, context, work.id, limaIso(now))
  return { group: form.visit, label: `Visita a ${work.name}`, intervention: work.id, mutations }
}

function answer(form: VisitForm, checklist: NonNullable<VisitContext['checklist']>, rng: Rng): void {
  form.checklist_key = checklist.key
  form.checklist_version = checklist.version
  for (const { key } of checklist.items) form.answers[key] = rng.pick(['si', 'no', 'na'] as const)
}

function finding(rng: Rng, today: string): FindingEntry {
  const severity = rng.pick(['leve', 'moderada', 'grave'] as const)
  const grave = severity === 'grave'
  return {
    id: recordId(),
    severity,
    description: `Faltan guantes para ${1 + rng.int(9)} personas de la cuadrilla`,
    corrective_measure: grave ? 'Entregar guantes antes de seguir' : '',
    responsible: grave ? 'Responsable técnico' : '',
    due_on: grave ? today : '',
  }
}
