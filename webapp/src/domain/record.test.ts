import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginForm,
  changedFields,
  changeOf,
  factsOf,
  formAgain,
  hasForm,
  isMove,
  isSameForm,
  newFields,
  ownerOf,
  recordErrors,
  remedyOf,
  seenIn,
  type RecordForm,
  type Sent,
} from './record'

const shown = {
  severity: 'moderada',
  description: 'El botiquín está incompleto',
  corrective_measure: '',
  responsible: 'Responsable técnico',
  due_on: '2026-11-20',
  state: 'abierto',
  state_reason: '',
}

function finding(typed: Partial<typeof shown>): RecordForm {
  return {
    collection: 'findings',
    record: 'finding00000001',
    parent: 'visit0000000001',
    visited_on: '2026-11-23',
    base_rev: 3,
    prev: '',
    base: shown,
    typed: { ...shown, ...typed },
  }
}

describe('a change of a record', () => {
  it('sends nothing when nothing changed, blanks around a text included', () => {
    expect(changedFields(finding({}))).toEqual({})
    expect(changedFields(finding({ description: ' El botiquín está incompleto ' }))).toEqual({})
  })

  it('sends what means something together together', () => {
    expect(changedFields(finding({ due_on: '2026-12-01' }))).toEqual({
      due_on: '2026-12-01',
      responsible: 'Responsable técnico',
    })
    expect(changedFields(finding({ state: 'levantado', state_reason: 'Ya está completo' }))).toEqual({
      state: 'levantado',
      state_reason: 'Ya está completo',
    })
    const person: RecordForm = {
      ...finding({}),
      collection: 'unlisted_workers',
      base: { dni: '40000001', given_names: 'Luz', surnames: 'Puma', note: '' },
      typed: { dni: '40000002', given_names: 'Luz', surnames: 'Puma', note: '' },
    }
    expect(changedFields(person)).toEqual({ dni: '40000002', given_names: 'Luz', surnames: 'Puma' })
  })

  it('clears a text that was taken away', () => {
    const form = { ...finding({ corrective_measure: '' }), base: { ...shown, corrective_measure: 'Comprarlo' } }
    expect(changedFields(form)).toEqual({ corrective_measure: '' })
  })

  it('never sends a field whose whole unit is as it was shown', () => {
    const text = fc.constantFrom('', 'a', 'b')
    const facts = fc.record({ severity: text, description: text, responsible: text, due_on: text, state: text })
    fc.assert(
      fc.property(facts, facts, (base, typed) => {
        const form = { ...finding({}), base, typed }
        const sent = changedFields(form)
        for (const field of ['severity', 'description'] as const)
          expect(field in sent).toBe(base[field] !== typed[field])
        const pair = base.responsible !== typed.responsible || base.due_on !== typed.due_on
        expect(['responsible' in sent, 'due_on' in sent]).toEqual([pair, pair])
      }),
    )
  })
})

describe('a form', () => {
  const row = { ...shown, id: 'finding00000001', visit: 'visit0000000001', rev: 3, prev: 'm0' }
  const begun = () => beginForm('findings', row, '2026-11-23')

  it('is on what is shown, and comes to nothing until something is typed', () => {
    expect(begun()).toMatchObject({ base_rev: 3, prev: 'm0', saw: shown, base: shown, typed: shown })
    expect(changeOf(begun(), 'new')).toBeNull()
    const form = { ...begun(), typed: { ...shown, severity: 'grave' } }
    expect(changeOf(form, 'new')).toEqual({
      collection: 'findings',
      record: 'finding00000001',
      op: 'update',
      fields: { severity: 'grave' },
      form: 'visit/3',
      parent: 'visit0000000001',
      base_rev: 3,
      prev: 'm0',
      saw: { severity: 'moderada' },
    })
  })

  it('of a new record comes to one with the id given', () => {
    expect(changeOf({ ...begun(), record: '' }, 'new')).toMatchObject({ record: 'new', op: 'create' })
  })

  it('is the same as another of its record, unless one is of its state alone', () => {
    const lifting = beginForm('findings', row, '2026-11-23', 'levantado')
    expect(lifting.typed).toMatchObject({ state: 'levantado', state_reason: '' })
    expect(isSameForm(begun(), begun())).toBe(true)
    expect(isSameForm(begun(), lifting)).toBe(false)
  })
})

