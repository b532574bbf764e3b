import { describe, expect, test } from 'vitest'
import { ALL_LINES, jobsOfOtherYears, linesBySide, linesPath } from './figures'

describe('what an AO is made of', () => {
  const jobs = { id: 'jobs', physical: '22', financial: '0.00' }
  const money = { id: 'money', physical: '0', financial: '7664.00' }
  const opening = { id: 'opening', physical: '124', financial: '15733555.03' }
  const none = { id: 'none', physical: '0', financial: '0.00' }

  test('units and soles are never in one list, unless a line has both', () => {
    const { physical, financial } = linesBySide([jobs, money, opening])
    expect(physical).toEqual([jobs, opening])
    expect(financial).toEqual([money, opening])
  })

  test('an intervention without anything yet is still shown', () => {
    expect(linesBySide([none])).toEqual({ physical: [none], financial: [] })
  })
})

test('jobs of another year are those no row of the table has', () => {
  const lines = [
    { funding_year: 2025, executed: '28' },
    { funding_year: 2026, executed: '275' },
    { funding_year: 2026, executed: '74' },
  ]
  expect(jobsOfOtherYears(lines, 2026)).toBe(28)
  expect(jobsOfOtherYears(lines.slice(1), 2026)).toBe(0)
})

test('the address of lines says only what is asked', () => {
  expect(linesPath('2026', 'ao1', ALL_LINES)).toBe('/exercises/2026/aos/ao1')
  expect(linesPath('2026', 'ao1', { unit: 'UT Áncash', words: ' a&b ', order: 'figure', offset: 100 })).toBe(
    '/exercises/2026/aos/ao1?ut_name=UT%20%C3%81ncash&q=a%26b&order=figure&offset=100',
  )
})
