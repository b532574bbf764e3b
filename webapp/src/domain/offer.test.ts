import { expect, it } from 'vitest'
import { offerState, someNames, takeOffer } from './offer'
import { newForm } from './visit'

const form = () => newForm({ visit: 'v', convenio_code: 'c', started_at: '', roster_as_of: '' })

it('an offer that is taken is a finding being written, with nothing chosen for the person', () => {
  const f = form()
  expect(offerState(f, 'sin_cobertura')).toBe('')
  takeOffer(f, 'sin_cobertura', 'f1', 'Trabajó sin cobertura: Puma, Luz')
  expect(f.open_finding).toMatchObject({ id: 'f1', severity: '', description: 'Trabajó sin cobertura: Puma, Luz' })
  expect(offerState(f, 'sin_cobertura')).toBe('open')
  expect(offerState(f, 'no:agua')).toBe('')
  f.findings = [{ ...f.open_finding!, severity: 'grave' }]
  delete f.open_finding
  expect(offerState(f, 'sin_cobertura')).toBe('written')
  // Thrown away, it is offered again.
  f.findings = []
  expect(offerState(f, 'sin_cobertura')).toBe('')
})

it('what is being written is never put away for an offer', () => {
  const f = form()
  takeOffer(f, 'no:agua', 'f1', 'No hay agua')
  takeOffer(f, 'no:epp', 'f2', 'No hay cascos')
  expect(f.open_finding?.id).toBe('f1')
  expect(offerState(f, 'no:epp')).toBe('')
})

it('names that do not fit are counted', () => {
  const names = ['Puma, Luz', 'Quispe, Ana', 'Retama, Saúl']
  expect(someNames(names, 100)).toEqual({ names: 'Puma, Luz; Quispe, Ana; Retama, Saúl', more: 0 })
  expect(someNames(names, 25)).toEqual({ names: 'Puma, Luz; Quispe, Ana', more: 1 })
  expect(someNames(names, 1)).toEqual({ names: 'Puma, Luz', more: 2 })
})
