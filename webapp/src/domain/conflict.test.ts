import { expect, it } from 'vitest'
import { byUrgency, sideOf, type Conflict } from './conflict'

it('knows on which side a person is', () => {
  const c = { author: 'ana', other: 'beto' }
  expect(['ana', 'beto', 'cira'].map((user) => sideOf(c, user))).toEqual(['author', 'other', ''])
})

it('puts what is to be decided first, the newest before the older', () => {
  const c = (id: string, state: string, other_at: string) => ({ id, state, other_at }) as Conflict
  const list = [c('1', 'resuelto', '2026-11-23'), c('2', 'abierto', '2026-11-20'), c('3', 'abierto', '2026-11-22')]
  expect(list.sort(byUrgency).map((x) => x.id)).toEqual(['3', '2', '1'])
})
