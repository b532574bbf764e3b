import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import {
  DOCUMENTS,
  isFreshPaper,
  isInForce,
  isTouched,
  missingOf,
  openIn,
  stateOf,
  unansweredIn,
  type Account,
} from './account'
import { LINES } from './rendicion'
import { isToAnswer } from './states'

interface Case {
  name: string
  input: Account
  expect: Record<'lines' | 'documents' | 'kinds' | 'fresh' | 'missing' | 'touched' | 'unanswered', string[]>
}
const cases = JSON.parse(
  readFileSync(new URL('../../../testdata/rules/rendicion_open.json', import.meta.url), 'utf8'),
) as Case[]

it.each(cases)('what is open, touched and missing, as at the server: $name', ({ input, expect: wanted }) => {
  const open = openIn(input)
  const ids = (list: readonly { id: string }[]) => list.map((x) => x.id)
  expect({
    lines: LINES.filter((l) => open.lines.has(l)),
    documents: ids(input.documents.filter((d) => isInForce(d) && open.documents.has(d.id))),
    kinds: DOCUMENTS.filter((k) => open.kinds.has(k)),
    fresh: ids(input.documents.filter((d) => isFreshPaper(input, d))),
    missing: missingOf(input),
    touched: ids(input.observations.filter((o) => isToAnswer(o.state) && isTouched(input, o))),
    unanswered: ids(unansweredIn(input)),
  }).toEqual(wanted)
})

it('a rendición follows its work until it says more itself', () => {
  expect(stateOf('pendiente', 'terminada')).toBe('pendiente')
  expect(stateOf('pendiente', 'rc_presentada')).toBe('presentada')
  expect(stateOf('observada', 'rc_observada')).toBe('observada')
  expect(stateOf(undefined, 'cerrada')).toBe('conforme')
  expect(stateOf('pendiente', 'en_ejecucion')).toBeNull()
})
