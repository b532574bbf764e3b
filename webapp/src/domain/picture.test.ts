import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claimedSize, exifOf, fitted, isTooLarge, kindOf } from './picture'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

describe('what a picture is', () => {
  test.each([
    ['jpeg', '\xff\xd8\xff\xe1'],
    ['png', '\x89PNG\r\n\x1a\n'],
    ['webp', 'RIFF\x10\x00\x00\x00WEBPVP8 '],
    ['gif', 'GIF89a'],
    ['avif', '\x00\x00\x00\x20ftypavif'],
    ['heic', '\x00\x00\x00\x18ftypheic'],
    ['heic', '\x00\x00\x00\x18ftypmif1'],
    ['pdf', '%PDF-1.7'],
    ['pdf', '\n\n  %PDF-1.4'],
    ['other', '\x00\x00\x00\x18ftypmp42'],
    ['other', 'una nota'],
    ['other', ''],
  ])('%s by its first bytes', (kind, head) => expect(kindOf(bytes(head))).toBe(kind))

  test('a PNG of a few bytes that claims half a terabyte is told before it is decoded', () => {
    const head = bytes('\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x05\x57\x30\x00\x05\x57\x30')
    expect(claimedSize('png', head)).toEqual({ width: 350_000, height: 350_000 })
    expect(isTooLarge({ width: 350_000, height: 350_000 })).toBe(true)
    expect(isTooLarge({ width: 8_000, height: 6_000 })).toBe(false)
    expect(isTooLarge({ width: 16_320, height: 12_240 })).toBe(false)
  })

  test("a JPEG's size stands behind what it says of itself", () => {
    const app1 = '\xff\xe1\x00\x08Exif\x00\x00'
    const frame = '\xff\xc2\x00\x11\x08\x17\x70\x1f\x40\x03'
    expect(claimedSize('jpeg', bytes(`\xff\xd8${app1}\xff${frame}`))).toEqual({ width: 8_000, height: 6_000 })
    expect(claimedSize('jpeg', bytes(`\xff\xd8${app1}`))).toBeNull()
  })

  test('no bytes make reading their head fail or go on for ever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('jpeg' as const, 'png' as const), (rest, kind) => {
        const head = Uint8Array.from([...bytes(kind === 'jpeg' ? '\xff\xd8\xff' : '\x89PNG\r\n\x1a\n'), ...rest])
        expect(kindOf(head)).toBe(kind)
        claimedSize(kind, head)
      }),
    )
  })
})

test('the longer side is 1,600, the shape stays, and nothing is made larger', () => {
  expect(fitted({ width: 8_000, height: 6_000 }, 1_600)).toEqual({ width: 1_600, height: 1_200 })
  expect(fitted({ width: 3_000, height: 4_000 }, 1_600)).toEqual({ width: 1_200, height: 1_600 })
  expect(fitted({ width: 640, height: 480 }, 1_600)).toEqual({ width: 640, height: 480 })
  expect(fitted({ width: 30_000, height: 2 }, 1_600)).toEqual({ width: 1_600, height: 1 })
})

describe('what a picture says of itself', () => {
  test('when and where', () =>
    expect(exifOf({ at: '2026:12:01 10:22:33', lat: -13.1588, lon: -74.2239 })).toEqual({
      exif_at: '2026-12-01T10:22:33',
      exif_lat_e6: -13_158_800,
      exif_lon_e6: -74_223_900,
    }))
  test.each([
    { at: '0000:00:00 00:00:00' },
    { at: '2026:02:30 10:00:00' },
    { at: '2026:12:01 25:00:00' },
    { at: '    :  :     :  :  ' },
    { at: 20261201 },
    { lat: 0, lon: 0 },
    { lat: Number.NaN, lon: 3 },
    { lat: 91, lon: 3 },
    { lat: -13 },
  ])('nothing is made of %o', (said) => expect(exifOf(said)).toEqual({}))
})
