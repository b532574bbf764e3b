import { describe, expect, it, test } from 'vitest'
import type { RecordForm } from '../domain/record'
import { askedIn, choicesOf, isRecordCollection, RECORDS, type RecordCollection } from '../domain/records'
import { fieldChoices, fieldWrong, isWorded } from './fields'
import { fixWord, labelOf, recordName, recordSays, recordWhat, titleOf } from './records'

const kinds = Object.keys(RECORDS).filter(isRecordCollection)

/** What an app fills in itself: nobody is asked. */
const UNASKED = ['coverage_seen']

test.each(kinds)('%s: each field that a person is asked has its words, and so has each choice', (kind) => {
  const asked = askedIn(kind).filter((a) => !UNASKED.includes(a.field))
  expect(asked.filter((a) => !isWorded(a.field))).toEqual([])
  for (const ask of asked)
    for (const { value, text } of fieldChoices(ask.field, choicesOf(ask) ?? [])) expect(text).not.toBe(value)
})

describe('a record is known by its title, and says the rest', () => {
  test.each<[RecordCollection, Record<string, unknown>, string, string, string[]]>([
    [
      'unlisted_workers',
      { visit: 'v', dni: '40000001', given_names: 'Luz', surnames: 'Puma', note: 'Llegó hoy' },
      '',
      'Luz Puma',
      ['DNI: 40000001', 'Nota: Llegó hoy'],
    ],
    ['unlisted_workers', { visit: 'v', surnames: 'Puma', note: '' }, '', 'Puma', []],
    [
      'findings',
      { visit: 'v', description: 'Falta agua', severity: 'grave', due_on: '2026-12-01', responsible: '' },
      '',
      'Falta agua',
      ['Grave', 'Plazo: 1 dic 2026'],
    ],
    [
      'visit_marks',
      { participant: 'p', mark: 'ausente', coverage_seen: 'cubierto' },
      'Puma, Luz',
      'Puma, Luz',
      ['Ausente'],
    ],
    [
      'attendance_sheets',
      {
        day: '2026-11-20',
        marks: { a: 'presente', b: 'presente', c: 'ausente', d: 'ausente', e: 'no_visto' },
        headcount: 2,
        reasons: { c: 'salud', d: 'sin_aviso' },
      },
      '',
      '20 nov 2026',
      ['Presentes: 2 · ausentes: 2', 'Personas contadas: 2', 'Sin aviso: 1 · Salud: 1'],
    ],
    ['visit_marks', { participant: 'p', mark: 'presente' }, '', recordName('visit_marks', {}), ['Presente']],
  ])('%s', (kind, data, person, name, says) => {
    expect(recordName(kind, data, person)).toBe(name)
    expect(recordSays(kind, data)).toEqual(says)
  })

  it('of a kind that only a newer app knows it says nothing, and calls it a record', () => {
    expect(recordName('kind_of_tomorrow', { name: 'x' })).toBe('')
    expect(recordSays('kind_of_tomorrow', { name: 'x' })).toEqual([])
    expect([recordWhat('kind_of_tomorrow'), recordWhat('constructor')]).toEqual(['Registro', 'Registro'])
  })
})

describe('what is done with a record has its words', () => {
  const form = (collection: RecordCollection, record: string, typed = {}, base = {}): RecordForm => ({
    ...{ collection, record, visited_on: '', base_rev: 0 },
    base,
    typed,
  })
  it('by kind and operation', () => {
    expect(recordWhat('findings')).toBe('Hallazgo')
    expect(recordWhat('findings', 'update')).toBe('Cambio de un hallazgo')
    expect(recordWhat('visit_marks', 'update')).toBe('Registro')
    expect(recordWhat('visits', 'create')).toBe('Visita')
    expect(recordWhat('conflicts', 'update')).toBe('Decisión sobre un conflicto')
    expect([fixWord('visit_marks'), fixWord('findings'), fixWord('visits')]).toEqual([
      'Corregir la marca',
      'Corregir',
      'Corregir',
    ])
  })
  it('by what its form is for', () => {
    expect(titleOf(form('unlisted_workers', ''), true)).toBe('Corregir persona')
    expect(titleOf(form('unlisted_workers', 'u'), false)).toBe('Cambiar persona')
    expect(titleOf(form('visit_marks', ''), false)).toBe('Corregir marca')
    expect(titleOf(form('findings', 'f', { state: 'levantado' }, { state: 'abierto' }), false)).toBe(
      'Levantar hallazgo',
    )
    expect(labelOf(form('findings', ''), 'Canal')).toBe('Hallazgo corregido · Canal')
    expect(labelOf(form('findings', 'f'), 'Canal')).toBe('Hallazgo cambiado · Canal')
  })
})

it('what is wrong with a field is said in its own words, where it has any', () => {
  expect(fieldWrong('description', 'too_short', { min: 10 })).toBe('Describa el hallazgo con al menos 10 letras')
  expect(fieldWrong('surnames', 'required', {})).toBe('Complete este dato')
  expect(fieldWrong('dni', 'dni', {})).toContain('8 dígitos')
  expect(fieldWrong('note', undefined, {})).toBe('')
})
