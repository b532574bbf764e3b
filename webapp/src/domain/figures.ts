import { isNonZero } from './decimal'

interface Line {
  /** Decimal strings: units of the activity, and soles. */
  physical: string
  financial: string
}

/**
 * The lines behind an AO's two figures, units apart from soles: each list adds
 * up to its figure. A line with both is in both; one with neither waits for its
 * first unit, among the physical ones.
 */
export function linesBySide<T extends Line>(lines: readonly T[]): { physical: T[]; financial: T[] } {
  return {
    physical: lines.filter((line) => isNonZero(line.physical) || !isNonZero(line.financial)),
    financial: lines.filter((line) => isNonZero(line.financial)),
  }
}

/** Which of the lines behind a figure are wanted. */
export interface LineAsk {
  /** Name of a territorial unit; '' for all. */
  unit: string
  words: string
  order: string
  offset: number
}

export const ALL_LINES: LineAsk = { unit: '', words: '', order: 'unit', offset: 0 }

/** Where the server answers what a figure is made of. */
export function linesPath(year: string, ao: string, ask: LineAsk): string {
  const asked = Object.entries({
    ut_name: ask.unit,
    q: ask.words.trim(),
    order: ask.order === 'unit' ? '' : ask.order,
    offset: ask.offset > 0 ? String(ask.offset) : '',
  }).flatMap(([key, value]) => (value === '' ? [] : [`${key}=${encodeURIComponent(value)}`]))
  return `/exercises/${year}/aos/${ao}${asked.length > 0 ? `?${asked.join('&')}` : ''}`
}

/** Jobs paid with another year's money: in the indicator, but of no AO of this exercise. */
export function jobsOfOtherYears(lines: readonly { funding_year: number; executed: string }[], year: number): number {
  return lines.filter((line) => line.funding_year !== year).reduce((sum, line) => sum + Number(line.executed), 0)
}
