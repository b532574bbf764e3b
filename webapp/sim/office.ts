/** The office: changes the same data through the app's own code, and now and then past it. */
import type { Coverage } from './coverage'
import type { OfficeLog } from './merge'
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
  reassign: 26,
  share: 10,
  edit_finding: 24,
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

/** What the office itself remembers; it goes back with the server's data. */
interface Memory {
  /** Who holds an intervention, and by which assignment. */
  holders: Map<string, Map<string, string>>
  unitOf: Map<string, string>
  planned: { id: string; aii: string }[]
  sheets: { id: string; state: string }[]
  uninsured: Set<string>
  sheetDays: Set<string>
}

type Scope = Pick<Memory, 'holders' | 'unitOf'>

export class Office {
  private memory: Memory = {
    holders: new Map(),
    unitOf: new Map(),
    planned: [],
    sheets: [],
    uninsured: new Set(),
    sheetDays: new Set(),
  }
  private made = 0
  private before: Scope | undefined

  constructor(
    private readonly server: Server,
    private readonly scheduler: Scheduler,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
    private readonly phones: readonly SimPhone[],
    private readonly log: OfficeLog,
  ) {
    for (let n = 1; n <= WORKS; n++) {
      const aii = seedId('aii', n)
      this.memory.holders.set(aii, new Map([[USERS[Math.ceil(n / 2) - 1]!, seedId('assign', n)]]))
      this.memory.unitOf.set(aii, seedId('ut', n <= 4 ? 1 : 2))
    }
  }

  async act(): Promise<void> {
    const writes = this.choose()
    if (writes.length === 0) return
    const { server, scheduler, rng } = this
    if (!rng.chance(0.05)) {
      await server.exec(scheduler.time, writes)
      return this.note(writes)
    }
    const crash = { at: 1 + rng.int(2 ** (1 + rng.int(8))), power: rng.chance(0.3) }
    const done = await server.execStopped(scheduler.time, writes, crash)
    scheduler.trace(`stopped after ${done} of ${writes.length}`)
    this.coverage.count(done < writes.length ? 'office_stopped' : 'office_stopped_at_end')
    await server.exec(scheduler.time, writes.slice(done)) // the clerk does the rest again
    await this.note(writes)
  }

  /** I4: what was written into findings, and where in the order of commits. */
  private async note(writes: readonly Write[], seq?: number): Promise<void> {
    for (const w of writes) {
      if (w.collection !== 'findings') continue
      seq ??= await this.server.head(this.scheduler.time)
      this.log.edits.push({ seq, nth: this.log.count++, record: w.id!, fields: w.fields! })
    }
  }

  /** A copy of the data carries the office's memory with it. */
  remember(): () => void {
    const kept = structuredClone(this.memory)
    return () => (this.memory = structuredClone(kept))
  }

  /** What the office does in the middle of somebody's request. Until `done`, both what was and what will be hold. */
  intrusion(): Intrusion {
    this.before = structuredClone({ holders: this.memory.holders, unitOf: this.memory.unitOf })
    const writes = this.choose()
    const done = (seq?: number): Promise<void> => {
      this.before = undefined
      return this.note(writes, seq)
    }
    return { writes, done }
  }

  /** Whether a person holds an intervention, or its unit has it, now or just before. */
  holds(user: string, intervention: string): boolean {
    return [this.memory, this.before].some((o) => o?.holders.get(intervention)?.has(user))
  }

