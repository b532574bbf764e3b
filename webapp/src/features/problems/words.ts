/** Words of rows that raw SQL changed. */
import { isDay } from '../../domain/day'
import { isMadeHere } from '../../domain/records'
import { m } from '../../i18n'
import { fieldValue, fieldWord } from '../../i18n/fields'
import { dayFull } from '../../i18n/format'
import { interventionState, markWord, visitKind } from '../../i18n/labels'
import { recordWhat } from '../../i18n/records'
import type { Schemas } from '../../state/api'

export type OutsideChange = Schemas['OutsideChange']
export type ProblemRow = Schemas['ProblemRow']

const KINDS: Record<OutsideChange['kind'], () => string> = {
  changed: m.outside_changed,
  created: m.outside_created,
  deleted: m.outside_deleted,
  passing: m.outside_passing,
  unseen: m.outside_unseen,
}

export const rowWord = (kind: string): string => (isMadeHere(kind) ? recordWhat(kind) : m.row_kind({ kind }))
export const rowField = (field: string): string => {
  const word = m.row_field({ field })
  return word === field ? fieldWord(field) : word
}
export const outsideKind = (kind: OutsideChange['kind']): string => KINDS[kind]()

/** A choice in words; those that need no more than a capital and spaces have none of their own. */
export function choiceWord(code: string): string {
  const word = [m.choice({ code }), visitKind(code), interventionState(code)].find((w) => w !== code)
  if (word) return word
  const plain = code.replaceAll('_', ' ')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** A row by its kind, what tells it from others of the kind, and its work. */
export function rowName(row: ProblemRow): string {
  const kind = rowWord(row.collection)
  const name = row.which ? m.wrong_which({ kind, which: isDay(row.which) ? dayFull(row.which) : row.which }) : kind
  return row.work ? `${name}: ${row.work}` : name
}

/** A value in words: of a sheet's marks how many there are of each, not whose. */
export function valueWord(field: string, value: unknown): string {
  if (field !== 'marks' || typeof value !== 'object' || value === null) return fieldValue('', value)
  const counts = new Map<string, number>()
  for (const mark of Object.values(value)) counts.set(String(mark), (counts.get(String(mark)) ?? 0) + 1)
  return [...counts].map(([mark, count]) => `${markWord(mark)}: ${count}`).join(' · ') || m.value_empty()
}
