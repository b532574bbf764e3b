/** The office: changes the same data through the app's own code, and now and then past it. */
import type { Coverage } from './coverage'
import type { Intrusion } from './network'
import type { SimPhone } from './phone'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'
import type { Server, Write } from './server'
import { BUSINESS_DATE } from './work'

const YESTERDAY = '2026-06-14'
const WORKS = 6
const WORKERS = 12
export const USERS = ['user00000000001', 'user00000000002', 'user00000000003']

export const seedId = (prefix: string, n: number): string => prefix + String(n).padStart(15 - prefix.length, '0')

const ACTIONS = {
  reassign: 30,
  join: 10,
  leave: 10,
  uninsure: 8,
  insure: 6,
  plan: 10,
  publish: 10,
  sheet: 12,
  validate: 12,
  observe: 4,
  annul: 4,
  observe_visit: 4,
  move_unit: 3,
  raw_sql: 8,
}

export class Office {
  /** Who holds what, as the office decided: the model's own memory for I5. */
  readonly assigned = new Map<string, string>()
  readonly unitOf = new Map<string, string>()
  private readonly assignment = new Map<string, string>()
  private readonly planned: { id: string; aii: string }[] = []
  private readonly sheets: { id: string; state: string }[] = []
  private readonly uninsured = new Set<string>()
  private readonly sheetDays = new Set<string>()
  private made = 0
  private before: Pick<Office, 'assigned' | 'unitOf'> | undefined

  constructor(
    private readonly server: Server,
    private readonly scheduler: Scheduler,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
    private readonly phones: readonly SimPhone[],
  ) {
    for (let n = 1; n <= WORKS; n++) {
      const aii = seedId('aii', n)
      this.assigned.set(aii, USERS[Math.ceil(n / 2) - 1]!)
      this.assignment.set(aii, seedId('assign', n))
      this.unitOf.set(aii, seedId('ut', n <= 4 ? 1 : 2))
    }
  }

  async act(): Promise<void> {
    const writes = this.choose()
    if (writes.length === 0) return
    const { server, scheduler, rng } = this
    if (!rng.chance(0.05)) return server.exec(scheduler.time, writes)
    const crash = { at: 1 + rng.int(2 ** (1 + rng.int(8))), power: rng.chance(0.3) }
    const done = await server.execStopped(scheduler.time, writes, crash)
    scheduler.trace(`stopped after ${done} of ${writes.length}`)
    this.coverage.count(done < writes.length ? 'office_stopped' : 'office_stopped_at_end')
    await server.exec(scheduler.time, writes.slice(done)) // the clerk does the rest again
  }

  /** What the office does in the middle of somebody's request. Until `done`, both what was and what will be hold. */
  intrusion(): Intrusion {
    this.before = { assigned: new Map(this.assigned), unitOf: new Map(this.unitOf) }
    const writes = this.choose()
    return { writes, done: () => (this.before = undefined) }
  }

  /** Whether a person holds an intervention, or its unit has it, now or just before. */
  holds(user: string, intervention: string): boolean {
    return [this, this.before].some((o) => o?.assigned.get(intervention) === user)
  }

  belongs(intervention: string, unit: string): boolean {
    return [this, this.before].some((o) => o?.unitOf.get(intervention) === unit)
  }

  private choose(): Write[] {
    const action = this.rng.weighted(ACTIONS)
    const writes = this.writes(action)
    if (writes.length === 0) return writes
    this.scheduler.trace(`office ${action}`, JSON.stringify(writes))
    this.coverage.count(`office_${action}`)
    return writes
  }

  private writes(action: keyof typeof ACTIONS): Write[] {
    const n = 1 + this.rng.int(WORKS)
    const aii = seedId('aii', n)
    const worker = n * 100 + 1 + this.rng.int(WORKERS)
    const participant = seedId('part', worker)
    switch (action) {
      case 'reassign':
        return this.reassign()
      case 'join':
        return this.join(aii)
      case 'leave':
        return [
          {
            collection: 'participants',
            id: participant,
            fields: { baja_on: this.rng.pick(['2026-06-01', YESTERDAY, '']) },
          },
        ]
      case 'uninsure':
        return this.uninsure(seedId('insured', worker))
      case 'insure':
        return [
          {
            collection: 'insurance_policies',
            id: this.rng.recordId(),
            fields: {
              intervention: aii,
              number: `N-${++this.made}`,
              insurer_ruc: '20100000904',
              insurer_name: 'Otra',
              kind: 'vida',
              valid_from: '2026-06-01',
              valid_to: '2026-12-31',
              state: 'emitida',
            },
          },
        ]
      case 'plan':
        return this.plan(aii, n)
      case 'publish':
        return this.planned
          .splice(0, 1)
          .map(({ id }) => ({ collection: 'visits', id, fields: { state: 'validada', headcount: 3 } }))
      case 'sheet':
        return this.sheet(aii, n)
      case 'validate':
        return this.turnSheet('validada')
      case 'observe':
        return this.turnSheet('observada')
      case 'annul':
        return [
          { collection: 'cupos', id: seedId('cupo', worker), fields: { state: this.rng.pick(['activo', 'anulado']) } },
        ]
      case 'observe_visit':
        return this.turnVisit()
      case 'move_unit':
        return this.moveUnit(aii)
      case 'raw_sql':
        return [{ sql: `UPDATE participants SET surnames = 'Corregido ${++this.made}' WHERE id = '${participant}'` }]
    }
  }

