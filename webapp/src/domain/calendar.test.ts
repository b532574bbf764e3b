import { describe, expect, it } from 'vitest'
import golden from '../../../testdata/rules/calendar.json'
import { calendarOf, Calendar } from './calendar'

interface Input {
  op: string
  day: string
  n?: number
  to?: string
  holidays?: string[]
  /** Holidays with their scope, and whose calendar it is. */
  scoped?: { day: string; scope: string }[]
  department?: string
}

describe('golden cases shared with the server', () => {
  it.each(golden as { name: string; input: Input; expect: unknown }[])('$name', ({ input, expect: want }) => {
    const calendar = input.scoped
      ? calendarOf(input.scoped, input.department ?? '')
      : new Calendar(input.holidays ?? [])
    const got = {
      workday: () => calendar.workday(input.day),
      add: () => calendar.add(input.day, input.n!),
      between: () => calendar.between(input.day, input.to!),
    }[input.op]!()
    expect(got).toBe(want)
  })
})
