import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { passwordProblem } from './password'

interface Case {
  name: string
  input: { password: string; email: string; name: string }
  expect: string
}
const path = new URL('../../../testdata/rules/password.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[]

describe('a password: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => {
    expect(passwordProblem(input.password, input.email, input.name)).toBe(wanted)
  })
})