  /** Rather where it hurts: an intervention with work that is still on its supervisor's phone. */
  private reassign(): Write[] {
    const hot = [...this.assigned.keys()].filter((aii) => this.unsentIn(aii))
    const aii = hot.length > 0 && this.rng.chance(0.7) ? this.rng.pick(hot) : seedId('aii', 1 + this.rng.int(WORKS))
    if (this.unsentIn(aii)) this.coverage.count('reassigned_with_unsent_work')
    const to = this.rng.pick(USERS.filter((u) => u !== this.assigned.get(aii)))
    const id = this.rng.recordId()
    const writes: Write[] = [
      {
        collection: 'assignments',
        id: this.assignment.get(aii)!,
        fields: { to_on: YESTERDAY, reason: 'Reasignación' },
      },
      { collection: 'assignments', id, fields: { user: to, intervention: aii, from_on: BUSINESS_DATE } },
    ]
    this.assigned.set(aii, to)
    this.assignment.set(aii, id)
    return writes
  }

  private unsentIn(aii: string): boolean {
    return this.phones.some((p) => p.user === this.assigned.get(aii) && p.hasUnsent(aii))
  }

  private join(aii: string): Write[] {
    const cupo = this.rng.recordId()
    const number = 1000 + ++this.made
    return [
      { collection: 'cupos', id: cupo, fields: { intervention: aii, number, state: 'activo' } },
      {
        collection: 'participants',
        id: this.rng.recordId(),
        fields: {
          intervention: aii,
          cupo,
          dni: String(20_000_000 + number),
          given_names: 'Nueva',
          surnames: 'Persona',
          sex: 'M',
          birth_date: '1980-01-01',
          alta_on: '2026-06-01',
        },
      },
    ]
  }

  private uninsure(id: string): Write[] {
    if (this.uninsured.has(id)) return []
    this.uninsured.add(id)
    return [
      this.rng.chance(0.5)
        ? { collection: 'insured_persons', id, delete: true }
        : { sql: `DELETE FROM insured_persons WHERE id = '${id}'` },
    ]
  }

  private plan(aii: string, n: number): Write[] {
    const id = this.rng.recordId()
    this.planned.push({ id, aii })
    const fields = {
      intervention: aii,
      convenio_code: `11-${String(n).padStart(4, '0')}-AII-09`,
      supervisor: this.assigned.get(aii),
      kind: 'unannounced',
      state: 'planificada',
      visited_on: BUSINESS_DATE,
    }
    const mark = {
      visit: id,
      intervention: aii,
      participant: seedId('part', n * 100 + 1 + this.rng.int(WORKERS)),
      mark: 'presente',
    }
    return [
      { collection: 'visits', id, fields },
      { collection: 'visit_marks', id: this.rng.recordId(), fields: mark },
    ]
  }

  private sheet(aii: string, n: number): Write[] {
    const day = this.rng.pick(['2026-05-29', '2026-06-02', '2026-06-09', YESTERDAY])
    if (this.sheetDays.has(aii + day)) return []
    this.sheetDays.add(aii + day)
    const id = this.rng.recordId()
    const marks: Record<string, string> = {}
    for (let k = 1; k <= WORKERS; k++)
      if (this.rng.chance(0.3)) marks[seedId('part', n * 100 + k)] = this.rng.pick(['presente', 'presente', 'ausente'])
    this.sheets.push({ id, state: 'registrada' })
    return [
      {
        collection: 'attendance_sheets',
        id,
        fields: { intervention: aii, day, marks, headcount: Object.keys(marks).length, state: 'registrada' },
      },
    ]
  }

  private turnSheet(state: string): Write[] {
    const open = this.sheets.filter((s) => s.state !== state)
    if (open.length === 0) return []
    const sheet = this.rng.pick(open)
    sheet.state = state
    return [{ collection: 'attendance_sheets', id: sheet.id, fields: { state } }]
  }

  private turnVisit(): Write[] {
    const known = this.phones.flatMap((p) => p.rows('visits')).filter((v) => v.data.state === 'sincronizada')
    if (known.length === 0) return []
    return [
      {
        collection: 'visits',
        id: this.rng.pick(known).id,
        fields: { state: this.rng.pick(['validada', 'observada']) },
      },
    ]
  }

  private moveUnit(aii: string): Write[] {
    const ut = this.unitOf.get(aii) === seedId('ut', 1) ? seedId('ut', 2) : seedId('ut', 1)
    this.unitOf.set(aii, ut)
    return [{ collection: 'interventions', id: aii, fields: { ut } }]
  }
}
