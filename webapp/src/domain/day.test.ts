import { describe, expect, it } from 'vitest'
import { addDays, businessToday, daysBetween, isDay, limaDay, limaIso, weekday } from './day'

describe('civil days in Lima', () => {
  it('knows real days', () => {
    expect(['2026-02-28', '2024-02-29'].every(isDay)).toBe(true)
    expect(['2026-02-29', '2026-13-01', '2026-1-1', '', '2026-11-23T00:00'].some(isDay)).toBe(false)
  })
  it('midnight in Lima is five in the morning in UTC', () => {
    expect(limaDay(Date.parse('2026-11-23T04:59:59Z'))).toBe('2026-11-22')
    expect(limaDay(Date.parse('2026-11-23T05:00:00Z'))).toBe('2026-11-23')
    expect(limaIso(Date.parse('2026-11-23T04:59:59Z'))).toBe('2026-11-22T23:59:59-05:00')
  })
  it('counts over months, years and leap days', () => {
    expect(addDays('2023-12-31', 1)).toBe('2024-01-01')
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29')
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
    expect(weekday('2026-11-23')).toBe(1)
    expect(weekday('1969-12-28')).toBe(0)
  })
})

describe('today without a server', () => {
  const clock = {
    business_date: '2026-11-23',
    server_ms: Date.parse('2026-11-23T15:00:00Z'),
    offset_ms: 0,
  }
  const at = (iso: string) => Date.parse(iso)

  it('moves on by the days that passed', () => {
    expect(businessToday(clock, at('2026-11-24T04:00:00Z'))).toBe('2026-11-23')
    expect(businessToday(clock, at('2026-11-24T05:00:00Z'))).toBe('2026-11-24')
    expect(businessToday(clock, at('2026-11-30T15:00:00Z'))).toBe('2026-11-30')
  })
  it('is the server\u2019s day though the phone is two days ahead', () => {
    const ahead = { ...clock, offset_ms: -2 * 86_400_000 }
    expect(businessToday(ahead, at('2026-11-25T16:00:00Z'))).toBe('2026-11-23')
    expect(businessToday(ahead, at('2026-11-26T16:00:00Z'))).toBe('2026-11-24')
  })
  it('never goes back when the phone\u2019s clock is set back', () => {
    expect(businessToday(clock, at('2026-11-20T15:00:00Z'))).toBe('2026-11-23')
  })
  it('keeps to a business date that is not the calendar\u2019s', () => {
    expect(businessToday({ ...clock, business_date: '2027-01-05' }, at('2026-11-24T15:00:00Z'))).toBe('2027-01-06')
  })
  it('before the first contact is the phone\u2019s own day', () => {
    expect(businessToday(null, at('2026-11-23T04:00:00Z'))).toBe('2026-11-22')
  })
})
