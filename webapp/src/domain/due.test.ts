import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Calendar } from './calendar'
import type { Finding } from './rows'
import { DEFAULT_SHEET_DAYS, dueOf, missingSheets, owedOf, parameterOn, sheetDays, type Owed } from './due'
import { isOver } from './states'

interface Case {
  name: string
  input: {
    state: string
    ends_on: string
    observed_on: string
    presentation: number
    correction: number
    holidays: string[]
  }
  expect: { what: string; due_on: string }
}
const path = new URL('../../../testdata/rules/rendicion_due.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[]

const parameter = (value: unknown, valid_from: string, valid_to = '') => ({
  id: valid_from,
  key: 'k',
  value,
  valid_from,
  valid_to,
})
const overs = JSON.parse(readFileSync(new URL('../../../testdata/rules/over.json', import.meta.url), 'utf8')) as {
  input: { state: string }
  expect: boolean
}[]

describe('what is due', () => {
  it('a parameter is the newest in force that day', () => {
    const list = [parameter(10, '2026-01-01'), parameter(15, '2026-06-01', '2026-10-31')]
    expect(parameterOn(list, 'k', '2026-05-31')).toBe(10)
    expect(parameterOn(list, 'k', '2026-10-31')).toBe(15)
    expect(parameterOn(list, 'k', '2026-11-01')).toBe(10)
    expect(parameterOn(list, 'k', '2025-12-31')).toBeUndefined()
    expect(parameterOn(list, 'other', '2026-11-01')).toBeUndefined()
  })
  it('a sheet is missing from the start to yesterday, without Sundays', () => {
    const work = { starts_on: '2026-11-19', ends_on: '2027-01-21' }
    expect(missingSheets(work, [{ day: '2026-11-20' }], '2026-11-23', DEFAULT_SHEET_DAYS)).toEqual([
      '2026-11-19',
      '2026-11-21',
    ])
  })
  it('nothing is missing after the end nor before the start', () => {
    const work = { starts_on: '2026-11-19', ends_on: '2026-11-20' }
    expect(missingSheets(work, [], '2026-12-31', DEFAULT_SHEET_DAYS)).toEqual(['2026-11-19', '2026-11-20'])
    expect(missingSheets(work, [], '2026-11-19', DEFAULT_SHEET_DAYS)).toEqual([])
  })
  it('odd parameters fall back to the default', () => {
    expect(sheetDays([1, 2, 3])).toEqual([1, 2, 3])
    expect(sheetDays([7])).toBe(DEFAULT_SHEET_DAYS)
    expect(sheetDays(undefined)).toBe(DEFAULT_SHEET_DAYS)
  })
})

describe('what is owed about a rendición: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => {
    const owed = owedOf(input, input.observed_on, input, new Calendar(input.holidays))
    expect({ what: owed?.what ?? '', due_on: owed?.day ?? '' }).toEqual(wanted)
  })
  it('no date is made up for a parameter that is not held', () => {
    const workdays = { presentation: undefined, correction: undefined }
    expect(owedOf({ state: 'terminada', ends_on: '2026-11-20' }, '', workdays, new Calendar([]))?.day).toBe('')
  })
})

describe('what an executor has to do first', () => {
  const finding = (id: string, due_on: string): Finding => ({
    id,
    visit: 'v',
    intervention: 'i',
    severity: 'leve',
    description: 'El botiquín está incompleto',
    corrective_measure: '',
    responsible: '',
    due_on,
    state: 'abierto',
    state_reason: '',
  })
  const work = {
    intervention: { id: 'i', state: 'en_ejecucion', ends_on: '2026-11-30' },
    uncovered: 0,
    missing: [] as string[],
    open_findings: [] as Finding[],
    owed: { what: 'presentation', day: '2026-12-21' } as Owed | null,
  }
  const kinds = (w: typeof work) => dueOf([w], '2026-11-23').map((due) => due.kind)

  it('an open finding stands among the dates by its own', () => {
    expect(kinds({ ...work, open_findings: [finding('a', '2026-11-26')] })).toEqual(['finding', 'ends', 'presentation'])
    expect(kinds({ ...work, open_findings: [finding('a', '2026-12-05')] })).toEqual(['ends', 'finding', 'presentation'])
  })

  it('a finding that has no date is not due', () => {
    expect(kinds({ ...work, open_findings: [finding('b', '')] })).toEqual(['ends', 'presentation'])
  })

  it('what is due now comes before any date, late findings too; every line has its own key', () => {
    const open_findings = [finding('a', '2026-11-20'), finding('b', '2026-11-20')]
    const all = dueOf([{ ...work, uncovered: 2, missing: ['2026-11-21'], open_findings }], '2026-11-23')
    expect(all.map((due) => due.kind)).toEqual(['cover', 'sheets', 'finding', 'finding', 'ends', 'presentation'])
    expect(new Set(all.map((due) => due.key)).size).toBe(6)
  })

  it('a work that is over alarms nobody: no cover, no sheets, no findings; its rendición stays', () => {
    const late = { ...work, uncovered: 3, missing: ['2026-11-20'], open_findings: [finding('a', '2026-11-20')] }
    for (const { input, expect: over } of overs) {
      const { state } = input
      expect(isOver(state)).toBe(over)
      const due = kinds({ ...late, intervention: { ...work.intervention, state } })
      if (over) expect(due).toEqual(['presentation'])
      else expect(due).toContain('cover')
    }
  })

  it('what is observed is due by its correction, and without a known day it has no line', () => {
    const observed = { ...work, intervention: { ...work.intervention, state: 'rc_observada' } }
    expect(kinds({ ...observed, owed: { what: 'correction', day: '2026-12-04' } })).toEqual(['correction'])
    expect(kinds({ ...observed, owed: { what: 'correction', day: '' } })).toEqual([])
  })
})
