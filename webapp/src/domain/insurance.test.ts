import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { coveredOn, coverageReader, isFresh, type InsuredFacts, type PolicyFacts } from './insurance'

interface Case {
  name: string
  input: { day: string; dni: string; policies: PolicyFacts[]; insured_persons: InsuredFacts[] }
  expect: string
}
const path = new URL('../../../testdata/rules/insurance.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[]

describe('coverage on a day: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => {
    const covered = coveredOn(input.day, input.policies, input.insured_persons).has(input.dni)
    expect(covered ? 'cubierto' : 'sin_cobertura').toBe(wanted)
  })
})

describe('what a phone may not vouch for', () => {
  const policy = { id: 'p1', state: 'emitida', valid_from: '2026-11-01', valid_to: '2026-11-30' }
  const named = { insurance_policy: 'p1', dni: '99000001', from_on: '2026-11-01', to_on: '' }

  it('old data prove neither cover nor its absence', () => {
    const read = coverageReader('2026-11-15', [policy], [named], false)
    expect([read('99000001'), read('99000002')]).toEqual(['por_confirmar', 'por_confirmar'])
  })
  it('a name whose policy is not on the phone is to be confirmed', () => {
    expect(coverageReader('2026-11-15', [], [named], true)('99000001')).toBe('por_confirmar')
  })
  it('fresh data without any policy are a no, not a doubt', () => {
    expect(coverageReader('2026-11-15', [], [], true)('99000001')).toBe('sin_cobertura')
  })
  it('24 hours are fresh, one millisecond more is not, and never is not', () => {
    const now = Date.parse('2026-11-23T15:00:00Z')
    expect(isFresh(now - 24 * 3_600_000, now)).toBe(true)
    expect(isFresh(now - 24 * 3_600_000 - 1, now)).toBe(false)
    expect(isFresh(0, now)).toBe(false)
  })
})
