import { describe, expect, it, test } from 'vitest'
import { declared, factsIn, isRecordCollection, isWhole, ownerField, parentIn, RECORDS, workOf } from './records'

const kinds = Object.keys(RECORDS)
const sent = kinds.filter((c) => declared(c).ops)

describe('what is declared of a kind agrees with itself', () => {
  test.each(sent)('%s', (c) => {
    const { of, parent, scope, day, author, title = [], units = [], ops = {}, form } = declared(c)
    if (ops.create) expect(form).toMatch(/^[a-z]+\/\d+$/)
    expect(scope).toBeDefined()
    expect(of === undefined, 'a parent has a kind').toBe(parent === undefined)
    if (of)
      expect([declared(of).day, declared(of).author], 'a whole knows its day and who made it').not.toContain(undefined)
    for (const op of Object.values(ops)) {
      const fields = op.asks.map((a) => a.field)
      expect(new Set(fields).size, 'no field twice').toBe(fields.length)
    }
    const fields = Object.values(ops).flatMap((op) => op.asks.map((a) => a.field))
    expect(fields).toEqual(expect.arrayContaining([...title, ...units.flat(), ...(day ? [day] : [])]))
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
