import { describe, expect, it } from 'vitest'
import {
  actTo,
  isOpenFinding,
  isOver,
  isRendered,
  isRunning,
  isToAnswer,
  movesOf,
  waitsFor,
  wasMade,
  wasPresented,
} from './states'
import { interventions, rendiciones } from './states.gen'

// Written by hand: what a table says is not what it is checked by.
describe('who may do what next', () => {
  it('an open finding is lifted, with a reason, and a lifted one opened again', () => {
    expect(movesOf('findings', 'abierto', 'supervisor')).toEqual([
      { act: 'levantar', from: 'abierto', to: 'levantado', by: 'record_visits', reason: true },
    ])
    expect(movesOf('findings', 'levantado', 'supervisor').map((x) => x.act)).toEqual(['reabrir'])
    expect(movesOf('findings', 'levantado', 'executor')).toEqual([])
    expect(movesOf('findings', 'perdido', 'supervisor')).toEqual([])
    expect(movesOf('accidents', '', 'supervisor')).toEqual([])
    expect(['levantado', 'abierto', undefined].map((state) => actTo('findings', state))).toEqual([
      'levantar',
      'reabrir',
      '',
    ])
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
    const role = right === 'write_rendicion' ? 'executor' : 'central_reviewer'
    expect(movesOf('rendiciones', state, role).map((x) => x.act)).toEqual(acts)
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
