import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { barLength, group, isNonZero, percent, roundHalfUp } from './decimal'

describe('decimal strings', () => {
  it.each([
    ['117.2543', 1, '117.3'],
    ['96.7356', 1, '96.7'],
    ['99.95', 1, '100.0'],
    ['99.9499', 1, '99.9'],
    ['0.05', 1, '0.1'],
    ['-0.05', 1, '-0.1'],
    ['-0.0400', 1, '0.0'],
    ['1726.8111', 0, '1727'],
    ['0.5', 0, '1'],
    ['7', 2, '7.00'],
    ['123456789012345678901.25', 1, '123456789012345678901.3'],
    ['abc', 1, 'abc'],
  ])('%s to %i places is %s', (text, places, wanted) => {
    expect(roundHalfUp(text, places)).toBe(wanted)
  })

  it('agrees with whole-number arithmetic on any four-decimal percentage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (tenThousandths) => {
        const text = `${Math.floor(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, '0')}`
        const tenths = Math.floor((tenThousandths + 500) / 1000)
        expect(roundHalfUp(text, 1)).toBe(`${Math.floor(tenths / 10)}.${tenths % 10}`)
      }),
    )
  })

  it('is shown as Peru writes it', () => {
    expect(group('492272540.43')).toBe('492,272,540.43')
    expect(group('-1234')).toBe('-1,234')
    expect(group('999')).toBe('999')
    expect(percent('1726.8111')).toBe('1,726.8 %')
    expect(percent('')).toBe('—')
  })

  it('a bar is never longer than its place nor shorter than nothing', () => {
    expect([barLength('117.2', 100), barLength('-3', 100), barLength('', 100), barLength('64.9', 100)]).toEqual([
      100, 0, 0, 64,
    ])
    expect([isNonZero('0.00'), isNonZero('-0.01'), isNonZero('')]).toEqual([false, true, false])
  })
})
