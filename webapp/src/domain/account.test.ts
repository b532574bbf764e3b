import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  DOCUMENTS,
  isFreshPaper,
  isInForce,
  isTouched,
  missingOf,
  openIn,
  stateOf,
  supersededBy,
  unansweredIn,
  type Account,
  type Own,
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

describe('what takes the place of a document', () => {
  const doc = (id: string, more: Partial<Own>): Own => ({ id, superseded_by: '', sha256: id, waiting: false, ...more })
  const by = (...docs: Own[]) => Object.fromEntries(supersededBy(docs))

  it('is what says so, here before the server', () => {
    expect(by(doc('a', {}), doc('b', { replaces: 'a', waiting: true }))).toEqual({ a: 'b', b: '' })
    expect(by(doc('a', { superseded_by: 'b' }), doc('b', {}))).toEqual({ a: 'b', b: '' })
  })
  it('is nothing once that is taken back, whether it came or not', () => {
    const gone = doc('b', { replaces: 'a', superseded_by: 'b', waiting: true })
    expect(by(doc('a', {}), gone)).toEqual({ a: '', b: 'b' })
    expect(by(doc('a', { superseded_by: 'b' }), gone)).toEqual({ a: '', b: 'b' })
  })
  it('stays where the same bytes came another way, and where the server has said how it is', () => {
    const gone = doc('b', { superseded_by: 'b', waiting: true })
    expect(by(doc('a', { superseded_by: 'b' }), gone, doc('c', { sha256: 'a' }))).toMatchObject({ a: 'b' })
    expect(by(doc('a', { superseded_by: 'b' }), { ...gone, waiting: false })).toMatchObject({ a: 'b' })
  })
})
