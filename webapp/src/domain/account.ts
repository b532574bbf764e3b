/**
 * What of a rendición is open to its executor, told from its rows alone: the same rules
 * as internal/app/rendicion_read.go and internal/domain/rendicion/state.go; both pass
 * testdata/rules/rendicion_open.json.
 */
import { LINES, type Line } from './rendicion'
import { isToAnswer, isRendered } from './states'

/** The documents of the checklist, in its order. */
export const DOCUMENTS = [
  'oficio',
  'informe_rt',
  'informe_ia',
  'acta_inicio',
  'acta_termino',
  'cuaderno_asistencia',
  'planilla_pago',
  'padron_movimientos',
  'polizas_constancias',
  'comprobantes',
  'reportes_siaf',
  'movimiento_bancario',
  'fotos',
  'voucher_devolucion',
  'constancias_participacion',
] as const
export type DocumentKind = (typeof DOCUMENTS)[number]

/** Where no dated parameter says otherwise; as at the server, assumptions. */
export const DEFAULT_REQUIRED: readonly string[] = [
  'oficio',
  'informe_rt',
  'acta_termino',
  'planilla_pago',
  'comprobantes',
]
export const DEFAULT_WORKDAYS = { presentation: 15, correction: 10 }
export const MAX_DOCUMENTS = 25
export const MAX_FILE_BYTES = 200 * 2 ** 20

export type AccountState = 'pendiente' | 'presentada' | 'observada' | 'subsanada' | 'conforme'

export interface Paper {
  id: string
  kind: string
  /** '' while in force; its own id: withdrawn. */
  superseded_by: string
  uploaded_at: string
}
export interface Remark {
  id: string
  target: 'line' | 'document' | 'missing'
  item: string
  also: readonly string[]
  state: string
  answer: string
  /** As it was last presented. */
  presented_answer: string
}
/** Céntimos: now, and as they were last presented. */
export interface Stated {
  amount: number
  presented: number
}

export interface Account {
  state: AccountState
  /** How often it was presented, and when last. */
  round: number
  presented_at: string
  /** Céntimos: as the figures count now, and when it was last presented. */
  accrued: number
  transferred: number
  lines: Partial<Record<Line, Stated>>
  /** In the order in which they came. */
  documents: readonly Paper[]
  observations: readonly Remark[]
  required: readonly string[]
}

export interface Open {
  lines: ReadonlySet<string>
  /** Ids of those that may be replaced. */
  documents: ReadonlySet<string>
  /** Kinds that may be added. */
  kinds: ReadonlySet<string>
}

const WORKS: Record<string, AccountState> = {
  terminada: 'pendiente',
  rc_presentada: 'presentada',
  rc_observada: 'observada',
  rc_conforme: 'conforme',
}

/** The state of a rendición whose row says nothing more than that it is there; null: nothing is to be rendered. */
export function stateOf(row: AccountState | undefined, work: string): AccountState | null {
  if (row && row !== 'pendiente') return row
  return isRendered(work) ? (WORKS[work] ?? 'conforme') : null
}

const amountOf = (a: Account, line: string): Stated => a.lines[line as Line] ?? { amount: 0, presented: 0 }
export const isInForce = (d: Paper): boolean => d.superseded_by === ''
/** A document of this device, with what it says it takes the place of. */
export interface Own extends Pick<Paper, 'id' | 'superseded_by'> {
  replaces?: string
  sha256: string
  /** Whether the server has still to hear something of it. */
  waiting: boolean
}

/** Which has taken the place of each, once the server has heard what waits on this device. */
export function supersededBy(docs: readonly Own[]): Map<string, string> {
  const gone = (id: string): boolean => docs.some((d) => d.id === id && d.waiting && d.superseded_by === id)
  const took = new Map(docs.filter((d) => d.superseded_by !== d.id).map((d) => [d.replaces ?? '', d.id]))
  const by = new Map(docs.map((d) => [d.id, d.superseded_by || (took.get(d.id) ?? '')]))
  for (const { id, sha256 } of docs) {
    const next = by.get(id) ?? ''
    // What took its place is taken back: it is in force again, unless the same bytes came another way.
    if (next === id || !gone(next)) continue
    if (!docs.some((d) => d.sha256 === sha256 && by.get(d.id) === '')) by.set(id, '')
  }
  return by
}
/** In force, and never presented. */
export const isFreshPaper = (a: Account, d: Paper): boolean =>
  isInForce(d) && (a.round === 0 || d.uploaded_at > a.presented_at)
