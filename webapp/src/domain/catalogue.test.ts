import { describe, expect, it } from 'vitest'
import { lineOn, linesBy, placeOf, readValue, weekdayRun, yearsOf } from './catalogue'

const value = (name: string, valid_from: string, valid_to?: string) => ({
  name,
  valid_from,
  ...(valid_to === undefined ? {} : { valid_to }),
})
const names = (list: readonly { name: string }[]) => list.map((v) => v.name)

describe('a line of dated values', () => {
  const line = [
    value('third', '2027-06-01'),
    value('first', '2020-01-01', '2026-12-31'),
    value('second', '2027-01-01', '2027-05-31'),
  ]
  it('has one in force, what was newest first and what comes soonest first', () => {
    expect(lineOn(line, '2026-12-31')).toMatchObject({ now: { name: 'first' } })
    expect(names(lineOn(line, '2026-12-31').future)).toEqual(['second', 'third'])
    expect(lineOn(line, '2027-01-01').now?.name).toBe('second')
    expect(names(lineOn(line, '2027-06-01').past)).toEqual(['second', 'first'])
    expect(lineOn(line, '2027-06-01').future).toEqual([])
  })
  it('may have none: before its beginning, or once all of it ended', () => {
    expect(lineOn(line, '2019-12-31').now).toBeUndefined()
    expect(lineOn([value('only', '2000-01-01', '2014-12-31')], '2026-01-01')).toMatchObject({
      now: undefined,
      past: [{ name: 'only' }],
    })
  })
  it('of two in force the newest answers, and the other is not lost', () => {
    const two = [value('old', '2020-01-01'), value('new', '2026-01-01')]
    expect(lineOn(two, '2026-01-01').now?.name).toBe('new')
    expect(names(lineOn(two, '2026-01-01').past)).toEqual(['old'])
  })
  it('a new value ends the one in force on its first day and gives way to the next', () => {
    expect(placeOf(line, '2027-03-01')).toMatchObject({
      taken: false,
      before: { name: 'second' },
      next: { name: 'third' },
    })
    expect(placeOf(line, '2027-06-01').taken).toBe(true)
    expect(placeOf(line, '2028-01-01')).toMatchObject({ taken: false, before: { name: 'third' }, next: undefined })
  })
})

it('values are put together by line, the order kept', () => {
  const by = linesBy(['b1', 'a1', 'b2'], (v) => v.charAt(0))
  expect([...by.entries()]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ])
})

it('the years with holidays, and this one though it has none', () => {
  expect(yearsOf(['2026-01-01', '2025-12-25', '2026-12-25'], '2027-03-04')).toEqual(['2027', '2026', '2025'])
})

it('weekdays in a row are said as one', () => {
  expect(weekdayRun([1, 2, 3, 4, 5, 6])).toEqual({ from: 1, to: 6 })
  expect(weekdayRun([6, 0, 5])).toEqual({ from: 5, to: 0 })
  expect(weekdayRun([1, 3, 5])).toBeNull()
  expect(weekdayRun([1, 2])).toBeNull()
  expect(weekdayRun([0, 1, 2])).toBeNull()
  expect(weekdayRun([])).toBeNull()
})

describe('a new value of a parameter', () => {
  const written = { text: '', pick: '', days: [] }
  it.each([
    ['15', 15, ''],
    [' 365 ', 365, ''],
    ['0', undefined, 'range'],
    ['366', undefined, 'range'],
    ['', undefined, 'empty'],
    ['-3', undefined, 'number'],
    ['15.5', undefined, 'number'],
    ['quince', undefined, 'number'],
  ])('a whole number: %j', (text, value, problem) => {
    expect(readValue({ kind: 'int', min: 1, max: 365 }, { ...written, text })).toEqual(
      value === undefined ? { problem } : { value, problem },
    )
  })
  it.each([
    ['S/ 123,585,000.00', 12358500000, ''],
    ['0.29', 29, ''],
    ['1,234', undefined, 'ambiguous'],
    ['-1', undefined, 'negative'],
    ['1000000000.01', undefined, 'range'],
    ['', undefined, 'empty'],
  ])('money as people type it, in céntimos: %j', (text, value, problem) => {
    expect(readValue({ kind: 'money', max: 100_000_000_000 }, { ...written, text })).toEqual(
      value === undefined ? { problem } : { value, problem },
    )
  })
  it('yes or no and choices are not taken for granted', () => {
    expect(readValue({ kind: 'bool' }, written)).toEqual({ problem: 'empty' })
    expect(readValue({ kind: 'bool' }, { ...written, pick: 'false' })).toEqual({ value: false, problem: '' })
    expect(readValue({ kind: 'choice' }, written)).toEqual({ problem: 'empty' })
  })
  it('weekdays come in order', () => {
    expect(readValue({ kind: 'weekdays' }, { ...written, days: [6, 1] })).toEqual({ value: [1, 6], problem: '' })
    expect(readValue({ kind: 'weekdays' }, written)).toEqual({ problem: 'empty' })
  })
})
