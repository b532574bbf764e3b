import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accountOf, centimosOf, LINES, readAmount, solesOf, type Amounts, type Line } from './rendicion'

interface Case {
  name: string
  input: { transferred: string; amounts: Partial<Record<Line, string>> }
  expect: Record<'income' | 'spent' | 'explained' | 'difference', string>
}
const path = new URL('../../../testdata/rules/rendicion.json', import.meta.url)
const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[]

function amountsOf(input: Case['input']['amounts']): Amounts {
  return Object.fromEntries(Object.entries(input).map(([line, soles]) => [line, centimosOf(soles)]))
}

describe('both sides of the account: the cases shared with the server', () => {
  it.each(cases)('$name', ({ input, expect: wanted }) => {
    const account = accountOf(centimosOf(input.transferred), amountsOf(input.amounts))
    expect(Object.fromEntries(Object.entries(account).map(([k, v]) => [k, solesOf(v as bigint)]))).toEqual(wanted)
  })
  it('any account squares by its difference', () => {
    const money = fc.bigInt(0n, 10n ** 13n)
    fc.assert(
      fc.property(money, fc.dictionary(fc.constantFrom(...LINES), money), (transferred, amounts: Amounts) => {
        const { difference } = accountOf(transferred, amounts)
        const saldo = (amounts.saldo ?? 0n) + difference
        expect(accountOf(transferred, { ...amounts, saldo }).difference).toBe(0n)
      }),
    )
  })
})

describe('an amount as people type it', () => {
  it.each([
    ['1234', '1234.00'],
    ['1234.5', '1234.50'],
    ['1234,56', '1234.56'],
    ['1,234.56', '1234.56'],
    ['1.234,56', '1234.56'],
    ['1 234.56', '1234.56'],
    ['S/ 1,234.56', '1234.56'],
    ['s/.12,5', '12.50'],
    ['1,234,567', '1234567.00'],
    ['1.234.567,89', '1234567.89'],
    ['0', '0.00'],
    ['007.10', '7.10'],
    ['12.', '12.00'],
  ])('%s is %s', (typed, soles) => {
    const read = readAmount(typed)
    expect(read.ok && read.value !== null ? solesOf(read.value) : read).toBe(soles)
  })
  it.each([
    ['1,234', 'ambiguous'],
    ['1.234', 'ambiguous'],
    ['1,234.567', 'decimals'],
    ['12.3456', 'decimals'],
    ['-5', 'negative'],
    ['mil', 'letters'],
    ['1,23,456', 'letters'],
    ['1,2.3,4', 'letters'],
    ['12e3', 'letters'],
    ['.5', 'letters'],
    ['100000000000.01', 'large'],
  ])('%s is asked again: %s', (typed, problem) => {
    expect(readAmount(typed)).toEqual({ ok: false, problem })
  })
  it('an empty field states nothing', () => {
    expect(readAmount('  ')).toEqual({ ok: true, value: null })
  })
  it('what the server says is read back as it was', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 13n), (n) => {
        expect(readAmount(solesOf(n))).toEqual({ ok: true, value: n })
      }),
    )
  })
})
