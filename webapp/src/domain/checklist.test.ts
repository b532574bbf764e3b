import { describe, expect, it } from 'vitest'
import { checklistFor } from './checklist'

const version = (n: number, valid_from: string, key = 'visita_aii') => ({
  id: `${key}${n}`,
  key,
  version: n,
  title: 'Visita',
  items: [],
  valid_from,
})
const list = [version(1, '2020-01-01'), version(2, '2027-01-01'), version(9, '2020-01-01', 'visita_ut')]

describe('the checklist of a visit', () => {
  it('is the newest in force on the day of the visit, of its own key', () => {
    expect(checklistFor(list, {}, '2026-12-31')?.version).toBe(1)
    expect(checklistFor(list, {}, '2027-01-01')?.version).toBe(2)
    expect(checklistFor(list, {}, '2019-12-31')).toBeNull()
  })
  it('stays the one the visit was begun with', () => {
    expect(checklistFor(list, { key: 'visita_aii', version: 1 }, '2027-01-02')?.version).toBe(1)
    expect(checklistFor(list, { key: 'visita_aii', version: 7 }, '2027-01-02')?.version).toBe(2)
  })
})
