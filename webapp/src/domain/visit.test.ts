import { describe, expect, it } from 'vitest'
import { countMarks } from './attendance'
import { isBlank, partErrors, putEntry, takeOff, type FindingEntry, type UnlistedEntry } from './parts'
import {
  dayProblem,
  fromMutations,
  missing,
  newForm,
  renamed,
  taskState,
  toMutations,
  withNewIds,
  type VisitContext,
  type VisitForm,
} from './visit'

const context: VisitContext = {
  roster: ['ana', 'beto', 'cira'],
  checklist: {
    key: 'visita',
    version: 2,
    items: [
      { key: 'agua', label: '¿Hay agua?' },
      { key: 'botiquin', label: '¿Hay botiquín?' },
    ],
  },
  starts_on: '2026-11-02',
  ends_on: '2026-12-15',
  today: '2026-11-23',
  assigned: true,
}

function fullForm(): VisitForm {
  const form = newForm({
    visit: 'visit0000000001',
    convenio_code: '08-0012-AII-26',
    started_at: '2026-11-23T09:00:00-05:00',
    roster_as_of: '2026-11-23T08:00:00.000Z',
  })
  return {
    ...form,
    kind: 'unannounced',
    visited_on: '2026-11-23',
    place: { lat_e6: -13258000, lon_e6: -72265000, accuracy_m: 12 },
    headcount: 3,
    marks: {
      ana: { id: 'm1', mark: 'presente', coverage_seen: 'cubierto' },
      beto: { id: 'm2', mark: 'ausente', coverage_seen: 'sin_cobertura' },
    },
    unlisted: [{ id: 'u1', dni: '99000009', given_names: 'Luz', surnames: 'Puma', note: 'dice que empezó hoy' }],
    checklist_key: 'visita',
    checklist_version: 2,
    answers: { agua: 'si', botiquin: 'na' },
    findings: [
      {
        id: 'f1',
        severity: 'grave',
        description: 'No hay botiquín en la obra',
        corrective_measure: 'Comprarlo',
        responsible: 'Responsable técnico',
        due_on: '2026-11-30',
      },
    ],
    note: 'Conforme',
  }
}
const findingErrors = (f: FindingEntry, made: string) => partErrors('finding', f, { made })
const unlistedErrors = (u: UnlistedEntry, others: UnlistedEntry[], listed: string[]) =>
  partErrors('unlisted', u, { others, listed })
const ENDED = '2026-11-23T10:00:00-05:00'

describe('a visit as mutations', () => {
  it('begins with the visit and never records what nobody saw', () => {
    const out = toMutations(fullForm(), context, 'i1', ENDED)
    expect(out.map((x) => x.collection)).toEqual([
      'visits',
      'visit_marks',
      'visit_marks',
      'findings',
      'unlisted_workers',
    ])
    expect(out[0]?.fields).toMatchObject({ intervention: 'i1', headcount: 3, roster_size: 3, device_ended_at: ENDED })
    expect(out.slice(1).every((x) => x.fields['visit'] === 'visit0000000001')).toBe(true)
  })
  it('an explicit "no visto" is not sent either', () => {
    const form = fullForm()
    form.marks['cira'] = { id: 'm3', mark: 'no_visto', coverage_seen: 'cubierto' }
    expect(toMutations(form, context, 'i1', ENDED).filter((x) => x.collection === 'visit_marks')).toHaveLength(2)
  })
  it('no mark and no answer stays behind when the roster or the checklist moved meanwhile', () => {
    const of = (c: VisitContext) => toMutations(fullForm(), c, 'i1', ENDED)
    const marks = of(context).filter((x) => x.collection === 'visit_marks')
    expect(marks.length).toBeGreaterThan(1)
    const gone = of({ ...context, roster: [], checklist: null, assigned: false })
    expect(gone.filter((x) => x.collection === 'visit_marks')).toEqual(marks)
    expect(gone[0]?.fields['answers']).toEqual(of(context)[0]?.fields['answers'])
  })
  it('sends a reason only without a place, and no empty fields', () => {
    const form = { ...fullForm(), place: null, location_reason: ' Sin GPS ', note: '' }
    const fields = toMutations(form, context, 'i1', ENDED)[0]?.fields ?? {}
    expect(fields['location_reason']).toBe('Sin GPS')
    expect('lat_e6' in fields || 'note' in fields).toBe(false)
    expect('location_reason' in (toMutations(fullForm(), context, 'i1', ENDED)[0]?.fields ?? {})).toBe(false)
  })
  it('what was noted beside a "no" goes with the note, and comes back in it once', () => {
    const form = { ...fullForm(), answers: { agua: 'no', botiquin: 'si' } as const }
    const noted = { ...form, notes: { agua: ' Bidón vacío ', botiquin: 'ya no vale' } }
    const sent = toMutations(noted, context, 'i1', ENDED)
    expect(sent[0]?.fields['note']).toBe('Conforme\n¿Hay agua? No. Bidón vacío')
    const again = toMutations(fromMutations(sent), context, 'i1', ENDED)
    expect(again[0]?.fields['note']).toBe('Conforme\n¿Hay agua? No. Bidón vacío')
  })
  it('a headcount of nobody is sent as 0', () => {
    expect(toMutations({ ...fullForm(), headcount: 0, marks: {} }, context, 'i1', ENDED)[0]?.fields['headcount']).toBe(
      0,
    )
  })
  it('comes back from its mutations as it was', () => {
    const form = fullForm()
    expect(fromMutations(toMutations(form, context, 'i1', ENDED))).toEqual(form)
    const reason = { ...form, place: null, location_reason: 'Sin GPS', unlisted: [], findings: [], note: '' }
    expect(fromMutations(toMutations(reason, context, 'i1', ENDED))).toEqual(reason)
  })
})

