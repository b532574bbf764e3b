import { describe, expect, it } from 'vitest'
import {
  isOpenFinding,
  isOver,
  isRendered,
  isRunning,
  isToAnswer,
  movesFrom,
  moveTo,
  waitsFor,
  wasMade,
  wasPresented,
} from './states'
import { findings, interventions, rendiciones } from './states.gen'

// Written by hand: what a table says is not what it is checked by.
describe('who may do what next', () => {
  it('an open finding is lifted, with a reason, and a lifted one opened again', () => {
    expect(movesFrom(findings, 'abierto', 'record_visits')).toEqual([
      { act: 'levantar', from: 'abierto', to: 'levantado', by: 'record_visits', reason: true },
    ])
    expect(movesFrom(findings, 'levantado', 'record_visits').map((x) => x.act)).toEqual(['reabrir'])
    expect(movesFrom(findings, 'perdido', 'record_visits')).toEqual([])
    expect([moveTo(findings, 'levantado')?.reason, moveTo(findings, 'abierto')?.reason]).toEqual([true, false])
    expect(moveTo(findings, undefined)).toBeUndefined()
  })
  it.each([
    ['pendiente', 'write_rendicion', ['presentar']],
    ['presentada', 'review_rendicion', ['observar', 'aprobar']],
    ['observada', 'write_rendicion', ['presentar']],
    ['subsanada', 'review_rendicion', ['observar', 'aprobar']],
  ] as const)('a rendición that is %s waits for %s', (state, right, acts) => {
    expect(waitsFor(rendiciones, state, right)).toBe(true)
    expect(waitsFor(rendiciones, state, right === 'write_rendicion' ? 'review_rendicion' : 'write_rendicion')).toBe(
      false,
    )
    expect(movesFrom(rendiciones, state, right).map((x) => x.act)).toEqual(acts)
  })
  it('one that is approved waits for nobody', () => {
    expect(waitsFor(rendiciones, 'conforme', 'write_rendicion')).toBe(false)
    expect(waitsFor(rendiciones, 'conforme', 'review_rendicion')).toBe(false)
    expect(waitsFor(rendiciones, 'constructor', 'review_rendicion')).toBe(false)
  })
})

describe('groups', () => {
  it('of works', () => {
    const told = interventions.states.map((s) =>
      [isRunning(s), isOver(s), isRendered(s), wasPresented(s)].map(Number).join(''),
    )
    expect(told).toEqual([
      ...['0000', '0000', '0000'],
      ...['1000', '1000', '0110'],
      ...['0111', '0111', '0111', '0111'],
      ...['0100', '0100'],
    ])
  })
  it('of findings, visits and observations', () => {
    expect(['abierto', 'levantado', undefined].map(isOpenFinding)).toEqual([true, false, true])
    expect(['planificada', 'sincronizada', 'validada', 'observada', undefined].map(wasMade)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ])
    expect(['abierta', 'subsanada', 'levantada'].map(isToAnswer)).toEqual([true, false, false])
  })
})