  belongs(intervention: string, unit: string): boolean {
    return [this.memory, this.before].some((o) => o?.unitOf.get(intervention) === unit)
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
      case 'share':
        return this.share(aii)
      case 'edit_finding':
        return this.editFinding()
      case 'join':
        return this.join(aii)
      case 'leave':
        return [
          {
            collection: 'participants',
            id: participant,
            fields: { baja_on: this.rng.pick(['2026-06-01', YESTERDAY, '']) },
          },
          this.movement(aii, participant),
        ]
      case 'uninsure':
        return this.uninsure(seedId('insured', worker))
      case 'insure':
        return this.insure(aii)
      case 'plan':
        return this.plan(aii, n)
      case 'publish':
        return this.memory.planned
          .splice(0, 1)
          .map(({ id }) => ({ collection: 'visits', id, fields: { state: 'validada', headcount: 3 }, update: true }))
      case 'sheet':
        return this.sheet(aii, n)
      case 'validate':
        return this.turnSheet('validada')
      case 'observe':
        return this.turnSheet('observada')
      case 'annul':
        return [
          { collection: 'cupos', id: seedId('cupo', worker), fields: { state: this.rng.pick(['activo', 'anulado']) } },
          ...this.account(n),
        ]
      case 'observe_visit':
        return this.turnVisit()
      case 'move_unit':
        return this.moveUnit(aii)
      case 'raw_sql':
        return [{ sql: `UPDATE participants SET surnames = 'Corregido ${++this.made}' WHERE id = '${participant}'` }]
    }
  }

  private movement(aii: string, participant: string): Write {
    const fields = { intervention: aii, participant, kind: 'baja', effective_on: YESTERDAY, state: 'registrado' }
    return { collection: 'movements', id: seedId('mov', 1000 + ++this.made), fields }
  }

  private insure(aii: string): Write[] {
    const policy = this.rng.recordId()
    const number = `N-${++this.made}`
    return [
      {
        collection: 'insurance_policies',
        id: policy,
        fields: {
          intervention: aii,
          number,
          insurer_ruc: '20100000904',
          insurer_name: 'Otra',
          kind: 'vida',
          valid_from: '2026-06-01',
          valid_to: '2026-12-31',
          state: 'emitida',
        },
      },
      {
        collection: 'insurance_certificates',
        id: seedId('cert', 1000 + this.made),
        fields: {
          insurance_policy: policy,
          intervention: aii,
          number,
          issued_on: YESTERDAY,
          insured: 3,
          state: 'presentada',
        },
      },
    ]
  }

  /** What moves in the rendición of a work. */
  private account(n: number): Write[] {
    const amount = ++this.made * 100
    return [
      { collection: 'rendicion_lines', id: seedId('line', n), fields: { amount } },
      { collection: 'rendicion_observations', id: seedId('obs', n), fields: { answer: `Respuesta ${amount}` } },
      { sql: `UPDATE rendicion_documents SET name = 'oficio ${amount}.pdf' WHERE id = '${seedId('doc', n)}'` },
    ]
  }

  /** Rather where it hurts: an intervention with work that is still on its supervisor's phone. */
  private reassign(): Write[] {
    const { holders } = this.memory
    const hot = [...holders.keys()].filter((aii) => this.unsentIn(aii))
    const aii = hot.length > 0 && this.rng.chance(0.7) ? this.rng.pick(hot) : seedId('aii', 1 + this.rng.int(WORKS))
    if (this.unsentIn(aii)) this.coverage.count('reassigned_with_unsent_work')
    const held = holders.get(aii)!
    const from = this.rng.pick([...held.keys()])
    const to = this.rng.pick(USERS.filter((u) => u === from || !held.has(u)))
    if (to === from) return []
    const end = { to_on: YESTERDAY, reason: 'Reasignación' }
    const writes: Write[] = [{ collection: 'assignments', id: held.get(from)!, fields: end }]
    held.delete(from)
    return [...writes, this.assign(aii, to)]
  }

  private assign(aii: string, user: string): Write {
    const id = this.rng.recordId()
    this.memory.holders.get(aii)!.set(user, id)
    // It may be over today, and no work is over before it began.
    return { collection: 'assignments', id, fields: { user, intervention: aii, from_on: YESTERDAY } }
  }

  /** A second supervisor beside the first. */
  private share(aii: string): Write[] {
    const held = this.memory.holders.get(aii)!
    return held.size > 1 ? [] : [this.assign(aii, this.rng.pick(USERS.filter((u) => !held.has(u))))]
  }

  /** Writes into a finding at once, whoever is changing it. */
  async quarrel(finding: string): Promise<void> {
    const fields = { corrective_measure: `Oficina ${this.coverage.unique()}` }
    const writes = [{ collection: 'findings', id: finding, fields, update: true }]
    this.scheduler.trace('office quarrels', JSON.stringify(writes))
    await this.server.exec(this.scheduler.time, writes)
    await this.note(writes)
  }

  private editFinding(): Write[] {
    const known = this.phones.flatMap((p) => p.rows('findings'))
    if (known.length === 0) return []
    const n = this.coverage.unique()
    // Rather where it hurts: what somebody is changing without knowing of this.
    const unsent = this.phones.flatMap((p) => p.unsent()).map((e) => e.mutation.record)
    const begun = this.phones.flatMap((p) => [...p.held.values()]).map((h) => h.record)
    const changed = [...unsent, ...begun]
    const hot = known.filter((f) => changed.includes(f.id))
    const finding = hot.length > 0 && this.rng.chance(0.7) ? this.rng.pick(hot) : this.rng.pick(known)
    const fields = this.rng.chance(0.5)
      ? { corrective_measure: `Oficina ${n}` }
      : { state: 'levantado', state_reason: `Oficina ${n}` }
    return [{ collection: 'findings', id: finding.id, fields, update: true }]
  }

  private unsentIn(aii: string): boolean {
    return this.phones.some((p) => this.memory.holders.get(aii)!.has(p.user) && p.hasUnsent(aii))
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
    if (this.memory.uninsured.has(id)) return []
    this.memory.uninsured.add(id)
    return [
      this.rng.chance(0.5)
        ? { collection: 'insured_persons', id, delete: true }
        : { sql: `DELETE FROM insured_persons WHERE id = '${id}'` },
    ]
  }

  private plan(aii: string, n: number): Write[] {
    const id = this.rng.recordId()
    this.memory.planned.push({ id, aii })
    const fields = {
      intervention: aii,
      convenio_code: `11-${String(n).padStart(4, '0')}-AII-09`,
      supervisor: this.memory.holders.get(aii)!.keys().next().value,
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
    if (this.memory.sheetDays.has(aii + day)) return []
    this.memory.sheetDays.add(aii + day)
    const id = this.rng.recordId()
    const marks: Record<string, string> = {}
    for (let k = 1; k <= WORKERS; k++)
      if (this.rng.chance(0.3)) marks[seedId('part', n * 100 + k)] = this.rng.pick(['presente', 'presente', 'ausente'])
    this.memory.sheets.push({ id, state: 'registrada' })
    return [
      {
        collection: 'attendance_sheets',
        id,
        fields: { intervention: aii, day, marks, headcount: Object.keys(marks).length, state: 'registrada' },
      },
    ]
  }

  private turnSheet(state: string): Write[] {
    const open = this.memory.sheets.filter((s) => s.state !== state)
    if (open.length === 0) return []
    const sheet = this.rng.pick(open)
    // What was validated goes back only with a reason.
    const fields = sheet.state === 'validada' ? { state, state_reason: 'observada en la oficina' } : { state }
    sheet.state = state
    return [{ collection: 'attendance_sheets', id: sheet.id, fields, update: true }]
  }

  private turnVisit(): Write[] {
    const known = this.phones.flatMap((p) => p.rows('visits')).filter((v) => v.data.state === 'sincronizada')
    if (known.length === 0) return []
    return [
      {
        collection: 'visits',
        id: this.rng.pick(known).id,
        fields: { state: this.rng.pick(['validada', 'observada']) },
        update: true,
      },
    ]
  }

  private moveUnit(aii: string): Write[] {
    const ut = this.memory.unitOf.get(aii) === seedId('ut', 1) ? seedId('ut', 2) : seedId('ut', 1)
    this.memory.unitOf.set(aii, ut)
    return [{ collection: 'interventions', id: aii, fields: { ut } }]
  }
}
