/** What a supervisor records on a visit, good and bad. */
import type { NewMutation, ReplicaRow } from '../src/sync/contract'
import type { Work } from '../src/sync/ports'
import type { Coverage } from './coverage'
import type { Rng } from './rng'

export const BUSINESS_DATE = '2026-06-15'
const DAYS = ['2026-05-28', '2026-06-01', '2026-06-08', '2026-06-14', BUSINESS_DATE]

type RowsOf = (collection: string) => ReplicaRow[]

/** A finished visit to one of the interventions this phone knows; undefined before the first sync. */
export function visitWork(rng: Rng, user: string, rows: RowsOf, now: number, coverage: Coverage): Work | undefined {
  const mine = rows('assignments').filter((a) => a.data.user === user && a.data.to_on === '')
  const neighbours = rows('interventions').filter((i) => !mine.some((a) => a.data.intervention === i.id))
  if (mine.length + neighbours.length === 0) return undefined
  const whose = rng.weighted({ mine: mine.length ? 80 : 0, neighbour: neighbours.length ? 12 : 0, foreign: 4 })
  const foreign = `aii${String(1 + rng.int(6)).padStart(12, '0')}`
  const intervention =
    whose === 'mine'
      ? String(rng.pick(mine).data.intervention)
      : whose === 'neighbour'
        ? rng.pick(neighbours).id
        : foreign
  const code = rows('convenios').find((c) => c.data.intervention === intervention)?.data.code ?? '11-0001-AII-09'

  const visit = rng.recordId()
  const roster = rows('participants').filter((p) => p.i === intervention)
  const seen = roster.filter(() => rng.chance(0.3))
  const marks = seen.map((p) => ({ participant: p.id, mark: rng.weighted({ presente: 7, ausente: 2, no_visto: 1 }) }))
  const children = [
    ...marks.map(({ participant, mark }) =>
      create('visit_marks', rng, { visit, participant, mark, coverage_seen: 'por_confirmar' }),
    ),
    ...(rng.chance(0.5) ? [create('findings', rng, { visit, severity: 'leve', description: described(rng) })] : []),
    ...(rng.chance(0.2)
      ? [create('unlisted_workers', rng, { visit, dni: '12345678', given_names: 'Persona', surnames: 'Sin Lista' })]
      : []),
    ...(rng.chance(0.15)
      ? [accident(rng, intervention, rng.pick([...roster.map((p) => p.id), 'nobody000000000']))]
      : []),
  ]
  const present = marks.filter((m) => m.mark === 'presente').length
  const head: NewMutation = {
    ...create('visits', rng, {
      intervention,
      convenio_code: code,
      kind: rng.pick(['in_situ', 'unannounced']),
      visited_on: rng.pick(DAYS),
      device_started_at: new Date(now - 3_600_000).toISOString(),
      device_ended_at: new Date(now).toISOString(),
      ...place(rng),
      // Sometimes fewer heads than people marked present: some marks are refused.
      headcount: rng.chance(0.1) ? Math.max(0, present - 1) : present + rng.int(3),
      roster_size: roster.length,
      checklist_key: 'visita',
      checklist_version: 1,
      answers: { epp: rng.pick(['si', 'no', 'na']) },
      note: `Nota ${rng.int(1000)}`,
    }),
    record: visit,
  }
  const mutations = spoil(rng, [head, ...children], coverage)
  return { group: visit, label: 'Visita', intervention, mutations }
}

function create(collection: string, rng: Rng, fields: Record<string, unknown>): NewMutation {
  return { collection, record: rng.recordId(), op: 'create', fields, form: 'visit/1' }
}

/** Of the work, not of the visit: it waits and is decided by itself. */
function accident(rng: Rng, intervention: string, participant: string): NewMutation {
  return {
    ...create('accidents', rng, {
      intervention,
      participant,
      happened_on: rng.pick(DAYS),
      place: 'Frente 2',
      description: described(rng),
    }),
    form: 'accident/1',
  }
}

/** Now and then too short for the server. */
const described = (rng: Rng): string => (rng.chance(0.12) ? 'Corto' : 'Faltan guantes y casco en la obra')

function place(rng: Rng): Record<string, unknown> {
  return rng.chance(0.7)
    ? { lat_e6: -12_000_000 - rng.int(1000), lon_e6: -77_000_000 - rng.int(1000), accuracy_m: 12 }
    : { location_reason: 'Sin señal de GPS' }
}

/** Now and then one of the records is one the server must refuse, alone. */
function spoil(rng: Rng, mutations: NewMutation[], coverage: Coverage): NewMutation[] {
  if (!rng.chance(0.2)) return mutations
  coverage.count('bad_record')
  const at = rng.int(mutations.length)
  const bad = rng.pick<Record<string, unknown>>([
    { no_such_field: 1 },
    { mark: 'dormido' },
    { severity: 9 },
    { note: { not: 'text' } },
  ])
  return mutations.map((m, n) => (n === at ? { ...m, fields: { ...m.fields, ...bad } } : m))
}
