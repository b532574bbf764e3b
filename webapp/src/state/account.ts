/** A rendición as the rows of this phone tell it, its own unsent work on top. */
import {
  supersededBy,
  DEFAULT_REQUIRED,
  DEFAULT_WORKDAYS,
  DOCUMENTS,
  isFreshPaper,
  isInForce,
  isTouched,
  MAX_DOCUMENTS,
  MAX_FILE_BYTES,
  missingKinds,
  openIn,
  stateOf,
  type Account,
  type Remark,
} from '../domain/account'
import { calendarOf, departmentOf, type Calendar } from '../domain/calendar'
import type { Day } from '../domain/day'
import { owedOf } from '../domain/due'
import { accountOf, LINES, solesOf, type Line } from '../domain/rendicion'
import { isToAnswer } from '../domain/states'
import type { Intervention, Parameter } from '../domain/rows'
import type { Schemas } from './api'
import { all, ofWork, one, onceWhole, type Row } from './replica'

export type Rendicion = Schemas['Rendicion']
type Deadline = Schemas['Deadline']

/** What the screen of an executor shows and changes. */
export interface Shown {
  data: Rendicion
  account: Account
  rendicion: Row<'rendiciones'>
  lines: Row<'rendicion_lines'>[]
  documents: Row<'rendicion_documents'>[]
  observations: Row<'rendicion_observations'>[]
}

const soles = (centimos: number): string => solesOf(BigInt(centimos))

function parameterIn(parameters: readonly Parameter[], key: string, day: Day): Parameter | undefined {
  return parameters
    .filter((p) => p.key === key && p.valid_from <= day && (p.valid_to === '' || day <= p.valid_to))
    .sort((a, b) => b.valid_from.localeCompare(a.valid_from))[0]
}

class Dates {
  constructor(
    readonly parameters: readonly Parameter[],
    readonly calendar: Calendar,
    readonly today: Day,
  ) {}

  /** A deadline by the parameter in force on the day it counts from. */
  of(key: string, otherwise: number, from: Day, due: Day): Deadline {
    const p = parameterIn(this.parameters, `rendicion.${key}`, from)
    const days = Number(p?.value)
    const known = Number.isInteger(days) && days > 0
    const workdays = known ? days : otherwise
    const due_on = due || this.calendar.add(from, workdays)
    return {
      due_on,
      left: this.calendar.between(this.today, due_on),
      overdue: this.today > due_on,
      workdays,
      norm: known ? (p?.norm ?? '') : '',
      assumption: !known || p?.assumption === true,
    }
  }
}

type PaperRow = Row<'rendicion_documents'>
/** Later than any instant: when the server will have received what it has not. */
const NOT_YET = '9999'

/** Documents as they will stand once the server has what is on this device, in the order in which they came. */
function papersOf(rows: readonly PaperRow[]): PaperRow[] {
  const by = supersededBy(rows.map((d) => ({ ...d, waiting: d.marker !== '' })))
  return rows
    .map((d) => ({
      ...d,
      superseded_by: by.get(d.id) ?? '',
      uploaded_at: d.uploaded_at || NOT_YET,
      // Rows of before documents were files, until they are pulled again.
      stored_at: d.stored_at || (d.captured_at ? '' : d.uploaded_at),
    }))
    .sort((a, b) => a.uploaded_at.localeCompare(b.uploaded_at) || a.captured_at.localeCompare(b.captured_at))
}

/** The documents in force. */
export const papersIn = async (work: string): Promise<PaperRow[]> =>
  papersOf(await ofWork('rendicion_documents', work)).filter(isInForce)

/** The rendición of a work; null while the replica fills, or where the phone does not have it. */
export async function accountOfWork(work: string, today: Day, said: Rendicion | undefined): Promise<Shown | null> {
  return onceWhole(async () => {
    const intervention = await one('interventions', work)
    const rendicion = (await ofWork('rendiciones', work))[0]
    const state = intervention && stateOf(rendicion?.state, intervention.state)
    if (!state || !rendicion) return null
    const [lines, documents, observations, parameters] = await Promise.all([
      ofWork('rendicion_lines', work),
      ofWork('rendicion_documents', work),
      ofWork('rendicion_observations', work),
      all('parameters'),
    ])
    const papers = papersOf(documents)
    const required = parameterIn(parameters, 'rendicion.required_documents', intervention.ends_on)?.value
    const { round, presented_at, accrued, transferred } = rendicion
    const account: Account = {
      state,
      round,
      presented_at,
      accrued,
      transferred,
      lines: Object.fromEntries(lines.map((l) => [l.kind, { amount: l.amount, presented: l.presented }])),
      documents: papers,
      observations: observations
        .sort((a, b) => a.made_at.localeCompare(b.made_at))
        .map((o) => ({ ...o, also: (o.also ?? []) as string[], presented_answer: o.presented_answer ?? '' })),
      required: Array.isArray(required) ? (required as string[]) : DEFAULT_REQUIRED,
    }
    const data = await dataOf(account, rendicion, intervention, parameters, today, said)
    return { data, account, rendicion, lines, documents: papers, observations }
  }).then((found) => found ?? null)
}

