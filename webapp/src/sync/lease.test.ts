import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLocked, leaseOf, noLease, serverAnswered, timePassed } from './lease'
import type { Lease, Reading } from './ports'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const T = Date.parse('2026-06-15T15:00:00Z')
const begun = serverAnswered(noLease(), T)

type Step = [wall: number, steady: number, seen: 'in sight' | 'out of sight' | 'app closed']

/** Steps from one reading to the next, by how much each clock moves. */
function live(steps: Step[], lease: Lease = begun): Lease {
  let before: Reading | null = { wall: T, steady: 0, attended: false }
  for (const [wall, steady, how] of steps) {
    const was: Reading = before ?? { wall: T, steady: 0, attended: false }
    const now = { wall: was.wall + wall, steady: was.steady + steady, attended: how === 'in sight' }
    lease = timePassed(lease, how === 'app closed' ? null : before, now)
    before = now
  }
  return lease
}

describe('silence is', () => {
  test.each<[string, Step[], number]>([
    ['the time in sight', [[DAY, DAY, 'in sight']], DAY],
    ['the time the app was closed', [[50 * DAY, 0, 'app closed']], 50 * DAY],
    ['a sleep, in which the steady clock stood still', [[50 * DAY, HOUR, 'out of sight']], 50 * DAY],
    ['a sleep, in which it did not', [[50 * DAY, 50 * DAY, 'out of sight']], 50 * DAY],
    ['not a clock set forward in sight', [[YEAR + HOUR, HOUR, 'in sight']], HOUR],
    [
      'not one set forward and back again in sight',
      [
        [YEAR, HOUR, 'in sight'],
        [-YEAR, HOUR, 'in sight'],
        [DAY, 0, 'app closed'],
      ],
      DAY + 2 * HOUR,
    ],
    [
      'what passes on a clock set forward in sight, from there on',
      [
        [YEAR, HOUR, 'in sight'],
        [3 * DAY, 0, 'app closed'],
      ],
      3 * DAY + HOUR,
    ],
    ['what passes on a clock that was set back', [[-30 * DAY, HOUR, 'out of sight']], HOUR],
    [
      'no less for a clock that goes to and fro out of sight',
      [
        [10 * DAY, 0, 'app closed'],
        [-20 * DAY, HOUR, 'out of sight'],
        [20 * DAY, HOUR, 'out of sight'],
      ],
      10 * DAY + 2 * HOUR,
    ],
    [
      'not begun anew by a clock set back while the app was closed and forward in sight',
      [
        [40 * DAY, 0, 'app closed'],
        [-40 * DAY, 0, 'app closed'],
        [40 * DAY, HOUR, 'in sight'],
      ],
      40 * DAY + HOUR,
    ],
    ['an hour of a steady clock that runs a little fast', [[HOUR - 5, HOUR, 'in sight']], HOUR],
  ])('%s', (_, steps, silent) => {
    expect(live(steps).silent).toBe(silent)
  })
})

test('whatever the clocks do, silence only grows, and by no less than the steady clock says', () => {
  const step = fc.tuple(
    fc.integer({ min: -YEAR, max: YEAR }),
    fc.integer({ min: 0, max: 100 * DAY }),
    fc.constantFrom('in sight' as const, 'out of sight' as const, 'app closed' as const),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let least = 0
      for (let n = 1; n <= steps.length; n++) {
        const { silent } = live(steps.slice(0, n))
        const [, steady, how] = steps[n - 1]!
        least = Math.max(least, live(steps.slice(0, n - 1)).silent) + (how === 'app closed' ? 0 : steady)
        expect(silent).toBeGreaterThanOrEqual(least)
      }
    }),
  )
})

test('an answer begins it anew, also on a clock that is a year behind what it has shown', () => {
  const late = live([[50 * DAY, 0, 'app closed']])
  expect(isLocked(late)).toBe(true)
  const answered = serverAnswered(late, T - YEAR)
  expect(isLocked(answered)).toBe(false)
  expect(timePassed(answered, null, { wall: T - YEAR + 46 * DAY, steady: 0, attended: false }).silent).toBe(46 * DAY)
})

test('before the first answer nothing is counted', () => {
  expect(live([[YEAR, YEAR, 'in sight']], noLease())).toEqual(noLease())
})

test('a lease as older versions kept it goes on', () => {
  expect(leaseOf({ days: 30, seen: T, answered: T - 5 * DAY })).toEqual({ days: 30, seen: T, silent: 5 * DAY })
  expect(leaseOf({ days: 30, seen: 0, answered: 0 })).toEqual({ days: 30, seen: 0, silent: 0 })
  expect(leaseOf({ days: 30, seen: T, silent: DAY })).toEqual({ days: 30, seen: T, silent: DAY })
  expect(leaseOf()).toEqual(noLease())
})
