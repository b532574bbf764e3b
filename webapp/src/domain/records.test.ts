import { describe, expect, it, test } from 'vitest'
import {
  declared,
  factsIn,
  isAllowed,
  isFileCollection,
  isRecordCollection,
  isWhole,
  namesPeople,
  ownerField,
  parentIn,
  personKind,
  RECORDS,
  recordKinds,
  workOf,
} from './records'

const kinds = Object.keys(RECORDS)
const sent = kinds.filter((c) => declared(c).ops)

/** What a part of a part is a part of. */
function top(kind: string): string {
  const { of } = declared(kind)
  return of ? top(of) : kind
}

describe('what is declared of a kind agrees with itself', () => {
  test.each(sent)('%s', (c) => {
    const { of, parent, scope, day, author, title = [], units = [], ops = {}, form } = declared(c)
    const ofServer = of && !declared(top(of)).ops?.create // what it is a part of was there before
    if (ops.create) expect(form).toMatch(/^[a-z]+\/\d+$/)
    expect(scope).toBeDefined()
    expect(of === undefined, 'a parent has a kind').toBe(parent === undefined)
    if (of && ops.create && !ofServer && isWhole(top(of)))
      expect([declared(top(of)).day, declared(top(of)).author], 'a whole knows its day and who made it').not.toContain(
        undefined,
      )
    for (const op of Object.values(ops)) {
      const fields = op.asks.map((a) => a.field)
      expect(new Set(fields).size, 'no field twice').toBe(fields.length)
    }
    const fields = Object.values(ops).flatMap((op) => op.asks.map((a) => a.field))
    const named = ops.create ? [...title, ...(day ? [day] : [])] : [] // of what the server made it says them
    expect(fields).toEqual(expect.arrayContaining([...named, ...units.flat()]))
    expect(new Set(units.flat()).size, 'in one unit only').toBe(units.flat().length)
    if (ops.create) expect(ops.create.asks.find((a) => a.field === ownerField(c))).toMatchObject({ must: true })
    if (author) expect(fields, 'who made it is not for a device to say').not.toContain(author)
  })
})

it('a person writes records one by one, but for a whole and what only answers', () => {
  expect(sent.filter(isRecordCollection)).toEqual(
    expect.arrayContaining(['visit_marks', 'findings', 'unlisted_workers', 'accidents']),
  )
  expect(kinds.filter(isWhole)).toEqual(['visits'])
  expect(sent.filter(isFileCollection), 'a file is captured, never typed').toEqual([
    'certificate_photos',
    'visit_photos',
    'finding_photos',
    'rendicion_documents',
  ])
})

it('a form asks for all that may be sent but where it belongs', () => {
  expect(factsIn('findings')).toEqual([
    'severity',
    'description',
    'corrective_measure',
    'responsible',
    'due_on',
    'state',
    'state_reason',
  ])
  expect(factsIn('visit_marks')).toEqual(['participant', 'mark', 'coverage_seen'])
})

it('a row is of the work it names, a work of itself, and what is of none of none', () => {
  expect(workOf('cupos', 'c', { intervention: 'w' })).toBe('w')
  expect(workOf('interventions', 'w', { intervention: 'other' })).toBe('w')
  expect(workOf('entities', 'e', {})).toBe('')
  expect(workOf('parameters', 'p', { intervention: 'w' })).toBe('')
  expect(workOf('cupos', 'c', { intervention: 7 })).toBe('')
  // Of an app older than the server.
  expect(workOf('kind_of_tomorrow', 'k', { intervention: 'w' })).toBe('w')
  expect(workOf('constructor', 'k', {})).toBe('')
})

it('a record is a part of what its fields name', () => {
  expect(parentIn('findings', { visit: 'v' })).toBe('v')
  expect(parentIn('findings', { visit: { not: 'text' } })).toBe('')
  expect(parentIn('findings', undefined)).toBe('')
  expect(parentIn('visits', { visit: 'v', '': 'x' })).toBe('')
})

it('the kinds of a work and of a visit, and the one that says who somebody is', () => {
  expect(recordKinds()).toEqual(['movements', 'attendance_sheets', 'insurance_policies', 'accidents'])
  expect(recordKinds('insurance_policies')).toEqual(['insurance_certificates'])
  expect(recordKinds('visits')).toEqual(['visit_marks', 'findings', 'unlisted_workers'])
  expect(recordKinds('visits').filter(namesPeople)).toEqual([personKind('visits')])
})

describe('what is offered is what the server takes', () => {
  const his = { role: 'supervisor', assigned: true, own: true }
  test.each([
    ['an accident of the other side is changed', 'accidents', 'update', { ...his, own: false }, true],
    ['and not taken back', 'accidents', 'delete', { ...his, own: false }, false],
    ['by the executor too', 'accidents', 'update', { role: 'executor', assigned: true, own: false }, true],
    ['his own is', 'accidents', 'delete', his, true],
    ['a finding of another is worked on', 'findings', 'update', { ...his, own: false }, true],
    ['but not by an executor', 'findings', 'update', { role: 'executor', assigned: true, own: true }, false],
    ['and only its maker withdraws it', 'findings', 'delete', { ...his, own: false }, false],
    ['a person is corrected by who wrote it', 'unlisted_workers', 'update', his, true],
    ['and by nobody else', 'unlisted_workers', 'update', { ...his, own: false }, false],
    ['a work that is not his any more', 'accidents', 'update', { ...his, assigned: false }, false],
    ['a mark stays', 'visit_marks', 'update', his, false],
    ['who reads online', 'accidents', 'update', { role: 'ut_coordinator', assigned: true, own: true }, false],
  ] as const)('%s', (_, kind, op, who, allowed) => expect(isAllowed(kind, op, who)).toBe(allowed))
})