describe('a refused visit once more', () => {
  it('keeps every answer and no id', () => {
    let n = 0
    const form = fullForm()
    const again = withNewIds(form, () => `new${n++}`)
    const ids = (f: VisitForm) =>
      [f.visit, ...Object.values(f.marks), ...f.findings, ...f.unlisted].map((x) => (typeof x === 'string' ? x : x.id))
    expect(new Set([...ids(form), ...ids(again)]).size).toBe(ids(form).length * 2)
    expect(withNewIds(again, () => 'x')).toEqual(withNewIds(form, () => 'x'))
    const names = renamed(form, again)
    expect(names.get(form.visit)).toBe(again.visit)
    expect(form.findings.map((x) => names.get(x.id))).toEqual(again.findings.map((x) => x.id))
    expect(form.unlisted.map((x) => names.get(x.id))).toEqual(again.unlisted.map((x) => x.id))
  })
})

describe('a position that says little or cannot be', () => {
  const at = (place: VisitForm['place'], location_reason = '') => ({ ...fullForm(), place, location_reason })
  const coarse = { lat_e6: -13258000, lon_e6: -72265000, accuracy_m: 48_000, fix: { age_s: 1 } }
  const place = (form: VisitForm) => missing(form, context).map((x) => x.code)
  it('asks for a reason, and sends both', () => {
    expect(place(at(coarse))).toEqual(['place_reason'])
    expect(place(at({ ...coarse, accuracy_m: 12, fix: { age_s: 7200 } }))).toEqual(['place_reason'])
    expect(place(at(coarse, 'Quebrada'))).toEqual([])
    const form = at(coarse, 'Quebrada')
    const out = toMutations(form, context, 'i1', ENDED)
    expect(out[0]?.fields).toMatchObject({ ...coarse, location_reason: 'Quebrada' })
    expect(fromMutations(out)).toEqual(form)
  })
  it.each([
    ['0, 0', { lat_e6: 0, lon_e6: 0, accuracy_m: 5 }],
    ['Madrid', { lat_e6: 40416800, lon_e6: -3703800, accuracy_m: 5 }],
  ])('%s is no place, whichever way it came into the form', (_, impossible) => {
    expect(place(at(impossible))).toEqual(['place'])
    expect(place(at(impossible, 'Sin GPS'))).toEqual([])
    expect('lat_e6' in (toMutations(at(impossible, 'Sin GPS'), context, 'i1', ENDED)[0]?.fields ?? {})).toBe(false)
  })
})

describe('what the server would refuse is said before it is sent', () => {
  it('by its task and field', () => {
    const form = { ...fullForm(), note: 'x'.repeat(5001) }
    expect(missing(form, context)).toEqual([{ task: 'cierre', code: 'refused', field: 'note' }])
    const finding = { ...fullForm().findings[0]!, responsible: 'x'.repeat(201) }
    expect(missing({ ...fullForm(), findings: [finding] }, context)).toEqual([
      { task: 'hallazgos', code: 'refused', field: 'responsible' },
    ])
    expect(findingErrors(finding, '2026-11-23')).toEqual({ responsible: 'refused' })
    const person = { ...fullForm().unlisted[0]!, note: 'x'.repeat(5001) }
    expect(unlistedErrors(person, [], [])).toEqual({ note: 'refused' })
  })
})

