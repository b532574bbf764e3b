import { group, isNonZero, percent } from '../../domain/decimal'
import { m } from '../../i18n'
import type { Schemas } from '../../state/api'

export type AoRow = Schemas['AoRow']
export type Gauge = Schemas['Gauge']

export const unitWord = (unit: AoRow['unit_measure']): string => m.choice({ code: unit })
export const frameWord = (frame: string): string => m.choice({ code: frame === 'ley_31728' ? 'ley_31728' : 'ordinary' })
/** How a figure is counted, in words. */
export const ruleWord = (rule: string): string => m.rule_of({ rule })
export const soles = (amount: string): string => `S/\u00a0${group(amount)}`

/** A number as people read it; what the exercise does not hold is no zero. */
export const held = (value: string, show: (value: string) => string): string =>
  value === '' ? m.no_data() : show(value)

/** Whether an AO counts in the totals: approved follow-up and an annual physical target (Cuadro 1, note 1). */
export const inCuadro1 = (ao: AoRow): boolean => ao.followup_approved && isNonZero(ao.physical.target)

/** A cell of a report's table as people read it. Percentages keep the decimals they come with. */
export function cellWord(value: string, kind: Schemas['FiguresTable']['columns'][number]['kind']): string {
  if (!/\d/.test(value) || kind === 'word') return value // "sin dato"
  if (kind === 'percent') return `${group(value)}\u00a0%`
  return group(value)
}

/** True when a figure holds a balance taken from the report, not from rows. */
export function hasOpening(gauge: Gauge): boolean {
  return isNonZero(gauge.opening)
}

/** A gap in percentage points: "+3.4 puntos". */
export function gapWord(gap: string): string {
  if (gap === '') return '—'
  const points = percent(gap).replace(' %', '')
  return `${points.startsWith('-') || points === '0.0' ? '' : '+'}${m.points({ points })}`
}

/** Which gauges differ between two boards, as `<key>:physical` and `<key>:financial`. */
export function changedCells(now: readonly AoRow[], before: readonly AoRow[]): Set<string> {
  const old = new Map(before.map((row) => [row.id, row]))
  const out = new Set<string>()
  for (const row of now) {
    const was = old.get(row.id)
    if (!was) continue
    for (const side of ['physical', 'financial'] as const) {
      if (was[side].executed !== row[side].executed || was[side].percent !== row[side].percent)
        out.add(`${row.key}:${side}`)
    }
  }
  return out
}
