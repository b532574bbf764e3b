/**
 * What must be true, computed from the base tables alone: which rows each phone
 * must hold (protocol §3 and §10) and what the figures must be (rule cupo_v1).
 * Nothing here is shared with the server's code.
 */
import type { ServerState, TableRow } from './server'
import { BUSINESS_DATE } from './work'

const TEXT: Record<string, string> = {
  parameters: 'key unit valid_from valid_to norm',
  checklists: 'key title valid_from',
  assignments: 'user intervention from_on to_on reason',
  holidays: 'day name norm scope',
  uts: 'code name note',
  districts: 'ubigeo name province department',
  entities: 'ruc name',
  interventions: 'kind name ut district state starts_on ends_on place',
  convenios: 'code intervention proposer executor funding_frame',
  cupos: 'intervention state',
  participants: 'intervention cupo dni given_names surnames sex alta_on baja_on',
  movements: 'intervention participant kind effective_on reason replaces cupo leaves_on state state_reason recorded_by',
  insurance_certificates: 'insurance_policy intervention number issued_on state state_reason from_on recorded_by',
  rendiciones: 'intervention state due_on presented_on observed_on receipt decided_on',
  rendicion_lines: 'rendicion intervention kind',
  rendicion_documents:
    'rendicion intervention kind replaces superseded_by sha256 mime name thumb source captured_at reckoned_at exif_at recorded_by refusal',
  rendicion_observations: 'rendicion intervention target item text state answer presented_answer',
  insurance_policies:
    'intervention number insurer_ruc insurer_name kind valid_from valid_to state issued_on recorded_by',
  insured_persons: 'insurance_policy intervention dni from_on to_on insurance_certificate participant',
  attendance_sheets: 'intervention day state state_reason',
  visits:
    'intervention convenio_code supervisor kind state visited_on device_started_at device_ended_at location_reason roster_as_of checklist_key note',
  visit_marks: 'visit intervention participant mark coverage_seen',
  unlisted_workers: 'visit intervention dni given_names surnames note',
  findings: 'visit intervention severity description corrective_measure responsible due_on state state_reason',
  visit_photos:
    'visit shot note intervention sha256 mime name thumb source captured_at reckoned_at exif_at recorded_by refusal',
  finding_photos:
    'finding note intervention sha256 mime name thumb source captured_at reckoned_at exif_at recorded_by refusal',
  certificate_photos:
    'insurance_certificate note intervention sha256 mime name thumb source captured_at reckoned_at exif_at recorded_by refusal',
  accidents:
    'intervention participant happened_on place description injury treated_by notified_on notified_by recorded_by',
  conflicts:
    'kind collection record intervention mutation author author_name author_at other other_name other_at rule state resolution resolved_by resolved_by_name resolved_at label',
  mutation_reviews: 'mutation user collection record status reason decided_by_name decided_at receipt',
}

/** Numbers, booleans and JSON, as they are in the record. */
const OTHER: Record<string, string> = {
  parameters: 'value assumption',
  uts: 'assumption',
  checklists: 'version items shots',
  interventions: 'lat_e6 lon_e6',
  convenios: 'funding_year',
  cupos: 'number',
  attendance_sheets: 'marks headcount reasons',
  insurance_certificates: 'insured names',
  movements: 'doubts',
  rendiciones: 'round transferred accrued',
  rendicion_lines: 'amount presented',
  rendicion_documents: 'size thumb_size width height lat_e6 lon_e6 accuracy_m exif_lat_e6 exif_lon_e6',
  rendicion_observations: 'round also',
  visits: 'lat_e6 lon_e6 accuracy_m headcount roster_size checklist_version answers',
  visit_photos: 'size thumb_size width height lat_e6 lon_e6 accuracy_m exif_lat_e6 exif_lon_e6',
  finding_photos: 'size thumb_size width height lat_e6 lon_e6 accuracy_m exif_lat_e6 exif_lon_e6',
  certificate_photos: 'size thumb_size width height lat_e6 lon_e6 accuracy_m exif_lat_e6 exif_lon_e6',
  insured_persons: 'proves',
  conflicts: 'values',
  mutation_reviews: 'seq rev errors',
}

const INSTANT: Record<string, string> = {
  visits: 'received_at',
  visit_photos: 'received_at stored_at',
  finding_photos: 'received_at stored_at',
  certificate_photos: 'received_at stored_at',
  insurance_policies: 'received_at',
  insurance_certificates: 'received_at',
  accidents: 'received_at',
  movements: 'received_at',
  rendiciones: 'presented_at',
  rendicion_documents: 'uploaded_at received_at stored_at',
  rendicion_observations: 'made_at',
}

/** Fields that came after rows of their kind were first served: left out while they say nothing (protocol §10). */
const LATER: Record<string, string> = {
  rendiciones: 'observed_on',
  rendicion_documents: 'replaces',
  rendicion_observations: 'presented_answer',
  checklists: 'shots',
  insurance_policies: 'issued_on recorded_by received_at',
  insurance_certificates: 'state_reason from_on names recorded_by received_at',
  insured_persons: 'insurance_certificate participant proves',
  attendance_sheets: 'reasons state_reason',
  movements: 'cupo leaves_on state_reason doubts recorded_by received_at',
}

const words = (list: string | undefined): string[] => list?.split(' ') ?? []

function wire(collection: string, row: TableRow): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  for (const f of words(TEXT[collection])) data[f] = row[f] ?? ''
  for (const f of words(OTHER[collection])) data[f] = row[f] ?? null
  for (const f of words(INSTANT[collection])) data[f] = String(row[f] ?? '').replace(' ', 'T')
  for (const f of words(LATER[collection])) if (!data[f]) delete data[f]
  return data
}

