/**
 * Who comes to a roster, who leaves it, and who is replaced: what a phone may say of
 * that, on what it holds. Pure. The same rules run on the server
 * (internal/domain/roster); both pass testdata/rules/movements.json.
 */
import type { Day } from './day'

export const ALTA = 'alta'
export const BAJA = 'baja'
export const REEMPLAZO = 'reemplazo'
export type MovementKind = typeof ALTA | typeof BAJA | typeof REEMPLAZO
export const MOVEMENT_KINDS: readonly MovementKind[] = [BAJA, ALTA, REEMPLAZO]

/** Years of age of who comes to a roster. */
const ADULT = 18

/** What each kind must say; of the others it says nothing. */
export const SAID: Record<MovementKind, readonly string[]> = {
  baja: ['participant', 'reason'],
  alta: ['cupo', 'dni', 'given_names', 'surnames', 'sex', 'birth_date'],
  reemplazo: ['replaces', 'leaves_on', 'reason', 'dni', 'given_names', 'surnames', 'sex', 'birth_date'],
}
/** All that only some kinds say, in the order of their faults. */
export const OPTIONAL = [
  'participant',
  'replaces',
  'cupo',
  'leaves_on',
  'reason',
  'dni',
  'given_names',
  'surnames',
  'sex',
  'birth_date',
] as const
export const MIN_MOTIVE = 5

export const isMovementKind = (kind: unknown): kind is MovementKind => MOVEMENT_KINDS.includes(kind as MovementKind)

/** Whether somebody is an adult on a day. */
export const isAdult = (born: Day, on: Day): boolean =>
  `${String(Number(born.slice(0, 4)) + ADULT)}${born.slice(4)}` <= on

/** One person's time on one cupo. */
export interface Stay {
  id: string
  work: string
  cupo: string
  dni: string
  from: Day
  /** Last day; '' while open. */
  to: Day
  /** A movement that holds says when he leaves. */
  left?: boolean
  /** Nobody works there any more. */
  over?: boolean
  /** The last day on which a sheet or a visit has him present; '' for none. */
  present?: Day
}

export interface Place {
  id: string
  work: string
  void?: boolean
}

/** What a movement says: who leaves does so after `last`, who comes does on `first`. */
export interface Movement {
  kind: MovementKind
  work: string
  leaver: string
  last: Day
  first: Day
  cupo: string
  dni: string
}

/** Why a movement is not taken, or what else is to be known of it. */
export interface Objection {
  code: string
  field: string
  /** The day it speaks of. */
  day?: Day
}

/** A movement as its record says it. */
export function readMovement(text: (field: string) => string): Movement {
  const kind = text('kind') as MovementKind
  const on = text('effective_on')
  return {
    kind,
    work: text('intervention'),
    leaver: kind === BAJA ? text('participant') : kind === REEMPLAZO ? text('replaces') : '',
    last: kind === BAJA ? on : kind === REEMPLAZO ? text('leaves_on') : '',
    first: kind === BAJA ? '' : on,
    cupo: text('cupo'),
    dni: text('dni'),
  }
}

export const leaverField = (kind: MovementKind): string =>
  kind === BAJA ? 'participant' : kind === REEMPLAZO ? 'replaces' : ''

/** He is there on a day or after it. */
export const reaches = ({ to }: Pick<Stay, 'to'>, day: Day): boolean => to === '' || to >= day

export function leave(m: Movement, s: Stay): Objection | undefined {
  const on = m.kind === REEMPLAZO ? 'leaves_on' : 'effective_on'
  if (m.last < s.from) return { code: 'dates_out_of_order', field: on, day: s.from }
  if (s.to !== '' && (s.left === true || m.last >= s.to))
    return { code: 'person_left', field: leaverField(m.kind), day: s.to }
  if (m.kind !== BAJA && s.dni === m.dni) return { code: 'person_on_roster', field: 'dni', day: s.from }
  if ((s.present ?? '') > m.last) return { code: 'worked_after', field: on, day: s.present }
  return undefined
}

/**
 * @param holders the stays on the cupo, once who leaves by the same movement has left
 * @param his those of who comes, in every work that is known here
 */
export function come(
  m: Movement,
  place: Place,
  holders: readonly Stay[],
  his: readonly Stay[],
): { objection?: Objection; elsewhere: boolean } {
  const field = leaverField(m.kind) || 'cupo'
  const refused = (code: string, at: string, day?: Day) => ({ objection: { code, field: at, day }, elsewhere: false })
  if (place.work !== m.work) return refused('reference_foreign', field)
  if (place.void) return refused('cupo_void', field)
  const taken = holders.find((h) => reaches(h, m.first))
  if (taken) return refused('cupo_taken', field, taken.from)
  const there = his.filter((s) => reaches(s, m.first))
  const here = there.find((s) => s.work === m.work)
  if (here) return refused('person_on_roster', 'dni', here.from)
  return { elsewhere: there.some((s) => !s.over) }
}

/** What is known where a movement is written. */
export interface Known {
  stays: readonly Stay[]
  places: readonly Place[]
}

/** The first objection to a movement, on what is known; and whether who comes is on another work's roster. */
export function judgeMovement(m: Movement, { stays, places }: Known): { objection?: Objection; elsewhere: boolean } {
  const stay = stays.find((s) => s.id === m.leaver)
  if (m.kind !== ALTA) {
    if (!stay) return { objection: { code: 'parent_not_found', field: leaverField(m.kind) }, elsewhere: false }
    const objection = leave(m, stay)
    if (objection) return { objection, elsewhere: false }
  }
  if (m.kind === BAJA) return { elsewhere: false }
  const cupo = stay?.cupo ?? m.cupo
  const place = places.find((p) => p.id === cupo)
  if (!place) return { objection: { code: 'reference_missing', field: 'cupo' }, elsewhere: false }
  const now = stays.map((s) => (s.id === m.leaver ? { ...s, to: m.last } : s))
  return come(
    m,
    place,
    now.filter((s) => s.cupo === cupo),
    now.filter((s) => s.dni === m.dni),
  )
}

/** A row of the roster, as far as movements change it. */
interface RosterRow {
  id: string
  data: Record<string, unknown>
}

/**
 * What a movement that is on its way does to the rows of a roster: the last day of who
 * leaves, and a row for who comes, which has the movement's id there as here.
 */
export function moved<R extends RosterRow>(
  rows: ReadonlyMap<string, R>,
  id: string,
  data: Record<string, unknown>,
): { leaves?: { row: R; baja_on: Day }; comes?: Record<string, unknown> } {
  const text = (field: string): string => (typeof data[field] === 'string' ? data[field] : '')
  const m = readMovement(text)
  const leaver = rows.get(m.leaver)
  const comes = m.kind === BAJA || rows.has(id) ? undefined : whoComes(m, text, leaver?.data['cupo'] ?? m.cupo)
  return { ...(leaver ? { leaves: { row: leaver, baja_on: m.last } } : {}), ...(comes ? { comes } : {}) }
}

function whoComes(m: Movement, text: (field: string) => string, cupo: unknown): Record<string, unknown> {
  const said = Object.fromEntries(['dni', 'given_names', 'surnames', 'sex'].map((field) => [field, text(field)]))
  return { intervention: m.work, cupo, ...said, alta_on: m.first, baja_on: '' }
}