it('knows what was written in a form, and where it belongs', () => {
  const sent = { collection: 'findings', op: 'update' as const, record: 'f', fields: {} }
  expect(hasForm(sent)).toBe(true)
  expect(hasForm({ ...sent, op: 'delete' })).toBe(false)
  expect(hasForm({ ...sent, collection: 'visits' })).toBe(false)
  expect(ownerOf([sent], 'findings', { visit: 'v' })).toBe('v')
  expect(ownerOf([{ fields: { visit: 'w' } }], 'findings', undefined)).toBe('w')
  expect(ownerOf([{ fields: {}, parent: 'x' }], 'findings', { visit: 'v' })).toBe('x')
  expect(ownerOf([sent], 'findings', undefined)).toBe('')
})

it('a new record carries its visit and what has a value, never a state', () => {
  const form = { ...finding({ responsible: ' ', due_on: '' }), record: '' }
  expect(newFields(form)).toEqual({
    visit: 'visit0000000001',
    severity: 'moderada',
    description: 'El botiquín está incompleto',
  })
  const { parent, ...older } = form
  expect(newFields({ ...older, visit: parent }), 'begun with an older app').toEqual(newFields(form))
})

describe('the form of a record once more', () => {
  const day = '2026-11-23'
  const change = (fields: Partial<typeof shown>, more: Partial<Sent> = {}): Sent => ({
    collection: 'findings',
    op: 'update',
    record: 'finding00000001',
    fields,
    base_rev: 3,
    saw: Object.fromEntries(Object.keys(fields).map((f) => [f, shown[f as keyof typeof shown]])),
    ...more,
  })

  it('taken back before it was sent, it is the same change', () => {
    const form = formAgain([change({ severity: 'grave' }, { prev: 'm0' })], shown, day)
    expect(changedFields(form)).toEqual({ severity: 'grave' })
    expect(form).toMatchObject({ record: 'finding00000001', base_rev: 3, prev: 'm0', typed: { severity: 'grave' } })
    const more = { ...form, typed: { ...form.typed, description: 'Falta el botiquín entero' } }
    expect(changedFields(more)).toEqual({ severity: 'grave', description: 'Falta el botiquín entero' })
    expect(seenIn(more, changedFields(more))).toEqual({ severity: 'moderada', description: shown.description })
  })

  it('is still a lifting', () => {
    const lifting = change({ state: 'levantado', state_reason: 'Ya está' })
    expect(isMove(formAgain([lifting], shown, day))).toBe(true)
  })

  it('refused, it does not claim to know what others wrote since', () => {
    const now = { ...shown, severity: 'leve', responsible: 'Alguien más' }
    const form = formAgain([change({ severity: 'grave' }), change({ description: 'Falta todo el botiquín' })], now, day)
    expect(form.saw).toMatchObject({ severity: 'moderada', responsible: 'Alguien más' })
    expect(form.base_rev).toBe(3)
    expect(changedFields(form)).toEqual({ severity: 'grave', description: 'Falta todo el botiquín' })
    // Of two changes of one field the first says what stood there before both.
    const twice = [change({ severity: 'leve' }), change({ severity: 'grave' }, { saw: { severity: 'leve' } })]
    expect(formAgain(twice, now, day)).toMatchObject({ base: { severity: 'moderada' }, typed: { severity: 'grave' } })
  })

  it('of a record that is not there any more it keeps what was typed', () => {
    expect(formAgain([change({ severity: 'grave' })], undefined, day).typed).toMatchObject({ severity: 'grave' })
  })

  it('and what is filled in where it shows nothing does not pass for knowledge of what stands there', () => {
    const form = formAgain([change({ severity: 'grave' })], undefined, day)
    const more = { ...form, typed: { ...form.typed, description: 'Falta el botiquín entero' } }
    expect(seenIn(more, changedFields(more))).toEqual({ severity: 'moderada', description: '' })
  })

  it('does not claim to have seen what came into a field that was not there when he began', () => {
    const own = change({ corrective_measure: 'Comprarlo' }, { base_rev: 0, prev: 'm0', saw: {} })
    const form = formAgain([own], { ...shown, corrective_measure: 'Reponerlo' }, day)
    expect(changedFields(form)).toEqual({ corrective_measure: 'Comprarlo' })
    expect(seenIn(form, changedFields(form))).toEqual({})
  })

  it('of an older app, which does not say what was seen, it is the same change', () => {
    const { saw: _, ...old } = change({ corrective_measure: '' })
    const form = formAgain([old], { ...shown, corrective_measure: 'Comprarlo' }, day)
    expect(changedFields(form)).toEqual({ corrective_measure: '' })
    expect(seenIn(form, changedFields(form))).toEqual({})
  })

  it('a new record is new again', () => {
    const made = change({ ...shown, severity: 'grave' }, { op: 'create' })
    expect(formAgain([made], undefined, day)).toMatchObject({ record: '', base: {}, typed: { severity: 'grave' } })
  })
})

