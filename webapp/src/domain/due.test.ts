import { describe, expect, it } from 'vitest'
import { Calendar } from './calendar'
import { DEFAULT_SHEET_DAYS, dueOf, missingSheets, parameterOn, rendicionDue, sheetDays } from './due'

const parameter = (value: unknown, valid_from: string, valid_to = '') => ({
  id: valid_from,
  key: 'k',
  value,
  valid_from,
  valid_to,
})

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
  it('the rendición is due so many working days after the end', () => {
    const calendar = new Calendar(['2026-12-08', '2026-12-09'])
    expect(rendicionDue('2026-11-20', 15, calendar)).toBe('2026-12-15')
    expect(rendicionDue('2026-11-20', 15, new Calendar([]))).toBe('2026-12-11')
    expect(rendicionDue('2026-11-20', undefined, calendar)).toBeNull()
  })
})

describe('what an executor has to do first', () => {
  const finding = (id: string, due_on: string, state = 'abierto') => ({
    id,
    visit: 'v',
    intervention: 'i',
    severity: 'leve',
    description: 'El botiquín está incompleto',
    corrective_measure: '',
    responsible: '',
    due_on,
    state,
  })
  const work = {
    intervention: { id: 'i', state: 'en_ejecucion', ends_on: '2026-11-30' },
    uncovered: 0,
    missing: [] as string[],
    findings: [] as ReturnType<typeof finding>[],
    rendicion_due: '2026-12-21',
  }
  const kinds = (w: typeof work) => dueOf([w], '2026-11-23').map((due) => due.kind)

  it('an open finding stands among the dates by its own', () => {
    expect(kinds({ ...work, findings: [finding('a', '2026-11-26')] })).toEqual(['finding', 'ends', 'rendicion'])
    expect(kinds({ ...work, findings: [finding('a', '2026-12-05')] })).toEqual(['ends', 'finding', 'rendicion'])
  })

  it('a finding that is lifted, or has no date, is not due', () => {
    const findings = [finding('a', '2026-11-26', 'levantado'), finding('b', '')]
    expect(kinds({ ...work, findings })).toEqual(['ends', 'rendicion'])
  })

  it('what is due now comes before any date, late findings too; every line has its own key', () => {
    const findings = [finding('a', '2026-11-20'), finding('b', '2026-11-20')]
    const all = dueOf([{ ...work, uncovered: 2, missing: ['2026-11-21'], findings }], '2026-11-23')
    expect(all.map((due) => due.kind)).toEqual(['cover', 'sheets', 'finding', 'finding', 'ends', 'rendicion'])
    expect(new Set(all.map((due) => due.key)).size).toBe(6)
  })
})
