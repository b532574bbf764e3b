import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { readExif } from './exif'

interface Entry {
  tag: number
  type: number
  count: number
  value: number
}

const TAG = { camera: 0x8769, place: 0x8825, at: 0x9003 }

/** A directory of so many fields, little-endian, and where the next one is. */
function directory(entries: readonly Entry[], next = 0, said = entries.length): number[] {
  const view = new DataView(new ArrayBuffer(2 + entries.length * 12 + 4))
  view.setUint16(0, said, true)
  entries.forEach(({ tag, type, count, value }, i) => {
    view.setUint16(2 + i * 12, tag, true)
    view.setUint16(4 + i * 12, type, true)
    view.setUint32(6 + i * 12, count, true)
    view.setUint32(10 + i * 12, value, true)
  })
  view.setUint32(2 + entries.length * 12, next, true)
  return [...new Uint8Array(view.buffer)]
}

const ascii = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0))

/** The head of a JPEG with these directories from byte 8 of its EXIF on. */
function head(...parts: number[][]): Uint8Array {
  const tiff = [...ascii('Exif\0\0II*\0'), 8, 0, 0, 0, ...parts.flat()]
  const length = tiff.length + 2
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255, ...tiff, 0xff, 0xda, 0, 2, 0xff, 0xd9])
}

const many = (n: number, entry: (i: number) => Entry): Entry[] => Array.from({ length: n }, (_, i) => entry(i))
const toItself: Entry[] = [
  { tag: TAG.camera, type: 4, count: 1, value: 8 },
  { tag: TAG.place, type: 4, count: 1, value: 8 },
]

describe('what a picture says of itself', () => {
  test('is read', async () => {
    const camera = directory([{ tag: TAG.at, type: 2, count: 20, value: 44 }])
    const said = head(
      directory([{ tag: TAG.camera, type: 4, count: 1, value: 26 }]),
      camera,
      ascii('2026:12:01 10:22:33\0'),
    )
    expect(await readExif(said)).toEqual({ exif_at: '2026-12-01T10:22:33' })
  })

  // Neither memory nor time is given to what it claims, and it is never why a picture is lost.
  test.each<[string, Uint8Array]>([
    ['directories that name themselves', head(directory(toItself, 8))],
    [
      '64 kB of directories in directories',
      head(
        directory(
          many(5_000, (i) => toItself[i % 2]!),
          8,
        ),
      ),
    ],
    [
      '5,000 directories, each of which is all of them',
      head(
        directory([{ tag: TAG.camera, type: 4, count: 1, value: 26 }]),
        directory(
          many(5_000, () => toItself[0]!),
          26,
        ),
      ),
    ],
    ['a text of four gigabytes', head(directory([{ tag: TAG.at, type: 2, count: 0xffffffff, value: 20 }]))],
    ['half a billion fractions', head(directory([{ tag: TAG.at, type: 5, count: 0x1fffffff, value: 20 }]))],
    ['a directory beyond the end', head(directory([{ tag: TAG.camera, type: 4, count: 1, value: 0xfffffff0 }]))],
    ['65,535 fields said, none there', head(directory([], 0, 0xffff))],
    [
      '5,000 texts of the whole picture',
      head(
        directory([{ tag: TAG.camera, type: 4, count: 1, value: 26 }]),
        directory(many(5_000, () => ({ tag: TAG.at, type: 2, count: 60_000, value: 26 }))),
      ),
    ],
    ['a type that there is not', head(directory([{ tag: TAG.at, type: 99, count: 3, value: 20 }]))],
    [
      'a segment longer than the picture',
      Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, ...ascii('Exif\0\0II*\0')]),
    ],
    ['of a kind that its reader does not know', Uint8Array.from(ascii('GIF89a una nota '.repeat(20).slice(6)))],
    ['nothing', Uint8Array.from([0xff, 0xd8])],
  ])(
    'is left out where it is %s',
    async (_, said) => {
      vi.spyOn(console, 'warn').mockReturnValue(undefined)
      expect(await readExif(said)).toEqual({})
    },
    10_000,
  )

  test('whatever its bytes are', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined)
    const entry = fc.record({
      tag: fc.constantFrom(TAG.camera, TAG.place, TAG.at, 1, 2, 3, 4, 0x0201, 0x927c),
      type: fc.integer({ min: 0, max: 14 }),
      count: fc.oneof(fc.nat(40), fc.constant(0xffffffff)),
      value: fc.oneof(fc.nat(120), fc.constant(0xffffffff)),
    })
    const directories = fc.array(fc.tuple(fc.array(entry, { maxLength: 6 }), fc.nat(120)), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(directories, async (all) => {
        const said = await readExif(head(...all.map(([entries, next]) => directory(entries, next))))
        expect(Object.keys(said).every((k) => k.startsWith('exif_'))).toBe(true)
      }),
    )
  })
})
