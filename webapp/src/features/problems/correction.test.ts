import { describe, expect, it } from 'vitest'
import { corrections, meant, NOTHING, start } from './correction'
import type { ProblemField, ProblemRow } from './correction'

const field = (more: Partial<ProblemField>): ProblemField => ({
  field: 'day',
  value: '2026-11-31',
  must: true,
  form: 'day',
  choices: [],
  ...more,
})
const row = (...fields: ProblemField[]): ProblemRow => ({
  collection: 'attendance_sheets',
  record: 'x',
  work: '',
  ut_name: '',
  person: '',
  which: '',
  problems: fields.slice(0, 1).map((f) => ({ field: f.field, code: 'c', message: '', since: '', counts: true })),
  fields,
})

describe('a correction', () => {
  it('begins empty where a date is none, and with the choice that was meant', () => {
    expect(start(field({}))).toBe('')
    expect(start(field({ value: '2026-11-30' }))).toBe('2026-11-30')
    expect(meant(' En ejecución', ['terminada', 'en_ejecucion'])).toBe('en_ejecucion')
    expect(meant('asistió', ['presente'])).toBe('')
  })

  it('sends what differs, and nothing that was not touched', () => {
    const day = field({})
    expect(corrections(row(day), { day: '' }, {})).toEqual({})
    expect(corrections(row(day), { day: '2026-11-30' }, {})).toEqual({ day: '2026-11-30' })
    const baja = field({ field: 'baja_on', value: '2026-02-31', must: false })
    expect(corrections(row(baja), { baja_on: NOTHING }, {})).toEqual({ baja_on: '' })
    const count = field({ field: 'headcount', value: -3, form: 'number' })
    expect(corrections(row(count), { headcount: '3' }, {})).toEqual({ headcount: 3 })
  })

  it('leaves a reference out that is not what is wrong', () => {
    const of = field({ field: 'intervention', form: 'reference', value: 'a' })
    expect(corrections(row(field({}), of), { day: '', intervention: 'b' }, {})).toEqual({})
    expect(corrections(row(of), { intervention: 'b' }, {})).toEqual({ intervention: 'b' })
  })

  it('changes the marks that were chosen and keeps the others', () => {
    const items = ['a', 'b'].map((key) => ({ key, value: 'Presente', cupo: 1, person: '', on_roster: true }))
    const marks = field({ field: 'marks', form: 'marks', value: { a: 'Presente', b: 'x', c: 'ausente' }, items })
    expect(corrections(row(marks), {}, { a: 'presente', b: NOTHING })).toEqual({
      marks: { a: 'presente', c: 'ausente' },
    })
    expect(corrections(row(marks), {}, {})).toEqual({})
  })
})