describe('what is missing', () => {
  it('an empty form misses every task, a full one none', () => {
    const empty = newForm({ visit: 'v', convenio_code: 'c', started_at: ENDED, roster_as_of: '' })
    expect(missing(empty, context).map((x) => x.code)).toEqual(['date', 'kind', 'place', 'headcount', 'checklist'])
    expect(missing(fullForm(), context)).toEqual([])
  })
  it('more present than counted is a contradiction', () => {
    const over = missing({ ...fullForm(), headcount: 0 }, context)
    expect(over).toEqual([{ task: 'asistencia', code: 'over_headcount', present: 1, unlisted: 1, headcount: 0 }])
    // One of the roster and one who is not on it are two people.
    expect(missing({ ...fullForm(), headcount: 1 }, context)).toHaveLength(1)
    expect(missing({ ...fullForm(), headcount: 2 }, context)).toEqual([])
  })
  it('a day the server will refuse is missing, also when it is today', () => {
    const days = ['', '2026-11-01', '2026-11-02', '2026-11-23', '2026-11-24']
    expect(days.map((d) => dayProblem(d, context))).toEqual(['shape', 'before', '', '', 'future'])
    const over = { ...context, ends_on: '2026-11-20' }
    expect(dayProblem('2026-11-23', over)).toBe('after')
    expect(missing(fullForm(), over)).toEqual([{ task: 'datos', code: 'date_outside' }])
    expect(taskState('datos', fullForm(), over)).toBe('doing')
    expect(dayProblem('2026-11-23', { ...context, starts_on: '', ends_on: '' })).toBe('')
  })
  it('what is still being written is missing, and nothing of it is sent', () => {
    const form = fullForm()
    const writing = {
      ...form,
      findings: [],
      unlisted: [],
      open_finding: { ...form.findings[0]!, severity: '' as const },
      open_unlisted: form.unlisted[0]!,
    }
    expect(missing(writing, context).map((x) => x.code)).toEqual(['open_unlisted', 'open_finding'])
    expect(taskState('hallazgos', writing, context)).toBe('doing')
    const sent = toMutations(writing, context, 'i1', ENDED)
    expect(sent.every((x) => x.collection === 'visits' || x.collection === 'visit_marks')).toBe(true)
    expect(sent.some((x) => 'open_finding' in x.fields)).toBe(false)
  })
  it('one that was taken off comes back where it was, and nothing written since goes for it', () => {
    const form = fullForm()
    const [first] = form.findings as [FindingEntry]
    putEntry(form, 'finding', { ...first, id: 'f2', description: ' Falta agua\u200b para beber ' })
    const putBack = takeOff(form, 'finding', 'f1')
    putEntry(form, 'finding', { ...first, id: 'f3' })
    expect(form.findings.map((x) => x.id)).toEqual(['f2', 'f3'])
    expect(form.findings[0]?.description).toBe('Falta agua para beber')
    putBack(form)
    expect(form.findings.map((x) => x.id)).toEqual(['f1', 'f2', 'f3'])
    expect(form.findings[0]).toEqual(first)
  })
  it('an entry is blank until something is typed or chosen', () => {
    const person = { id: 'u', dni: '', given_names: ' ', surnames: '', note: '' }
    expect([isBlank(person), isBlank({ ...person, note: 'x' })]).toEqual([true, false])
  })
  it('who has no mark was not seen', () => {
    expect(countMarks(fullForm(), context.roster)).toEqual({ presente: 1, ausente: 1, no_visto: 1 })
    expect(taskState('asistencia', fullForm(), context)).toBe('done')
    expect(taskState('asistencia', { ...fullForm(), marks: {} }, context)).toBe('doing')
    expect(taskState('checklist', fullForm(), { ...context, checklist: null })).toBe('optional')
  })
  it('a finding says something and a DNI has eight digits', () => {
    const finding = { id: 'f', severity: 'leve' as const, corrective_measure: '', responsible: '', due_on: '' }
    const made = '2026-11-23'
    expect(findingErrors({ ...finding, description: ' corto    ' }, made)).toEqual({ description: 'too_short' })
    expect(findingErrors({ ...finding, description: 'Falta agua' }, made)).toEqual({})
    expect(findingErrors({ ...finding, description: 'Falta agua', severity: '' }, made)).toEqual({
      severity: 'required',
    })
    const due = (due_on: string) => findingErrors({ ...finding, description: 'Falta agua', due_on }, made)
    expect([due('2026-11-22'), due('2026-11-23'), due('2026-11-31')]).toEqual([
      { due_on: 'past' },
      {},
      { due_on: 'date' },
    ])
    const person = { id: 'u', given_names: 'Luz', surnames: 'Puma', note: '' }
    expect(unlistedErrors({ ...person, dni: '9900001' }, [], [])).toEqual({ dni: 'dni' })
    expect(unlistedErrors({ ...person, dni: '99000012' }, [], [])).toEqual({})
  })
  it('a person is written down once, and not when on the roster', () => {
    const luz = { id: 'u', dni: '99000012', given_names: 'Luz', surnames: 'Puma', note: '' }
    expect(unlistedErrors(luz, [luz], [])).toEqual({})
    expect(unlistedErrors({ ...luz, id: 'v', dni: ' 99000012 ' }, [luz], [])).toEqual({ dni: 'twice' })
    expect(unlistedErrors(luz, [], ['99000012'])).toEqual({ dni: 'listed' })
  })
})
