import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { visible } from './text'

const path = new URL('../../../testdata/rules/text.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as { name: string; input: string; expect: string }[]

describe('what of a text is kept: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => expect(visible(input)).toBe(wanted))
})