async function dataOf(
  account: Account,
  row: Row<'rendiciones'>,
  intervention: Intervention,
  parameters: readonly Parameter[],
  today: Day,
  said: Rendicion | undefined,
): Promise<Rendicion> {
  const [convenios, district, holidays, ut] = await Promise.all([
    ofWork('convenios', intervention.id),
    one('districts', intervention.district),
    all('holidays'),
    one('uts', intervention.ut),
  ])
  const executor = await one('entities', convenios[0]?.executor ?? '')
  const dates = new Dates(parameters, calendarOf(holidays, departmentOf(district?.ubigeo ?? '')), today)
  const observed_on = row.observed_on ?? ''
  const deadline = dates.of('deadline_workdays', DEFAULT_WORKDAYS.presentation, intervention.ends_on, row.due_on)
  const correction = dates.of('correction_workdays', DEFAULT_WORKDAYS.correction, observed_on, '')
  const owed = owedOf(
    { state: account.state === 'observada' ? 'rc_observada' : intervention.state, ends_on: intervention.ends_on },
    observed_on,
    { presentation: deadline.workdays, correction: correction.workdays },
    dates.calendar,
  )
  const amounts = Object.fromEntries(LINES.map((l) => [l, BigInt(account.lines[l]?.amount ?? 0)]))
  const can_edit = account.state === 'pendiente' || account.state === 'observada'
  const same = said?.round === account.round && said.state === account.state ? said : undefined
  return {
    work: {
      intervention: intervention.id,
      name: intervention.name,
      convenio_code: convenios[0]?.code ?? '',
      ut: intervention.ut,
      ut_name: ut?.name ?? '',
      executor: executor?.name ?? '',
      starts_on: intervention.starts_on,
      ends_on: intervention.ends_on,
    },
    state: account.state,
    revision: said?.revision ?? 0,
    round: account.round,
    deadline: { ...deadline, overdue: deadline.overdue && owed?.what === 'presentation' },
    correction: owed?.what === 'correction' && owed.day !== '' ? correction : null,
    presented_on: row.presented_on,
    receipt: row.receipt,
    decided_on: row.decided_on,
    decided_by: same?.decided_by ?? '',
    transferred: soles(account.accrued),
    transferred_when_presented: soles(account.transferred),
    difference: solesOf(accountOf(BigInt(account.accrued), amounts).difference),
    ...partsOf(account, can_edit, said),
    submissions: submissionsOf(row, said),
    can_edit,
    can_review: false,
    reopens: false,
    max_documents: MAX_DOCUMENTS,
    max_file_bytes: MAX_FILE_BYTES,
  }
}

function submissionsOf(row: Row<'rendiciones'>, said: Rendicion | undefined): Rendicion['submissions'] {
  if (said && said.submissions.length >= row.round) return said.submissions.slice(0, row.round)
  if (row.round === 0) return []
  const { round, receipt, presented_at } = row
  return [{ round, receipt, sha256: '', presented_at, presented_by: '' }]
}

function partsOf(
  account: Account,
  can_edit: boolean,
  said: Rendicion | undefined,
): Pick<Rendicion, 'amounts' | 'kinds' | 'documents' | 'observations'> {
  const open = openIn(account)
  const needed = missingKinds(account.required, [], account.lines.devuelto?.amount ?? 0)
  const amountOf = (line: Line) => {
    const amount = account.lines[line]?.amount ?? 0
    return { line, amount: amount === 0 ? null : soles(amount), open: can_edit && open.lines.has(line) }
  }
  return {
    amounts: LINES.map(amountOf),
    kinds: DOCUMENTS.map((kind) => ({
      kind,
      required: needed.includes(kind),
      open: can_edit && open.kinds.has(kind),
    })),
    documents: (account.documents as Row<'rendicion_documents'>[]).map((d) => ({
      uploaded_by: '',
      sent_name: '',
      scan: '' as const,
      quarantine: '',
      released_by: '',
      released_at: '',
      release_reason: '',
      ...said?.documents.find((known) => known.id === d.id),
      id: d.id,
      kind: d.kind,
      name: d.name,
      sha256: d.sha256,
      size: d.size,
      mime: d.mime,
      uploaded_at: d.uploaded_at,
      superseded_by: d.superseded_by,
      stored_at: d.stored_at,
      refusal: d.refusal || '',
      open: can_edit && isInForce(d) && open.documents.has(d.id),
      fresh: isFreshPaper(account, d),
    })),
    observations: (account.observations as (Remark & Row<'rendicion_observations'>)[]).map((o) => ({
      made_by: '',
      lifted_by: '',
      lifted_at: '',
      ...said?.observations.find((known) => known.id === o.id),
      id: o.id,
      target: o.target,
      item: o.item,
      also: o.also as Line[],
      text: o.text,
      state: o.state,
      round: o.round,
      made_at: o.made_at,
      answer: o.answer,
      touched: isTouched(account, o),
      answer_presented: o.presented_answer,
    })),
  }
}

/** The rendiciones that this device has, what is to be done first. */
export async function rendicionesHere(today: Day): Promise<Schemas['RendicionItem'][]> {
  const rows = await all('rendiciones')
  const shown = await Promise.all(rows.map((r) => accountOfWork(r.intervention, today, undefined)))
  const items = shown.flatMap((s) => (s ? [itemOf(s, today)] : []))
  const key = (i: Schemas['RendicionItem']) => (i.correction ?? i.deadline).due_on
  const waits = (i: Schemas['RendicionItem']) => i.state === 'pendiente' || i.state === 'observada'
  return items.sort((a, b) => Number(waits(b)) - Number(waits(a)) || key(a).localeCompare(key(b)))
}

function itemOf({ data, account, rendicion }: Shown, today: Day): Schemas['RendicionItem'] {
  const { work, state, deadline, correction, presented_on, round } = data
  return {
    ...{ work, state, deadline, correction, presented_on, round },
    presented_at: rendicion.presented_at,
    late: (presented_on || today) > deadline.due_on,
    open_observations: account.observations.filter((o) => isToAnswer(o.state)).length,
    reopens: state === 'conforme' && account.accrued !== account.transferred,
  }
}
