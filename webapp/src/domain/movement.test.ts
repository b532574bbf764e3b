import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isAdult, judgeMovement, moved, type Known, type Movement } from './movement'

interface Case {
  name: string
  input: { movement: Partial<Movement> } & Known
  expect: { fault: string; elsewhere?: boolean }
}
const cases = JSON.parse(
  readFileSync(new URL('../../../testdata/rules/movements.json', import.meta.url), 'utf8'),
) as Case[]

describe('what a phone may say of its roster', () => {
  test.each(cases)('$name', ({ input: { movement, ...known }, expect: want }) => {
    const m: Movement = { kind: 'baja', work: '', leaver: '', last: '', first: '', cupo: '', dni: '', ...movement }
    const { objection, elsewhere } = judgeMovement(m, known)
    expect([objection ? `${objection.code}@${objection.field}` : '', elsewhere]).toEqual([
      want.fault,
      want.elsewhere ?? false,
    ])
  })
})

test('of age on the birthday, not the day before', () => {
  expect(isAdult('2008-11-20', '2026-11-20')).toBe(true)
  expect(isAdult('2008-11-21', '2026-11-20')).toBe(false)
  expect(isAdult('2008-02-29', '2026-02-28')).toBe(false)
  expect(isAdult('2008-02-29', '2026-03-01')).toBe(true)
})

test('a reemplazo on its way gives the cupo to who comes, and is done once', () => {
  const p = { id: 'p', data: { cupo: 'c', baja_on: '' } }
  const rows = new Map([['p', p]])
  const data = {
    kind: 'reemplazo',
    intervention: 'w',
    replaces: 'p',
    leaves_on: '2026-11-19',
    effective_on: '2026-11-20',
    dni: '99000009',
  }
  const { leaves, comes } = moved(rows, 'm', data)
  expect(leaves).toEqual({ row: p, baja_on: '2026-11-19' })
  expect(comes).toMatchObject({ intervention: 'w', cupo: 'c', dni: '99000009', alta_on: '2026-11-20', baja_on: '' })
  expect(moved(new Map([...rows, ['m', p]]), 'm', data).comes).toBeUndefined()
})
