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

/** Jobs paid with another year's money: in the indicator, but of no AO of this exercise. */
export function jobsOfOtherYears(lines: readonly { funding_year: number; executed: string }[], year: number): number {
  return lines.filter((line) => line.funding_year !== year).reduce((sum, line) => sum + Number(line.executed), 0)
}
