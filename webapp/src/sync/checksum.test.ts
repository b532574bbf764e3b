import { expect, test } from 'vitest'
import { digestOf, entryOf, hex64, parse64, add64, sub64, totalOf } from './checksum'
import { createHash } from 'node:crypto'

const first8 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16)

test('a digest is over the canonical form: keys sorted, no space, UTF-8', () => {
  expect(digestOf({ b: 'ñandú', a: [1, true, null] })).toBe(first8('{"a":[1,true,null],"b":"ñandú"}'))
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }))
})

test('an entry names its bucket, row and revision', () => {
  const row = { c: 'cupos', id: 'k3v000000000000', rev: 12, digest: '00ff00ff00ff00ff' }
  expect(hex64(entryOf('aii:x', row))).toBe(first8('aii:x\ncupos\nk3v000000000000\n12\n00ff00ff00ff00ff'))
})

test('sums wrap at 2^64 in both directions', () => {
  expect(hex64(add64(parse64('ffffffffffffffff'), 2n))).toBe('0000000000000001')
  expect(hex64(sub64(1n, 2n))).toBe('ffffffffffffffff')
  expect(totalOf({ 1: { sum: 'ffffffffffffffff' }, 2: { sum: '0000000000000003' } })).toBe('0000000000000002')
})
