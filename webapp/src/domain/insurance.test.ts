import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import {
  coverageOn,
  coverageReader,
  isFresh,
  seenAs,
  type CertificateFacts,
  type Cover,
  type InsuredFacts,
  type PolicyFacts,
} from './insurance'

interface Case {
  name: string
  input: {
    day: string
    today?: string
    dni: string
    policies: PolicyFacts[]
    insured_persons: InsuredFacts[]
    insurance_certificates?: CertificateFacts[]
  }
  expect: Cover['status']
  late?: number
  since?: string
  issued?: string
}
const path = new URL('../../../testdata/rules/insurance.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[]

describe('coverage on a day: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: status, late = 0, since = '', issued = '' }) => {
    const { day, today = day, policies, insured_persons, insurance_certificates } = input
    const told = coverageOn(day, today, policies, insured_persons, insurance_certificates).get(input.dni)
    expect(told ?? { status: 'sin_cobertura', late: 0, since: '', issued: '' }).toEqual({ status, late, since, issued })
  })
})

describe('what a phone may not vouch for', () => {
  const policy = { id: 'p1', state: 'emitida', valid_from: '2026-11-01', valid_to: '2026-11-30' }
  const named = { insurance_policy: 'p1', dni: '99000001', from_on: '2026-11-01', to_on: '' }

  it('old data prove neither cover nor its absence', () => {
    const read = coverageReader('2026-11-15', '2026-11-15', [policy], [named], false)
    expect([read('99000001').status, read('99000002').status]).toEqual(['por_confirmar', 'por_confirmar'])
  })
  it('a name whose policy is not on the phone is to be confirmed', () => {
    expect(coverageReader('2026-11-15', '2026-11-15', [], [named], true)('99000001').status).toBe('por_confirmar')
  })
  it('fresh data without any policy are a no, not a doubt', () => {
    expect(coverageReader('2026-11-15', '2026-11-15', [], [], true)('99000001').status).toBe('sin_cobertura')
  })
  it('what a mark keeps is what could be told that day', () => {
    expect(
      (['cubierto', 'acreditada_despues', 'sin_dato', 'sin_cobertura', 'por_confirmar'] as const).map(seenAs),
    ).toEqual(['cubierto', 'sin_cobertura', 'por_confirmar', 'sin_cobertura', 'por_confirmar'])
  })
  it('24 hours are fresh, one millisecond more is not, and never is not', () => {
    const now = Date.parse('2026-11-23T15:00:00Z')
    expect(isFresh(now - 24 * 3_600_000, now)).toBe(true)
    expect(isFresh(now - 24 * 3_600_000 - 1, now)).toBe(false)
    expect(isFresh(0, now)).toBe(false)
  })
})
