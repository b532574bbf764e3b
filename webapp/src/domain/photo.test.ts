import { describe, expect, test } from 'vitest'
import { helpsAgain, missingShots, namesOf, nextShot, shotsOf, standOf } from './photo'

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

describe('sending the same bytes again is offered', () => {
  const refused = (refusal: string) => ({ state: 'refused' as const, refusal, held: true })

  test.each(['file_hash_mismatch', 'documents_quota', 'record_not_found', 'upload_incomplete', 'of_tomorrow'])(
    'after %s: what they are is not what was wrong',
    (code) => expect(helpsAgain(refused(code))).toBe(true),
  )
  test.each([
    ...['file_kind_refused', 'file_type_refused', 'file_too_large', 'file_empty', 'file_damaged', 'file_heic'],
    ...['file_name_mismatch', 'file_disguised', 'file_active', 'file_protected', 'file_virus', 'file_xml_refused'],
    ...['image_too_large', 'archive_unsafe', 'archive_too_large', 'archive_entry_refused', 'file_lost'],
  ])('never after %s', (code) => expect(helpsAgain(refused(code))).toBe(false))
  test('where its record says nothing against it, and the bytes are here', () => {
    expect(helpsAgain(refused('documents_quota'), 'file_virus')).toBe(false)
    expect(helpsAgain({ ...refused('documents_quota'), held: false })).toBe(false)
    expect(helpsAgain({ ...refused('documents_quota'), state: 'queued' })).toBe(false)
    expect(helpsAgain(refused(''))).toBe(false)
    expect(helpsAgain(undefined, 'file_virus')).toBe(false)
  })
})
