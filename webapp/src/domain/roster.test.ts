import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { isActiveOn, matches, rosterOn } from './roster'
import type { Cupo, Participant } from './rows'

interface Case {
  name: string
  input: {
    day: string
    participant: Pick<Participant, 'alta_on' | 'baja_on'>
    cupo: Pick<Cupo, 'state'>
  }
  expect: boolean
}
const path = new URL('../../../testdata/rules/roster.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[]

describe('on the roster on a day: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => {
    expect(isActiveOn(input.participant, input.cupo, input.day)).toBe(wanted)
  })
})

const person = (id: string, surnames: string, cupo: string): Participant => ({
  id,
  intervention: 'i',
  cupo,
  dni: '9900' + id.padStart(4, '0'),
  given_names: 'Rosa María',
  surnames,
  sex: 'F',
  alta_on: '2026-11-01',
  baja_on: '',
})

describe('the roster as shown', () => {
  const cupos: Cupo[] = [
    { id: 'c1', intervention: 'i', number: 12, state: 'activo' },
    { id: 'c2', intervention: 'i', number: 3, state: 'anulado' },
  ]
  it('is by surname, with the number of the cupo, without void cupos', () => {
    const shown = rosterOn(
      [person('1', 'Zárate', 'c1'), person('2', 'Ñahui', 'c1'), person('3', 'Alca', 'c2')],
      cupos,
      '2026-11-02',
    )
    expect(shown.map((w) => [w.surnames, w.cupo_number])).toEqual([
      ['Ñahui', 12],
      ['Zárate', 12],
    ])
  })
  it('is searched as people type: no accents, any words, last digits, cupo', () => {
    const worker = { given_names: 'Rosa María', surnames: 'Ñahui Pérez', dni: '99004321', cupo_number: 12 }
    expect(matches('maria ñahui', worker)).toBe(true)
    expect(matches('PEREZ rosa', worker)).toBe(true)
    expect(matches('4321', worker)).toBe(true)
    expect(matches('12', worker)).toBe(true)
    expect(matches('99', worker)).toBe(false)
    expect(matches('rosa quispe', worker)).toBe(false)
    expect(matches('  ', worker)).toBe(true)
  })
  it.each([
    ['composed or not', 'N\u0303ahui', 'Ñahui'],
    ['the other way', 'Ñahui', 'N\u0303ahui'],
    ['a blank that does not break', 'Rosa\u00a0María', 'Rosa María'],
    ['marks nobody sees in the query', '\u200eRosa\u200b', 'Rosa'],
    ['and in the name', 'Quispe', 'Quis\u00adpe\u200f'],
    ['apostrophes of a phone', 'D’Ávila', "D'Avila"],
    ['none typed', 'davila', 'D´Ávila'],
    ['full width', 'Ｒｏｓａ', 'Rosa'],
    ['another order', 'quispe rosa', 'Rosa Quispe'],
    ['letters with marks of other languages', 'Čakí', 'Caki'],
  ])('is found however it is written: %s', (_, query, surnames) => {
    expect(matches(query, { given_names: '', surnames, dni: '99004321', cupo_number: 12 })).toBe(true)
  })
  it('digits too', () => {
    const worker = { given_names: 'Rosa', surnames: 'Puma', dni: '99004321', cupo_number: 12 }
    expect(matches('\u200e4321\u00a0', worker)).toBe(true)
  })
})