export class Tables {
  constructor(private readonly state: ServerState) {}

  all(collection: string): TableRow[] {
    return this.state.tables[collection] ?? []
  }

  /** Every row the user's phones must hold, `collection/id` to its data. */
  expected(user: string): Map<string, Record<string, unknown>> {
    const person = this.all('users').find((u) => u.id === user)
    const unit = person?.role === 'executor' ? undefined : person?.ut
    const assigned = person?.role === 'executor' ? this.executed(person.entity) : this.supervised(user)
    const inUnit = new Set(
      this.all('interventions')
        .filter((i) => i.ut === unit)
        .map((i) => i.id),
    )
    const known = (i: unknown): boolean => assigned.has(String(i)) || inUnit.has(String(i))
    const convenios = this.all('convenios').filter((c) => known(c.intervention))
    const bodies = new Set(convenios.flatMap((c) => [c.proposer, c.executor]))
    const want: Record<string, (row: TableRow) => boolean> = {
      parameters: () => true,
      checklists: () => true,
      holidays: () => true,
      assignments: (r) => r.user === user,
      conflicts: (r) => r.author === user || r.other === user,
      mutation_reviews: (r) => r.user === user,
      uts: (r) => r.id === unit,
      districts: (r) => this.all('jurisdictions').some((j) => j.district === r.id && j.ut === unit),
      entities: (r) => bodies.has(r.id),
      interventions: (r) => known(r.id),
      convenios: (r) => known(r.intervention),
    }
    const rows = new Map<string, Record<string, unknown>>()
    for (const collection of Object.keys(TEXT)) {
      const wanted = want[collection] ?? ((r: TableRow) => assigned.has(String(r.intervention)))
      for (const row of this.all(collection))
        if (wanted(row)) rows.set(`${collection}/${row.id}`, wire(collection, row))
    }
    return rows
  }

  private supervised(user: string): Set<string> {
    const own = this.all('assignments').filter((a) => a.user === user && current(a))
    return new Set(own.map((a) => String(a.intervention)))
  }

  /** What a body carries out, also after its end, until it is over for good. */
  private executed(entity: unknown): Set<string> {
    const over = ['cerrada', 'desistida', 'resuelta']
    const works = new Map(this.all('interventions').map((i) => [i.id, String(i.state)]))
    const own = this.all('convenios')
      .filter((c) => c.executor === entity)
      .map((c) => String(c.intervention))
    return new Set(own.filter((i) => !over.includes(works.get(i) ?? '')))
  }

  /** Jobs by exercise, AO and month: each active cupo once, in the month of its first undisputed jornal. */
  jobs(): Map<string, number> {
    const first = new Map<string, string>()
    const marks = this.marks()
    const disputed = disputedDays(marks)
    for (const m of marks) {
      if (m.mark !== 'presente' || disputed.has(`${m.person} ${m.day}`)) continue
      const before = first.get(m.cupo)
      if (before === undefined || m.day < before) first.set(m.cupo, m.day)
    }
    const cells = new Map<string, number>()
    for (const [cupo, day] of first) {
      const intervention = this.all('cupos').find((c) => c.id === cupo)!.intervention
      const convenio = this.all('convenios').find((c) => c.intervention === intervention)!
      if (String(convenio.funding_year) !== day.slice(0, 4)) continue
      const cell = `${day.slice(0, 4)} jobs_${String(convenio.funding_frame)} ${day.slice(0, 7)}`
      cells.set(cell, (cells.get(cell) ?? 0) + 1)
    }
    return cells
  }

  private marks(): Said[] {
    const visits = new Map(
      this.all('visits')
        .filter((v) => v.state === 'sincronizada' || v.state === 'validada')
        .map((v) => [v.id, v]),
    )
    const seen = this.all('visit_marks').flatMap((m) => {
      const visit = visits.get(String(m.visit))
      return visit
        ? [
            {
              participant: String(m.participant),
              day: String(visit.visited_on),
              mark: String(m.mark),
              intervention: visit.intervention,
            },
          ]
        : []
    })
    const listed = this.all('attendance_sheets')
      .filter((s) => s.state === 'validada')
      .flatMap((s) =>
        Object.entries((s.marks ?? {}) as Record<string, string>).map(([participant, mark]) => ({
          participant,
          day: String(s.day),
          mark,
          intervention: s.intervention,
        })),
      )
    const people = new Map(this.all('participants').map((p) => [p.id, p]))
    const active = new Set(
      this.all('cupos')
        .filter((c) => c.state === 'activo')
        .map((c) => c.id),
    )
    return [...seen, ...listed].flatMap(({ participant, day, mark, intervention }) => {
      const p = people.get(participant)
      const counts =
        p &&
        p.intervention === intervention &&
        active.has(String(p.cupo)) &&
        day >= String(p.alta_on) &&
        (!p.baja_on || day <= String(p.baja_on))
      return counts ? [{ cupo: String(p.cupo), work: String(intervention), person: String(p.dni), day, mark }] : []
    })
  }
}

interface Said {
  cupo: string
  work: string
  person: string
  day: string
  mark: string
}

/** Days of a person of which it is not known what holds: at work in two works, or there and not there in one. */
function disputedDays(marks: Said[]): Set<string> {
  const out = new Set<string>()
  for (const m of marks.filter((one) => one.mark === 'presente'))
    for (const o of marks)
      if (o.person === m.person && o.day === m.day)
        if (o.work === m.work ? o.mark === 'ausente' : o.mark === 'presente') out.add(`${m.person} ${m.day}`)
  return out
}

const current = (a: TableRow): boolean =>
  String(a.from_on) <= BUSINESS_DATE && (!a.to_on || String(a.to_on) >= BUSINESS_DATE)
