import { expect, it } from 'vitest'
import cases from '../../../testdata/rules/rights.json'
import { may, RIGHTS } from './roles'

it.each(cases)('$name', ({ input, expect: granted }) => {
  expect(RIGHTS.filter((right) => may(input, right))).toEqual(RIGHTS.filter((right) => granted.includes(right)))
})
