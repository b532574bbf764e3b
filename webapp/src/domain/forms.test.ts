import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { entryErrors, formFaults, judge, lacksAfter, versionOf } from './forms'
import { RECORDS } from './records'
import { isBetter, judgePlace, placeOf, type Fix, type Place, type PlaceVerdict, type Sensed } from './place'

interface Case<I, E> {
  name: string
  input: I
  expect: E
}
function shared<I, E>(file: string): Case<I, E>[] {
  const path = new URL(`../../../testdata/rules/${file}`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')) as Case<I, E>[]
}

interface Form {
  collection: string
  op: string
  form: string
  fields: Record<string, unknown>
  long?: Record<string, number>
}
const work = { starts_on: '2026-11-02', ends_on: '2026-12-18', convenio_code: '08-0012-AII-26' }

describe("a visit's forms: the cases shared with the server", () => {
  it.each(shared<Form, string[]>('visit.json'))('$input.collection $input.op: $name', ({ input, expect: wanted }) => {
    const fields = { ...input.fields }
    for (const [name, n] of Object.entries(input.long ?? {})) fields[name] = 'ñ'.repeat(n)
    const faults = formFaults({ ...input, fields }, { today: '2026-11-23', work })
    expect(faults.map((f) => `${f.code}@${f.field}`)).toEqual(wanted)
  })
})

interface Judged extends Form {
  work?: boolean
  faults?: string[]
  clean?: Record<string, unknown>
}

/** testdata/rules/forms.json, which internal/records judges too. */
const corpus = JSON.parse(
  readFileSync(new URL('../../../testdata/rules/forms.json', import.meta.url), 'utf8'),
) as Judged[]

describe('every form ever released is judged as at the server', () => {
  it.each([...new Set(corpus.map((c) => `${c.collection} ${c.op} ${c.form}`))])('%s', (form) => {
    for (const c of corpus.filter((x) => `${x.collection} ${x.op} ${x.form}` === form)) {
      const long = Object.entries(c.long ?? {}).map(([name, n]) => [name, 'ñ'.repeat(n)] as const)
      const fields = { ...c.fields, ...Object.fromEntries(long) }
      const { clean, faults } = judge({ ...c, fields }, { today: '2026-11-23', ...(c.work ? { work } : {}) })
      for (const [name] of long) delete clean[name] // it is as long as was said
      const said = faults.map((f) => `${f.code}@${f.field}`)
      expect(said, JSON.stringify(c.fields)).toEqual(c.faults ?? [])
      if (said.length === 0) expect(clean, JSON.stringify(c.fields)).toEqual(c.clean ?? {})
    }
  })

  it('and none that a phone may send is without cases', () => {
    const judged = new Set(corpus.map((c) => `${c.collection} ${c.op} ${c.form}`))
    const sent = Object.entries(RECORDS).flatMap(([kind, d]) =>
      'ops' in d ? Object.keys(d.ops).map((op) => `${kind} ${op} ${'form' in d ? d.form : ''}`) : [],
    )
    expect(sent.filter((form) => !judged.has(form))).toEqual([])
  })
})

describe('a grave finding after a change: the cases shared with the server', () => {
  it.each(shared<Record<'was' | 'fields', Record<string, string>> & { form: string }, string[]>('grave.json'))(
    '$name',
    ({ input: { form, was, fields }, expect: wanted }) => {
      const changed = Object.keys(fields).filter((f) => fields[f] !== was[f])
      const lacks = lacksAfter('findings', { ...was, ...fields }, changed, versionOf(form))
      expect(lacks.map((f) => `${f.code}@${f.field}`)).toEqual(wanted)
    },
  )
})

describe('what is wrong with what was typed', () => {
  it.each([
    ['visit_marks', {}, { mark: 'required' }],
    ['findings', {}, { severity: 'required', description: 'too_short' }],
    [
      'findings',
      { severity: 'leve', description: 'Corto', due_on: '2026-02-30' },
      { description: 'too_short', due_on: 'date' },
    ],
    ['unlisted_workers', { note: ' ' }, { dni: 'dni', given_names: 'required', surnames: 'required' }],
    [
      'unlisted_workers',
      { dni: '4000000', given_names: 'Luz', surnames: 'x'.repeat(201) },
      { dni: 'dni', surnames: 'refused' },
    ],
    // Where it belongs and what is of another form is nobody's slip.
    ['unlisted_workers', { dni: '40000001', given_names: 'Luz', surnames: 'Puma', state: 'x' }, {}],
  ])('%s %j', (kind, typed, wrong) => expect(entryErrors(kind, typed)).toEqual(wrong))
})

describe('a position: the cases shared with the server', () => {
  it.each(shared<Omit<Place, 'fix'> & Required<Pick<Fix, 'age_s' | 'mocked'>>, PlaceVerdict>('place.json'))(
    '$name',
    ({ input: { age_s, mocked, ...at }, expect: wanted }) => {
      expect(judgePlace({ ...at, fix: { age_s, mocked } })).toBe(wanted)
    },
  )
})

describe('what a sensor says', () => {
  const NOW = Date.parse('2026-11-23T15:00:00Z')
  const sensed = (coords: Partial<Sensed['coords']> = {}, more: Partial<Sensed> = {}): Sensed => ({
    timestamp: NOW - 2_400,
    coords: {
      latitude: -13.1588,
      longitude: -74.2239,
      accuracy: 11.2,
      altitude: null,
      altitudeAccuracy: null,
      heading: null,
      speed: null,
      ...coords,
    },
    ...more,
  })

  it('is kept whole, its doubts too', () => {
    const full = sensed({ altitude: 2761.4, altitudeAccuracy: 5.6, heading: 270.2, speed: 1.234 }, { mocked: true })
    expect(placeOf(full, NOW)).toEqual({
      lat_e6: -13158800,
      lon_e6: -74223900,
      accuracy_m: 12,
      fix: {
        taken_at: '2026-11-23T09:59:57-05:00',
        age_s: 2,
        altitude_m: 2761,
        altitude_accuracy_m: 6,
        heading_deg: 270,
        speed_cms: 123,
        mocked: true,
      },
    })
  })
  it('is left out where it says nothing, or nonsense', () => {
    const { fix } = placeOf(sensed({ heading: NaN, speed: -1, altitude: 99_000 }), NOW)
    expect(fix).toEqual({ taken_at: '2026-11-23T09:59:57-05:00', age_s: 2 })
  })
  it.each([
    ['no accuracy', sensed({ accuracy: NaN }), 'coarse'],
    ['48 km', sensed({ accuracy: 48_000 }), 'coarse'],
    ['no number', sensed({ latitude: NaN, longitude: NaN }), 'none'],
    ['0, 0', sensed({ latitude: 0, longitude: 0, accuracy: 5 }), 'none'],
    ['Madrid', sensed({ latitude: 40.4168, longitude: -3.7038 }), 'outside'],
    ['of three hours ago', sensed({}, { timestamp: NOW - 3 * 3600_000 }), 'stale'],
    ['good', sensed(), 'taken'],
  ] as const)('%s', (_, s, verdict) => expect(judgePlace(placeOf(s, NOW))).toBe(verdict))

  it('is replaced only by what says more', () => {
    const of = (accuracy: number, more: Partial<Sensed> = {}) => placeOf(sensed({ accuracy }, more), NOW)
    const old = { timestamp: NOW - 3600_000 }
    expect(isBetter(of(48_000), null)).toBe(true)
    expect(isBetter(of(20), of(48_000))).toBe(true)
    expect(isBetter(of(48_000), of(20))).toBe(false)
    expect(isBetter(of(5, old), of(30))).toBe(false)
    expect(isBetter(of(30), of(5, old))).toBe(true)
    expect(isBetter(of(20), of(20))).toBe(false)
    expect(isBetter(placeOf(sensed({ latitude: 0, longitude: 0 }), NOW), null)).toBe(false)
  })
})
