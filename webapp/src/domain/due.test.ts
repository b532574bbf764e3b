import { describe, expect, it } from 'vitest'
import { DEFAULT_SHEET_DAYS, missingSheets, parameterOn, rendicionDue, sheetDays } from './due'

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
    expect(rendicionDue('2026-11-20', 15)).toBe('2026-12-11')
    expect(rendicionDue('2026-11-20', undefined)).toBeNull()
  })
})
