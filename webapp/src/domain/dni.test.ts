import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { maskDni } from './dni'

const path = new URL('../../../testdata/rules/mask.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as { name: string; input: string; expect: string }[]

describe('a masked DNI: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => {
    expect(maskDni(input)).toBe(wanted)
  })
})