describe('what is wrong with a record', () => {
  it('demands a reason to lift a finding, and only then', () => {
    expect(recordErrors(finding({ state: 'levantado', state_reason: '  ' }), [])).toEqual({ state_reason: 'required' })
    expect(isMove(finding({ state: 'levantado' }))).toBe(true)
    expect(recordErrors(finding({}), [])).toEqual({})
    expect(isMove(finding({}))).toBe(false)
  })

  it('does not hold an old deadline against who changes something else', () => {
    expect(recordErrors(finding({ severity: 'grave' }), [])).toEqual({ corrective_measure: 'required' })
    expect(recordErrors(finding({ due_on: '2026-11-22' }), [])).toEqual({ due_on: 'past' })
    expect(recordErrors({ ...finding({}), record: '' }, [])).toEqual({ due_on: 'past' })
  })

  it('asks of a grave one what it needs, unless the gap is older and not touched', () => {
    const old = { ...shown, severity: 'grave', responsible: '', due_on: '' }
    const of = (typed: Partial<typeof shown>) =>
      recordErrors({ ...finding({}), base: old, typed: { ...old, ...typed } }, [])
    expect(of({ description: 'El botiquín está vacío' })).toEqual({})
    expect(of({ corrective_measure: 'Comprarlo' })).toEqual({ responsible: 'required', due_on: 'required' })
    expect(of({ severity: 'leve' })).toEqual({})
  })

  it('knows who is on the roster', () => {
    const form: RecordForm = {
      ...finding({}),
      collection: 'unlisted_workers',
      typed: { dni: '40000001', given_names: 'Luz', surnames: '', note: '' },
    }
    expect(recordErrors(form, ['40000001'])).toEqual({ dni: 'listed', surnames: 'required' })
    expect(recordErrors({ ...form, typed: { ...form.typed, surnames: 'Puma' } }, [])).toEqual({})
  })

  it('knows who was written down in the same visit already', () => {
    const typed = { dni: '40000001', given_names: 'Luz', surnames: 'Puma', note: '' }
    const form: RecordForm = {
      ...finding({}),
      collection: 'unlisted_workers',
      record: '',
      parent: 'v',
      base: {},
      typed,
    }
    const of = (visit: string) => recordErrors(form, [], { others: [{ visit, dni: '40000001' }] })
    expect(of('v')).toEqual({ dni: 'twice' })
    expect(of('another')).toEqual({})
    // A change of something else is no slip of who makes it.
    const held = { ...form, record: 'r', base: { ...typed, note: 'antes' } }
    expect(recordErrors(held, [], { others: [{ visit: 'v', dni: '40000001' }] })).toEqual({})
  })

  it('demands a mark', () => {
    expect(recordErrors({ ...finding({}), collection: 'visit_marks', typed: {} }, [])).toEqual({ mark: 'required' })
  })
})

it('reads the fields of a form from a row', () => {
  expect(factsOf('unlisted_workers', { dni: '40000001', visit: 'v', note: 7 })).toEqual({
    dni: '40000001',
    given_names: '',
    surnames: '',
    note: '',
  })
})

describe('what can be done about a refused record', () => {
  it('is a form where something typed can change the answer', () => {
    expect(remedyOf('findings', 'create', ['too_short'])).toBe('form')
    expect(remedyOf('findings', 'update', ['conflict'])).toBe('form')
    expect(remedyOf('visit_marks', 'create', ['headcount_mismatch'])).toBe('form')
    expect(remedyOf('visit_marks', 'create', ['participant_not_in_intervention'])).toBe('as_unlisted')
  })
  it('is none where nothing can', () => {
    expect(remedyOf('findings', 'create', ['too_short', 'out_of_scope'])).toBe('none')
    expect(remedyOf('visit_marks', 'create', ['mark_exists'])).toBe('none')
    expect(remedyOf('findings', 'delete', ['invalid_value'])).toBe('none')
    expect(remedyOf('visits', 'create', ['required'])).toBe('none')
    expect(remedyOf('conflicts', 'update', ['conflict_settled'])).toBe('none')
  })
})