const wasPresented = (a: Account, d: Paper): boolean => a.round > 0 && d.uploaded_at <= a.presented_at
const isRestated = (a: Account, line: string): boolean =>
  a.round > 0 && amountOf(a, line).amount !== amountOf(a, line).presented

/** A document and those that took its place, one after the other. */
function versions(a: Account, id: string): Paper[] {
  const out: Paper[] = []
  for (let at = id; at !== '' && out.length <= a.documents.length;) {
    const found = a.documents.find((d) => d.id === at)
    if (!found) break
    out.push(found)
    if (found.superseded_by === found.id) break
    at = found.superseded_by
  }
  return out
}

/** The required documents that are not there; money given back needs its voucher. */
export function missingKinds(required: readonly string[], have: readonly string[], returned: number): DocumentKind[] {
  const needed = (kind: string) => required.includes(kind) || (kind === 'voucher_devolucion' && returned > 0)
  return DOCUMENTS.filter((kind) => needed(kind) && !have.includes(kind))
}
export const missingOf = (a: Account): DocumentKind[] =>
  missingKinds(
    a.required,
    a.documents.filter(isInForce).map((d) => d.kind),
    amountOf(a, 'devuelto').amount,
  )

/** Whether the item of an observation is another than what was presented. */
export function isTouched(a: Account, o: Remark): boolean {
  const added = (kind: string) => a.documents.some((d) => d.kind === kind && isFreshPaper(a, d))
  if (o.target === 'line') return isRestated(a, o.item)
  if (o.target === 'missing') return added(o.item)
  const all = versions(a, o.item)
  const was = all.filter((d) => wasPresented(a, d)).at(-1)?.id
  const is = all.find(isInForce)?.id
  // It was taken back: another may have come.
  if (was === undefined && is === undefined && all[0]) return added(all[0].kind)
  return was !== is
}

/** Everything before it was first presented; after that what an open observation names, and what would leave it stuck. */
export function openIn(a: Account): Open {
  if (a.state === 'pendiente')
    return {
      lines: new Set(LINES),
      documents: new Set(a.documents.filter(isInForce).map((d) => d.id)),
      kinds: new Set(DOCUMENTS),
    }
  const [lines, documents, kinds] = [new Set<string>(), new Set<string>(), new Set<string>()]
  if (a.state !== 'observada') return { lines, documents, kinds }
  for (const o of a.observations.filter((o) => isToAnswer(o.state))) {
    if (o.target === 'line') for (const line of [o.item, ...o.also]) lines.add(line)
    if (o.target === 'missing') kinds.add(o.item)
    if (o.target === 'document') {
      documents.add(o.item)
      const last = versions(a, o.item).at(-1)
      if (last && isInForce(last)) documents.add(last.id)
      else if (last) kinds.add(last.kind)
    }
  }
  for (const d of a.documents) if (isFreshPaper(a, d)) documents.add(d.id)
  for (const kind of missingOf(a)) kinds.add(kind)
  for (const line of LINES) if (a.accrued !== a.transferred || isRestated(a, line)) lines.add(line)
  if (lines.has('devuelto')) kinds.add('voucher_devolucion')
  return { lines, documents, kinds }
}

/** Open observations about which nothing was done: neither changed, nor answered with other words than before. */
export const unansweredIn = (a: Account): Remark[] =>
  a.observations.filter(
    (o) => isToAnswer(o.state) && !isTouched(a, o) && ['', o.presented_answer.trim()].includes(o.answer.trim()),
  )
