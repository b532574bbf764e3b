import { expect, test } from 'vitest'
import { missingShots, namesOf, nextShot, shotsOf, standOf } from './photo'

const shots = [
  { key: 'cartel', label: 'Cartel de obra', required: true },
  { key: 'avance', label: 'Avance', required: true },
  { key: 'almacen', label: 'Almacén' },
]

test('the named shots are those of the version; what is none is left out', () => {
  expect(shotsOf({ shots })).toEqual(shots)
  expect(shotsOf({})).toEqual([])
  expect(shotsOf(null)).toEqual([])
  expect(shotsOf({ shots: [null, 'x', { key: 'a' }, shots[0]] })).toEqual([shots[0]])
})

test('what is missing is what was asked for and has no picture', () => {
  expect(missingShots(shots, []).map((s) => s.key)).toEqual(['cartel', 'avance'])
  expect(missingShots(shots, ['avance', undefined]).map((s) => s.key)).toEqual(['cartel'])
  expect(missingShots(shots, ['avance', 'cartel'])).toEqual([])
})

test('after a shot comes the next one without a picture, round to the first, then none', () => {
  expect(nextShot(shots, [])).toBe('cartel')
  expect(nextShot(shots, ['cartel'], 'cartel')).toBe('avance')
  expect(nextShot(shots, ['almacen'], 'almacen')).toBe('cartel')
  expect(nextShot(shots, ['cartel', 'avance', 'almacen'], 'avance')).toBe('')
  expect(nextShot([], ['x'])).toBe('')
})

test('a picture is called by its shot, or counted among the others', () => {
  const photos = [{ shot: 'cartel' }, {}, { shot: 'cartel' }, { shot: '' }, { shot: 'of_an_older_list' }]
  expect(namesOf(photos, shots, (n) => `extra ${n}`)).toEqual([
    'Cartel de obra',
    'extra 1',
    'Cartel de obra (2)',
    'extra 2',
    'extra 1',
  ])
})

test('received is said when the server said so, and refused before anything else', () => {
  const at = '2026-12-01T10:22:33Z'
  expect(standOf({ id: 'a' }, { state: 'draft', refusal: '' })).toBe('here')
  expect(standOf({ id: 'a' }, { state: 'queued', refusal: '' }, 'a')).toBe('sending')
  expect(standOf({ id: 'a' }, { state: 'queued', refusal: '' }, 'b')).toBe('here')
  expect(standOf({ id: 'a', stored_at: at }, { state: 'queued', refusal: '' }, 'a')).toBe('stored')
  expect(standOf({ id: 'a', stored_at: '' }, { state: 'stored', refusal: '' })).toBe('stored')
  expect(standOf({ id: 'a', stored_at: '' }, undefined)).toBe('elsewhere')
  expect(standOf({ id: 'a', refusal: 'file_type_refused' }, { state: 'queued', refusal: '' })).toBe('refused')
  expect(standOf({ id: 'a' }, { state: 'refused', refusal: 'x' })).toBe('refused')
})
