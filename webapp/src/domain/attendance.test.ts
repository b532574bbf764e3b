import { describe, expect, it } from 'vitest'
import { isOfPart, restPresent, workedUncovered, type Part } from './attendance'
import type { CoverageSeen } from './insurance'
import { newForm, type Mark, type VisitForm } from './visit'

const roster = ['ana', 'beto', 'cira', 'dina']

function form(headcount: number | null, marks: Record<string, Mark>, unlisted = 0): VisitForm {
  const empty = newForm({ visit: 'v', convenio_code: 'c', started_at: '', roster_as_of: '' })
  const person = { dni: '', given_names: '', surnames: '', note: '' }
  return {
    ...empty,
    headcount,
    marks: Object.fromEntries(
      Object.entries(marks).map(([id, mark]) => [id, { id: `m-${id}`, mark, coverage_seen: 'cubierto' }]),
    ),
    unlisted: Array.from({ length: unlisted }, (_, n) => ({ ...person, id: `u${n}` })),
  }
}

describe('los demás presentes', () => {
  const differs = (...given: Parameters<typeof form>) => restPresent(form(...given), roster).differs

  it('holds when as many were counted as would be present', () => {
    expect(restPresent(form(3, { beto: 'ausente' }), roster)).toEqual({
      ids: ['ana', 'cira', 'dina'],
      present: 3,
      differs: 0,
    })
    expect(differs(4, {})).toBe(0)
    expect(differs(2, { ana: 'presente', beto: 'ausente', cira: 'ausente' })).toBe(0)
  })
  it('says by how many it differs, either way', () => {
    expect(differs(3, {})).toBe(1)
    expect(differs(4, { beto: 'ausente' })).toBe(-1)
    expect(differs(null, {})).toBeNull()
  })
  it('counts who was written down by name: he was counted too', () => {
    expect(differs(4, { beto: 'ausente' }, 1)).toBe(0)
    expect(differs(4, {}, 1)).toBe(1)
  })
  it('is not about whom the person says he did not see', () => {
    const rest = restPresent(form(3, { dina: 'no_visto' }), roster)
    expect(rest).toEqual({ ids: ['ana', 'beto', 'cira'], present: 3, differs: 0 })
  })
  it('counts who was seen and left the roster since', () => {
    expect(differs(5, { gone: 'presente' })).toBe(0)
  })
  it('is about nobody where everybody is marked', () => {
    const all = { ana: 'presente', beto: 'ausente', cira: 'no_visto', dina: 'presente' } as const
    expect(restPresent(form(2, all), roster).ids).toEqual([])
  })
})

it('a part of the roster is by mark, or by cover', () => {
  const marked = form(4, { ana: 'presente', beto: 'ausente', cira: 'no_visto' })
  const coverage: Record<string, CoverageSeen> = { ana: 'sin_cobertura', beto: 'por_confirmar' }
  const of = (part: Part) =>
    roster.filter((id) => isOfPart(part, { id, coverage: coverage[id] ?? 'cubierto' }, marked)).join(' ')
  expect(of('todos')).toBe('ana beto cira dina')
  // Nobody said anything of dina: she was not seen either.
  expect(of('no_vistos')).toBe('cira dina')
  expect(of('ausentes')).toBe('beto')
  expect(of('sin_cobertura')).toBe('ana')
  expect(of('por_confirmar')).toBe('beto')
})

it('who worked uncovered is who was seen at work, by what was known then', () => {
  const marked = form(4, { ana: 'presente', beto: 'ausente', cira: 'presente' })
  for (const id of ['ana', 'beto']) marked.marks[id]!.coverage_seen = 'sin_cobertura'
  expect(workedUncovered(marked)).toEqual(['ana'])
})
