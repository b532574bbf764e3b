import { describe, expect, test } from 'vitest'
import { freshness, LATE_MS } from './fresh'

const at = 1_800_000_000_000

describe('what may be shown in green', () => {
  test('an answer of two polls ago at most, on an open line', () => {
    const known = { cut: false, live: true, fetchedAt: at }
    expect(freshness(known, at)).toBe('live')
    expect(freshness(known, at - 15_000)).toBe('live') // the screen's clock ticks slower than answers come
    expect(freshness(known, at + LATE_MS)).toBe('live')
    expect(freshness(known, at + LATE_MS + 1)).toBe('late')
    expect(freshness({ ...known, live: false }, at)).toBe('asked')
    expect(freshness({ ...known, live: false }, at + LATE_MS + 1)).toBe('late')
  })

  test('nothing without an answer, and nothing behind a shut door', () => {
    expect(freshness({ cut: false, live: true, fetchedAt: 0 }, at)).toBe('none')
    expect(freshness({ cut: true, live: true, fetchedAt: at }, at)).toBe('cut')
  })
})
